"""PSPNet, with its authors' files."""

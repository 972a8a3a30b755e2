"""HRNet for labels of pixels, with its authors' files."""

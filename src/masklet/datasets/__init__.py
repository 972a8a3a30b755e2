"""One file per benchmark: where its files lie, what its splits are."""

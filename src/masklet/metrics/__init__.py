"""Pure functions from arrays to numbers, one file per metric."""

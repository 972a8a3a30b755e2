"""Pure functions from arrays to numbers, one file per metric; averages over videos belong to `evaluation`."""

"""ESPNet: a small network that labels pixels, of whose authors' weights masklet reads all three kinds."""

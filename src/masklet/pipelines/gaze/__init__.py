"""What the wearer of an eye tracker looks at: gaze joined with masks of objects and maps of classes."""

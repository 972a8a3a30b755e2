"""The networks that are used where none is named (see `masklet.models.MODELS`)."""

TRACKER = "masklet-s"
DETECTOR = "picodet-s"
SEGMENTER = "eiseg"

"""Recordings of gaze, one file for each format; `doors` recognises them."""

from masklet.formats.gaze.doors import GAZE_FORMATS, GazeFormat, gaze_format_of, read_gaze
from masklet.formats.gaze.plain import write_plain_gaze

__all__ = ["GAZE_FORMATS", "GazeFormat", "gaze_format_of", "read_gaze", "write_plain_gaze"]

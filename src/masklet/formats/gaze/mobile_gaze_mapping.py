"""Gaze as mobileGazeMapping takes it: gazeData_world.tsv.

    timestamp   frame_idx   confidence   norm_pos_x   norm_pos_y

Positions are shares of the world camera's picture, counted from its top left corner; times are milliseconds.

Source: MacInnes et al., "Mobile Gaze Mapping", JOSS 2018, and its documentation.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from masklet.formats.gaze.table import header_of, read_table
from masklet.prompts.gaze import SHARES, Gaze

_COLUMNS = ("timestamp", "frame_idx", "confidence", "norm_pos_x", "norm_pos_y")


def looks_like_mobile_gaze_mapping(path: Path) -> bool:
    """Say whether a table has these columns."""
    return set(_COLUMNS) <= set(header_of(path))


def read_mobile_gaze_mapping(path: Path) -> Gaze:
    """Return the gaze of such a table; raise FormatError for a table that is none."""
    table = read_table(path, _COLUMNS)
    milliseconds_S = table.numbers("timestamp")
    order_S = np.argsort(milliseconds_S, kind="stable")
    return Gaze(
        xy_S2=np.stack([table.numbers("norm_pos_x"), table.numbers("norm_pos_y")], axis=1)[order_S],
        seconds_S=milliseconds_S[order_S] / 1000,
        frames_S=table.whole_numbers("frame_idx")[order_S],
        confidence_S=np.nan_to_num(table.numbers("confidence"))[order_S],
        is_blink_S=np.zeros(len(table), dtype=bool),
        origin=str(path),
        size_HW=SHARES,
    )

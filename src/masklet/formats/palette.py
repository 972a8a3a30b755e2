"""The 256 colours of DAVIS and PASCAL VOC: object 1 dark red, object 2 dark green, 0 black.

DAVIS itself publishes 191 where PASCAL has 192, and greys from colour 22 on, which no eye tells apart.
"""

import numpy as np

from masklet.core.arrays import IntArray, UInt8Array


def davis_palette() -> UInt8Array:
    """Return colours_256x3 (RGB): the bits of an id, lowest first, fill red, green and blue from the top bit down.

    >>> davis_palette()[:4].tolist()
    [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0]]
    """
    ids = np.arange(256)
    colours = np.zeros((256, 3), dtype=np.uint8)
    for bit in range(8):
        colours[:, bit % 3] |= (((ids >> bit) & 1) << (7 - bit // 3)).astype(np.uint8)
    return colours


def ids_of_colours(image_HW3: UInt8Array) -> IntArray | None:
    """Return label_map_HW (int32) of a picture painted in these colours, None where another colour occurs.

    191 counts as 192.
    """
    code_of_id = _code(davis_palette())
    id_of_code = np.full(1 << 24, -1, dtype=np.int32)
    id_of_code[code_of_id] = np.arange(256)
    label_map_HW: IntArray = id_of_code[_code(np.where(image_HW3 == 191, 192, image_HW3))]
    return None if (label_map_HW < 0).any() else label_map_HW


def _code(colours: IntArray) -> IntArray:
    code: IntArray = colours.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    return code

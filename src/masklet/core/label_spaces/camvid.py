"""CamVid's 11 classes in the order and colours of SegNet, whose label PNGs hold these values; 11 there is void.

Sources: Brostow et al., Pattern Recognition Letters 2009; Badrinarayanan et al., SegNet, PAMI 2017, and its
tutorial.
"""

from __future__ import annotations

from masklet.core.label_space import label_space

CAMVID = label_space(
    "camvid",
    (
        ("Sky", (128, 128, 128)),
        ("Building", (128, 0, 0)),
        ("Pole", (192, 192, 128)),
        ("Road", (128, 64, 128)),
        ("Pavement", (60, 40, 222)),
        ("Tree", (128, 128, 0)),
        ("SignSymbol", (192, 128, 128)),
        ("Fence", (64, 64, 128)),
        ("Car", (64, 0, 128)),
        ("Pedestrian", (64, 64, 0)),
        ("Bicyclist", (0, 128, 192)),
    ),
    things=("Car", "Pedestrian", "Bicyclist"),
)

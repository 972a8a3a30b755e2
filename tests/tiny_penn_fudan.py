"""Penn-Fudan in small: two pictures of 12 rows and 16 columns with two people each, who fill their boxes."""

from pathlib import Path

import numpy as np
from PIL import Image

ANNOTATION = """# Compatible with PASCAL Annotation Version 1.00
Image filename : "PennFudanPed/PNGImages/{name}.png"
Bounding box for object 1 "PASpersonWalking" (Xmin, Ymin) - (Xmax, Ymax) : (3, 2) - (6, 9)
Pixel mask for object 1 "PASpersonWalking" : "PennFudanPed/PedMasks/{name}_mask.png"
Bounding box for object 2 "PASpersonWalking" (Xmin, Ymin) - (Xmax, Ymax) : (10, 1) - (12, 8)
"""


def write_penn_fudan(root: Path) -> Path:
    for folder in ("PNGImages", "PedMasks", "Annotation"):
        (root / folder).mkdir(parents=True)
    labels_HW = np.zeros((12, 16), np.uint8)
    labels_HW[1:9, 2:6] = 1
    labels_HW[0:8, 9:12] = 2
    for name in ("PennPed00001", "FudanPed00002"):
        Image.new("RGB", (16, 12), (200, 10, 30)).save(root / f"PNGImages/{name}.png")
        Image.fromarray(labels_HW).save(root / f"PedMasks/{name}_mask.png")
        (root / f"Annotation/{name}.txt").write_text(ANNOTATION.format(name=name))
    return root

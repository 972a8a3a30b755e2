"""Penn-Fudan pedestrians (Wang et al., 2007): pictures of people with a box and a mask for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.errors import FormatError, SourceError

_BOX = re.compile(r"\(Xmin, Ymin\) - \(Xmax, Ymax\) : \((\d+), (\d+)\) - \((\d+), (\d+)\)")


@dataclass(frozen=True, eq=False)
class Pedestrians:
    """One picture: its people's boxes (x1 y1 x2 y2, right and lower edge exclusive) and masks, in one order."""

    name: str
    image_HW3: UInt8Array
    boxes_N4: FloatArray
    masks_NHW: BoolArray


@dataclass(frozen=True)
class PennFudan:
    """The data set as its authors pack it: PNGImages, PedMasks, Annotation. Pictures are opened one by one."""

    root: Path

    def __post_init__(self) -> None:
        missing = [name for name in ("PNGImages", "PedMasks", "Annotation") if not (self.root / name).is_dir()]
        if missing:
            raise SourceError(f"Expected Penn-Fudan's folder {missing[0]} in {self.root}, got none.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the pictures, in order."""
        return tuple(sorted(path.stem for path in (self.root / "PNGImages").glob("*.png")))

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Pedestrians]:
        return (self._picture(name) for name in self.names)

    def _picture(self, name: str) -> Pedestrians:
        image_HW3 = _read(self.root / "PNGImages" / f"{name}.png", cv2.IMREAD_COLOR)[:, :, ::-1]
        labels_HW = _read(self.root / "PedMasks" / f"{name}_mask.png", cv2.IMREAD_UNCHANGED)
        boxes_N4 = _boxes(self.root / "Annotation" / f"{name}.txt")
        ids_N = np.arange(1, len(boxes_N4) + 1)
        return Pedestrians(name, np.ascontiguousarray(image_HW3), boxes_N4, labels_HW == ids_N[:, None, None])


def _boxes(path: Path) -> FloatArray:
    """Return boxes_N4; the file counts pixels from 1 and includes the last one."""
    if not path.is_file():
        raise SourceError(f"Expected Penn-Fudan's annotation at {path}, got none.")
    found = _BOX.findall(path.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise FormatError(f"Expected boxes of pedestrians in {path}, got none.")
    return np.array(found, dtype=np.float64) - [1, 1, 0, 0]


def _read(path: Path, flags: int) -> UInt8Array:
    image = cv2.imread(str(path), flags) if path.is_file() else None
    if image is None:
        raise SourceError(f"Expected a picture of Penn-Fudan at {path}, got none.")
    return np.asarray(image, dtype=np.uint8)

"""Label PNGs as in DAVIS: one indexed picture for each frame, a pixel's value is the id of its object.

Source: the DAVIS 2016 and 2017 data sets. In 2017, ids count from 1 and 254 and 255 are void (nobody's).
In 2016, pictures are grey and hold only 0 and 255, which there means the one object.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from masklet.core import rle
from masklet.core.arrays import IntArray, UInt8Array
from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.core.masks import from_label_map
from masklet.core.values import FrameMasks
from masklet.formats.lazy import LazyFrames
from masklet.formats.names import frame_stem, index_of_names, some
from masklet.formats.palette import davis_palette, ids_of_colours
from masklet.masklets import Masklets, ObjectMask

VOID = (254, 255)
"""Values that belong to no object and to no background."""


def read_label_png(path: Path, *, binary: bool | None = None) -> IntArray:
    """Return label_map_HW (int32) of one picture: 0 background, else ids; void values stay as they are.

    `binary` says what 255 means: True, every value but 0 is object 1 (DAVIS 2016); False, values are ids.
    None decides by the picture: a grey or 1-bit one that holds nothing but 0 and 255 is binary, an indexed
    one never is. A colour picture is read if all its colours are those of the DAVIS palette. Raise
    FormatError for any other picture.
    """
    with _open(path) as image:
        values_HW = _values(image, path)
        may_be_binary = image.mode in ("L", "1")
    if binary is None:
        binary = may_be_binary and not np.isin(values_HW, (0, 255), invert=True).any()
    return (values_HW != 0).astype(np.int32) if binary else values_HW


def write_label_png(path: Path, label_map_HW: IntArray, palette: UInt8Array | None = None) -> None:
    """Write one indexed picture, whole or not at all; raise FormatError for values outside 0..255.

    `palette` holds colours_256x3 (RGB); without one the DAVIS palette is taken.
    """
    low, high = (int(label_map_HW.min()), int(label_map_HW.max())) if label_map_HW.size else (0, 0)
    if low < 0 or high > 255:
        raise FormatError(
            f"Expected ids from 0 to 255 in {path.name}, got {high if high > 255 else low}; an indexed PNG holds "
            "no others. Number the objects anew, or write mots-png, which holds ids up to 65535."
        )
    image = Image.fromarray(label_map_HW.astype(np.uint8))
    image.putpalette((davis_palette() if palette is None else palette).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=1, compress_type=zlib.Z_RLE)  # masks are runs of one value
    write_whole(path, buffer.getvalue())


def read_palette(path: Path) -> UInt8Array | None:
    """Return colours_256x3 (RGB) of an indexed picture, None of any other; missing colours are black."""
    with _open(path) as image:
        colours = image.getpalette("RGB") if image.mode == "P" else None
    if not colours:
        return None
    filled = np.zeros(768, dtype=np.uint8)
    filled[: len(colours)] = colours
    return filled.reshape(256, 3)


def read_label_pngs(
    folder: Path,
    *,
    void: Collection[int] = VOID,
    binary: bool | None = None,
    names: Sequence[str] | None = None,
    labels: Mapping[int, str] | None = None,
) -> Masklets:
    """Return the masklets of a folder of label PNGs; a picture is decoded when its frame is asked for.

    `names` are all frames of the video in order: a picture's frame index is the position of its name in
    there, without `names` its position in the folder. Void pixels become background. `labels` names classes.
    The first picture's header gives the size; a picture of another size is a FormatError when it is read.
    """
    paths = label_pngs_in(folder)
    index_of = index_of_names([path.stem for path in paths], names, folder)
    path_at = {index_of[path.stem]: path for path in paths}
    with _open(paths[0]) as first:
        size_HW = (first.height, first.width)

    def load(index: int) -> tuple[ObjectMask, ...]:
        label_map_HW = read_label_png(path_at[index], binary=binary)
        if label_map_HW.shape != size_HW:
            raise FormatError(
                f"Expected a mask of {size_HW[1]}x{size_HW[0]} in {path_at[index]}, as in {paths[0].name}, "
                f"got {label_map_HW.shape[1]}x{label_map_HW.shape[0]}. All masks of a video have its size."
            )
        return _objects(label_map_HW, void, labels or {})

    return Masklets(size_HW, LazyFrames(path_at, load), {index: path.stem for index, path in path_at.items()})


def write_label_pngs(
    masks: Masklets | Iterable[FrameMasks],
    folder: Path,
    *,
    names: Callable[[int], str] | None = None,
    palette: UInt8Array | None = None,
) -> int:
    """Write one label PNG for each frame and return their number; overlap goes to the better score.

    `names` gives a frame's name without suffix; without, that of the masklets, else the index as 00000. Raise
    FormatError for an object id above 253, which would be read as void or not fit at all.
    """
    if names is None:
        names = masks.frame_name if isinstance(masks, Masklets) else "{:05d}".format
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for frame in masks:
        name = frame_stem(names(frame.frame_index))
        too_high = [object_id for object_id in frame.object_ids if object_id >= min(VOID)]
        if too_high:
            raise FormatError(
                f"Expected object ids below {min(VOID)} for label PNGs, got {some(too_high)} in frame {name}. "
                "Number the objects anew (masklet convert --renumber), or write mots-png."
            )
        write_label_png(folder / f"{name}.png", frame.label_map(), palette)
        count += 1
    return count


def label_pngs_in(folder: Path) -> list[Path]:
    """Return the PNGs of a folder in order of their names; raise FormatError where there is none."""
    paths = sorted(path for path in folder.glob("*.png") if not path.name.startswith("."))
    if not paths:
        raise FormatError(f"Expected PNG masks in the folder {folder}, got none.")
    return paths


def _open(path: Path) -> Image.Image:
    try:
        return Image.open(path)
    except FileNotFoundError as error:
        raise FormatError(f"Expected a mask in {path}, got no such file.") from error
    except (UnidentifiedImageError, OSError) as error:
        raise FormatError(f"Expected a PNG mask in {path}, got something that is no picture.") from error


def _values(image: Image.Image, path: Path) -> IntArray:
    """Return label_map_HW (int32) of the stored values; 1-bit pictures give 0 and 255."""
    try:
        if image.mode in ("P", "L"):
            return np.asarray(image).astype(np.int32)
        if image.mode == "1":
            return np.asarray(image).astype(np.int32) * 255
        if image.mode in ("RGB", "RGBA"):
            return _ids_of_colours(image, path)
    except (OSError, SyntaxError) as error:
        raise FormatError(f"Expected a whole PNG mask in {path}, got a damaged one ({error}).") from error
    deep = image.mode.startswith("I")
    what = "16-bit values; read it as mots-png" if deep else f"mode {image.mode}; save the ids, not colours"
    raise FormatError(f"Expected an indexed PNG (mode P) in {path}, got {what}.")


def _ids_of_colours(image: Image.Image, path: Path) -> IntArray:
    label_map_HW = ids_of_colours(np.asarray(image.convert("RGB")))
    if label_map_HW is None:
        raise FormatError(
            f"Expected an indexed PNG (mode P) in {path}, got {image.mode} with colours that are not the DAVIS "
            "palette's. Save the ids themselves, as `formats.davis.write_label_png` does."
        )
    return label_map_HW


def _objects(label_map_HW: IntArray, void: Collection[int], labels: Mapping[int, str]) -> tuple[ObjectMask, ...]:
    present = tuple(int(value) for value in np.unique(label_map_HW) if value and value not in void)
    object_ids, masks_NHW = from_label_map(label_map_HW, present)
    return tuple(
        ObjectMask(object_id, rle.encode(mask_HW), label=labels.get(object_id))
        for object_id, mask_HW in zip(object_ids, masks_NHW, strict=True)
    )

"""MOTS as text and as 16-bit PNGs: masks that share no pixel, ids that say the class (`mots_ids`).

    text    time_frame id class_id height width rle         one line for each object in each frame
    PNG     FOLDER/000000.png, a pixel's value is its object's id

The MOTSChallenge counts time_frame from 1, KITTI MOTS from 0. Scores are not held.
Source: Voigtlaender et al., CVPR 2019.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from masklet.core import rle
from masklet.core.arrays import IntArray
from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.core.masks import from_label_map, resolve_overlaps
from masklet.core.rle import Rle
from masklet.formats.davis import label_pngs_in
from masklet.formats.lazy import LazyFrames
from masklet.formats.mots_ids import IGNORE_ID, label_of_class, mots_ids
from masklet.formats.names import frame_stem, index_of_names
from masklet.masklets import Masklets, ObjectMask


def read_mots_txt(path: Path, *, first_frame: int = 1, frame_count: int | None = None) -> Masklets:
    """Return the masklets of a MOTS text; a mask's code is read when its frame is asked for.

    `first_frame` is what the file calls the first frame: 1 (MOTSChallenge) or 0 (KITTI MOTS). A frame without
    a line is one without objects; those after the last line are known only by `frame_count`. Regions to be
    ignored are one object 10000 labelled "ignore". Raise FormatError, naming the line, for anything else.
    """
    if not path.is_file():
        raise FormatError(f"Expected a MOTS text in {path}, got no such file.")
    lines_at: dict[int, list[tuple[int, int]]] = {}
    size_HW: tuple[int, int] | None = None
    for number, offset, line in _lines(path):
        index, size = _head(line, f"line {number} of {path}", first_frame)
        if size_HW not in (None, size):
            raise FormatError(
                f"Expected a mask of {size_HW} (height, width) in line {number} of {path}, got {size}."
            )
        size_HW = size
        lines_at.setdefault(index, []).append((number, offset))
    if size_HW is None:
        raise FormatError(f"Expected lines of `time_frame id class_id height width rle` in {path}, got none.")

    def load(index: int) -> tuple[ObjectMask, ...]:
        with path.open("rb") as file:
            return _objects_of_lines(file, lines_at.get(index, []), path)

    return Masklets(size_HW, LazyFrames(range(frame_count or max(lines_at) + 1), load))


def write_mots_txt(masklets: Masklets, path: Path, *, first_frame: int = 1) -> None:
    """Write a MOTS text; overlap goes to the better score."""
    ids = mots_ids(masklets.labels)
    height, width = masklets.size_HW
    lines = []
    for index in masklets.frame_indices:
        for item in _without_overlap(masklets, index):
            mots_id, class_id = ids[item.object_id]
            lines.append(f"{index + first_frame} {mots_id} {class_id} {height} {width} {item.rle.counts}\n")
    write_whole(path, "".join(lines).encode())


def read_mots_png(folder: Path, *, names: Sequence[str] | None = None) -> Masklets:
    """Return the masklets of a folder of 16-bit PNGs, each decoded when its frame is asked for.

    `names` are all frames of the video in order, as in `davis.read_label_pngs`.
    """
    paths = label_pngs_in(folder)
    index_of = index_of_names([path.stem for path in paths], names, folder)
    path_at = {index_of[path.stem]: path for path in paths}
    size_HW = _read_png(paths[0]).shape

    def load(index: int) -> tuple[ObjectMask, ...]:
        label_map_HW = _read_png(path_at[index])
        if label_map_HW.shape != size_HW:
            raise FormatError(f"Expected a mask of {size_HW} in {path_at[index]}, got {label_map_HW.shape}.")
        ids, masks_NHW = from_label_map(label_map_HW)
        return tuple(
            ObjectMask(object_id, rle.encode(mask_HW), label=label_of_class(object_id // 1000))
            for object_id, mask_HW in zip(ids, masks_NHW, strict=True)
        )

    frames = LazyFrames(path_at, load)
    return Masklets((size_HW[0], size_HW[1]), frames, {index: path.stem for index, path in path_at.items()})


def write_mots_png(masklets: Masklets, folder: Path) -> None:
    """Write one 16-bit PNG for each frame; overlap goes to the better score."""
    ids = mots_ids(masklets.labels)
    folder.mkdir(parents=True, exist_ok=True)
    for index in masklets.frame_indices:
        label_map_HW = np.zeros(masklets.size_HW, dtype=np.uint16)
        for item in _without_overlap(masklets, index):
            label_map_HW[rle.decode(item.rle)] = ids[item.object_id][0]
        buffer = io.BytesIO()
        Image.fromarray(label_map_HW).save(buffer, format="PNG")
        write_whole(folder / f"{frame_stem(masklets.frame_name(index))}.png", buffer.getvalue())


def _without_overlap(masklets: Masklets, index: int) -> tuple[ObjectMask, ...]:
    """Return the objects of a frame, none of them empty, no two sharing a pixel."""
    items = [item for item in masklets.objects(index) if item.rle.area]
    codes = [rle.parse(item.rle.counts, masklets.size_HW) for item in items]
    if not (rle.iou_matrix(codes, codes) > np.eye(len(codes))).any():
        return tuple(items)  # as they are: nothing to decode
    frame = masklets.frame(index)
    resolved_NHW = resolve_overlaps(frame.masks_NHW, frame.scores_N)
    return tuple(
        ObjectMask(object_id, rle.encode(mask_HW))
        for object_id, mask_HW in zip(frame.object_ids, resolved_NHW, strict=True)
        if mask_HW.any()
    )


def _lines(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, offset and text of every line that is not blank."""
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, offset, line
            offset += len(line)


def _head(line: bytes, where: str, first_frame: int) -> tuple[int, tuple[int, int]]:
    """Return frame index and size of a line, its other numbers checked."""
    fields = line.split()
    try:
        time_frame, object_id, _, height, width = (int(field) for field in fields[:5])
    except ValueError:
        raise FormatError(
            f"Expected `time_frame id class_id height width rle` in {where}, got {_short(line)}."
        ) from None
    if len(fields) != 6 or object_id < 1 or height < 1 or width < 1:
        raise FormatError(f"Expected `time_frame id class_id height width rle` in {where}, got {_short(line)}.")
    if time_frame < first_frame:
        hint = " KITTI MOTS counts from 0 (kitti-mots-txt)." if time_frame == 0 else ""
        raise FormatError(f"Expected a time_frame from {first_frame} on in {where}, got {time_frame}.{hint}")
    return time_frame - first_frame, (height, width)


def _objects_of_lines(file: io.BufferedReader, lines: list[tuple[int, int]], path: Path) -> tuple[ObjectMask, ...]:
    found: dict[int, ObjectMask] = {}
    for number, offset in lines:
        file.seek(offset)
        _, object_id, class_id, height, width, counts = file.readline().split()
        try:
            mask = rle.parse(counts.decode("utf-8", "replace"), (int(height), int(width)))
        except FormatError as error:
            raise FormatError(f"In line {number} of {path}: {error}") from error
        item = ObjectMask(int(object_id), mask, label=label_of_class(int(class_id)))
        earlier = found.get(item.object_id)
        if earlier and item.object_id != IGNORE_ID:
            raise FormatError(
                f"Expected each object once in a frame, got {item.object_id} again in line {number} of {path}."
            )
        found[item.object_id] = (
            ObjectMask(item.object_id, _union(earlier.rle, mask), label=item.label) if earlier else item
        )
    return tuple(found.values())


def _union(first: Rle, second: Rle) -> Rle:
    return rle.encode(rle.decode(first) | rle.decode(second))


def _read_png(path: Path) -> IntArray:
    try:
        with Image.open(path) as image:
            if image.mode.startswith("I"):
                return np.asarray(image).astype(np.int32)
            got = f"mode {image.mode}; read 8-bit label PNGs as davis"
    except (OSError, SyntaxError) as error:
        raise FormatError(f"Expected a whole 16-bit PNG in {path}, got a damaged one ({error}).") from error
    raise FormatError(f"Expected a 16-bit PNG of ids in {path}, got {got}.")


def _short(line: bytes) -> str:
    text = line.decode("utf-8", "replace").strip()
    return repr(text if len(text) <= 60 else text[:60] + "...")

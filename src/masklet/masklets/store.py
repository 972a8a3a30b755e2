"""masklets.jsonl: one line for each finished frame, appended and flushed, read back as needed.

    {"frame": 0, "name": "00000", "seconds": 0.0, "size": [480, 854],
     "objects": [{"id": 1, "label": "person", "score": 0.93, "box": [x1, y1, x2, y2], "rle": "..."}]}

A line is written whole or counts as not written: what a killed run left of its last line is cut off.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any
from weakref import finalize

import orjson

from masklet.core.errors import FormatError
from masklet.core.rle import Rle
from masklet.core.values import FrameMasks
from masklet.masklets.masklets import Masklets, ObjectMask, object_masks


class MaskletWriter:
    """Appends finished frames to a file; `append` returns when the line is with the operating system."""

    def __init__(self, path: Path) -> None:
        """Open for appending; half a line at the end, left by a kill, is cut off first."""
        self._file = path.open("ab")
        self._file.truncate(_end_of_last_line(path))

    def append(self, masks: FrameMasks, *, seconds: float | None, name: str) -> None:
        """Write one frame; its time may be unknown."""
        line = {
            "frame": masks.frame_index,
            "name": name,
            "seconds": None if seconds is None else round(seconds, 6),
            "size": list(masks.size_HW),
            "objects": [_to_json(item) for item in object_masks(masks)],
        }
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def sync(self) -> None:
        """Return when all lines are on the disk itself."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        self._file.close()

    def __enter__(self) -> MaskletWriter:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()


def open_masklets(path: Path) -> Masklets:
    """Return the masklets of a masklets.jsonl; lines are read when their frame is asked for.

    Raise FormatError, naming the line, where the file is not of this form.
    """
    frames = _FramesOnDisk(path)
    if frames.size_HW is None:
        raise FormatError(f"Expected at least one finished frame in {path}, got none.")
    return Masklets(frames.size_HW, frames, frames.names)


class _FramesOnDisk(Mapping[int, Sequence[ObjectMask]]):
    """Knows where each frame's line begins; holds no mask."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: _Lines | None = None
        self._offsets: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.size_HW: tuple[int, int] | None = None
        end = _end_of_last_line(path)
        with path.open("rb") as file:
            offset = 0
            for number, line in enumerate(file, start=1):
                if offset >= end:
                    break
                self._note(line, number, offset)
                offset += len(line)

    def _note(self, line: bytes, number: int, offset: int) -> None:
        index, name, size = _head_of(line, number, self._path)
        if self.size_HW not in (None, size):
            raise FormatError(f"Expected masks of {self.size_HW} in line {number} of {self._path}, got {size}.")
        self.names[index] = name
        self._offsets[index] = offset
        self.size_HW = size

    def __getitem__(self, frame_index: int) -> Sequence[ObjectMask]:
        offset = self._offsets[frame_index]
        if self._lines is None:
            self._lines = _Lines(self._path)
        try:
            record = orjson.loads(self._lines.at(offset))
            height, width = record["size"]
            items = record["objects"]
        except (ValueError, TypeError, KeyError) as error:
            raise FormatError(
                f"Expected the masks of frame {frame_index} as JSON in {self._path}, got something else."
            ) from error
        try:
            return _from_json(items, (int(height), int(width)))
        except (TypeError, KeyError, ValueError, IndexError) as error:
            raise FormatError(
                f"Expected objects with id, score and rle in frame {frame_index} of {self._path}, got others."
            ) from error

    def __iter__(self) -> Iterator[int]:
        return iter(self._offsets)

    def __len__(self) -> int:
        return len(self._offsets)


class _Lines:
    """A file that stays open from the first line asked for, for all threads; it is closed with what holds this."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._lock = Lock()
        finalize(self, self._file.close)

    def at(self, offset: int) -> bytes:
        """Return the line that begins there."""
        with self._lock:
            self._file.seek(offset)
            return self._file.readline()


_HEAD = re.compile(
    rb'\{"frame":(\d+),"name":"([^"\\]*)","seconds":(?:null|[-+.eE\d]+),"size":\[(\d+),(\d+)\],"objects":\['
)
"""How `MaskletWriter` begins a line; of others all of the JSON is read."""


def _head_of(line: bytes, number: int, path: Path) -> tuple[int, str, tuple[int, int]]:
    """Return frame, name and size of a line; raise FormatError, naming the line, where they are not there."""
    try:
        if (head := _HEAD.match(line)) and line.endswith(b"]}\n"):
            index, name, height, width = head.groups()
            return int(index), name.decode(), (int(height), int(width))
        record = orjson.loads(line)
        record["objects"]
        return int(record["frame"]), str(record["name"]), (int(record["size"][0]), int(record["size"][1]))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise FormatError(
            f"Expected one frame's masks as JSON in line {number} of {path}, got something else."
        ) from error


def _to_json(item: ObjectMask) -> dict[str, Any]:
    return {
        "id": item.object_id,
        "label": item.label,
        "score": round(item.score, 6),
        "box": list(item.rle.box_xyxy),
        "rle": item.rle.counts,
    }


def _from_json(items: Sequence[dict[str, Any]], size_HW: tuple[int, int]) -> tuple[ObjectMask, ...]:
    """Return the objects of a line; all at once, for an hour of video has hundreds of thousands."""
    return tuple(
        [
            ObjectMask(
                int(item["id"]),
                Rle(size_HW, str(item["rle"])),
                float(item["score"]),
                item.get("label"),
                (box[0], box[1], box[2], box[3]) if (box := item.get("box")) else None,
            )
            for item in items
        ]
    )


def _end_of_last_line(path: Path) -> int:
    """Return the length of the file up to its last line break."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while size > 0:
            start = max(0, size - 65536)
            file.seek(start)
            newline = file.read(size - start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            size = start
    return 0

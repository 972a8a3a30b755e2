"""Prompts as words of a command line.

    points   FRAME:OBJECT:X,Y[,SIGN][;X,Y[,SIGN]]...   SIGN is + (on the object, the default) or - (beside it)
    box      FRAME:OBJECT:X1,Y1,X2,Y2                  right and lower edge exclusive
    mask     FRAME:FILE                                a label map: every id becomes an object
             FRAME:OBJECT:FILE                         the mask of one object

FRAME counts from 0, OBJECT from 1; X and Y are pixels of the source from its top left corner and may be
fractions. Spaces do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from masklet.core.errors import PromptError
from masklet.core.values import Box, MaskPrompt, Points, Prompt
from masklet.prompts.file import read_prompts
from masklet.prompts.label_map import ReadLabelMap, mask_prompts, only_mask
from masklet.prompts.origin import naming

_COUNT = r"[0-9]{1,9}"
_NUMBER = rf"-?(?:{_COUNT}\.?[0-9]*|\.[0-9]+)"
_HEAD = re.compile(rf"({_COUNT}):({_COUNT}):(.*)")
_POINT = re.compile(rf"({_NUMBER}),({_NUMBER})(?:,([+-]))?")
_BOX = re.compile(",".join([f"({_NUMBER})"] * 4))
_MASK = re.compile(rf"\s*({_COUNT})\s*:\s*(?:({_COUNT})\s*:)?\s*(\S.*?)\s*")


class MaskFlag(NamedTuple):
    """What a mask flag says; without an object id the file is a label map of all objects."""

    frame_index: int
    object_id: int | None
    path: Path


def parse_points(text: str) -> Points:
    """Return the points of FRAME:OBJECT:X,Y[,SIGN][;...]; raise PromptError for anything else.

    >>> parse_points("0:1:320,180,+;40,50,-").labels_P.tolist()
    [1, 0]
    """
    frame_index, object_id, body = _head(text, "FRAME:OBJECT:X,Y,+ (as in 0:1:320,180,+)")
    matches = [_POINT.fullmatch(part) for part in body.split(";")]
    found = [match.groups() for match in matches if match]
    if len(found) < len(matches):
        raise PromptError(
            f"Expected points X,Y,+ or X,Y,- separated by ';' after {frame_index}:{object_id}:, got {text!r}."
        )
    return Points(
        frame_index=frame_index,
        object_id=object_id,
        xy_P2=np.array([(float(x), float(y)) for x, y, _ in found]),
        labels_P=np.array([0 if sign == "-" else 1 for _, _, sign in found]),
    )


def parse_box(text: str) -> Box:
    """Return the box of FRAME:OBJECT:X1,Y1,X2,Y2; raise PromptError for anything else.

    >>> parse_box("12:2:10,20,30.5,40").xyxy
    (10.0, 20.0, 30.5, 40.0)
    """
    frame_index, object_id, body = _head(text, "FRAME:OBJECT:X1,Y1,X2,Y2 (as in 0:1:10,20,110,220)")
    match = _BOX.fullmatch(body)
    if not match:
        raise PromptError(f"Expected four numbers X1,Y1,X2,Y2 after {frame_index}:{object_id}:, got {text!r}.")
    x1, y1, x2, y2 = (float(value) for value in match.groups())
    return Box(frame_index=frame_index, object_id=object_id, xyxy=(x1, y1, x2, y2))


def parse_mask(text: str) -> MaskFlag:
    """Return frame, object and file of FRAME:FILE or FRAME:OBJECT:FILE; raise PromptError for anything else.

    >>> parse_mask("0:first.png").object_id is None
    True
    >>> parse_mask("0:3:third.png").object_id
    3
    """
    match = _MASK.fullmatch(text)
    if not match:
        raise PromptError(f"Expected FRAME:FILE or FRAME:OBJECT:FILE (as in 0:first.png), got {text!r}.")
    frame, object_id, file = match.groups()
    return MaskFlag(int(frame), None if object_id is None else int(object_id), Path(file))


def prompts_from_flags(
    *,
    points: Iterable[str] = (),
    boxes: Iterable[str] = (),
    masks: Iterable[str] = (),
    file: Path | None = None,
    read_label_map: ReadLabelMap,
) -> dict[str, Prompt]:
    """Return all prompts of a command line, each under the name that errors call it by.

    >>> prompts = prompts_from_flags(boxes=["0:1:10,20,30,40"], read_label_map=np.load)
    >>> list(prompts)
    ['--box 0:1:10,20,30,40']
    """
    prompts: dict[str, Prompt] = {}
    for text in points:
        with naming(f"--points {text}"):
            prompts[f"--points {text}"] = parse_points(text)
    for text in boxes:
        with naming(f"--box {text}"):
            prompts[f"--box {text}"] = parse_box(text)
    for text in masks:
        with naming(f"--mask {text}"):
            for prompt in _read_mask(parse_mask(text), read_label_map):
                prompts[f"--mask {text} (object {prompt.object_id})"] = prompt
    if file is not None:
        for position, entry in enumerate(read_prompts(file, read_label_map)):
            prompts[f"prompts[{position}] of {file}"] = entry
    return prompts


def _head(text: str, form: str) -> tuple[int, int, str]:
    match = _HEAD.fullmatch("".join(text.split()))
    if not match:
        raise PromptError(f"Expected {form}, got {text!r}.")
    return int(match[1]), int(match[2]), match[3]


def _read_mask(flag: MaskFlag, read_label_map: ReadLabelMap) -> tuple[MaskPrompt, ...]:
    label_map_HW = read_label_map(flag.path)
    if flag.object_id is None:
        return mask_prompts(label_map_HW, flag.frame_index)
    return (MaskPrompt(flag.frame_index, flag.object_id, only_mask(label_map_HW)),)

"""Prompts as a JSON file; schema.json beside this file says its form.

{"prompts": [{"frame": 0, "object": 1, "points": [[320, 180, 1], [40, 50, 0]]},
             {"frame": 0, "object": 2, "box": [10, 20, 110, 220]},
             {"frame": 7, "object": 3, "mask": "third.png"},
             {"frame": 9, "object": 3, "mask": {"size": [480, 854], "counts": "..."}}]}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from masklet.core import rle
from masklet.core.arrays import BoolArray
from masklet.core.errors import PromptError
from masklet.core.files import write_whole
from masklet.core.values import Box, MaskPrompt, Points, Prompt
from masklet.prompts.label_map import ReadLabelMap, only_mask
from masklet.prompts.origin import naming

SCHEMA = Path(__file__).with_name("schema.json")
"""The published JSON schema (draft 2020-12) of a prompts file."""

_LARGEST = 2**53
"""Whole numbers up to here are exact in every reader of JSON."""
_LONGEST_SIDE = 16_384
"""Pixels; a mask larger than this is a mistake, and would fill the memory before it is found."""
_KINDS = ("points", "box", "mask")


def read_prompts(path: Path, read_label_map: ReadLabelMap | None = None) -> tuple[Prompt, ...]:
    """Return the prompts of a file, one for each entry, in its order.

    `read_label_map` opens the pictures that masks name; without it only run-length codes are taken. Raise
    PromptError, naming the entry (prompts[3].box), for what does not fit the schema.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except OSError as error:
        raise PromptError(f"Expected a JSON file of prompts at {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise PromptError(f"Expected JSON in {path}, got something else: {error}.") from error
    with naming(str(path)):
        return parse_prompts(document, folder=path.parent, read_label_map=read_label_map)


def parse_prompts(
    document: Any, *, folder: Path = Path(), read_label_map: ReadLabelMap | None = None
) -> tuple[Prompt, ...]:
    """Return the prompts of a document already read from JSON; file names in it are relative to `folder`."""
    _require_keys(document, "the document", needed={"prompts"}, allowed={"prompts", "$schema"})
    if not isinstance(document.get("$schema", ""), str):
        _refuse("$schema", "text", document["$schema"])
    if not isinstance(document["prompts"], list):
        _refuse("prompts", "a list", document["prompts"])
    return tuple(
        _parse_prompt(entry, f"prompts[{position}]", folder, read_label_map)
        for position, entry in enumerate(document["prompts"])
    )


def write_prompts(path: Path, prompts: Iterable[Prompt]) -> None:
    """Write prompts so that `read_prompts` gives them back; masks become run-length codes."""
    entries = [json.dumps(entry) for entry in prompts_to_json(prompts)]
    write_whole(path, ('{"prompts": [\n  ' + ",\n  ".join(entries) + "\n]}\n").encode())


def prompts_to_json(prompts: Iterable[Prompt]) -> list[dict[str, Any]]:
    """Return the entries of a prompts file, one for each prompt; masks become run-length codes."""
    return [{"frame": p.frame_index, "object": p.object_id, **_body_to_json(p)} for p in prompts]


def _parse_prompt(entry: Any, place: str, folder: Path, read_label_map: ReadLabelMap | None) -> Prompt:
    _require_keys(entry, place, needed={"frame", "object"}, allowed={"frame", "object", *_KINDS})
    frame_index = _integer(entry["frame"], f"{place}.frame", at_least=0)
    object_id = _integer(entry["object"], f"{place}.object", at_least=1)
    kinds = [kind for kind in _KINDS if kind in entry]
    if len(kinds) != 1:
        raise PromptError(f"Expected one of points, box or mask in {place}, got {' and '.join(kinds) or 'none'}.")
    value, place = entry[kinds[0]], f"{place}.{kinds[0]}"
    match kinds[0]:
        case "points":
            return _parse_points(value, place, frame_index, object_id)
        case "box":
            x1, y1, x2, y2 = _numbers(value, place, count=4)
            with naming(place):
                return Box(frame_index, object_id, (x1, y1, x2, y2))
        case _:
            return MaskPrompt(frame_index, object_id, _parse_mask(value, place, folder, read_label_map))


def _parse_points(rows: Any, place: str, frame_index: int, object_id: int) -> Points:
    if not isinstance(rows, list) or not rows:
        _refuse(place, "a list of points [x, y, label]", rows)
    xyl_P3 = np.array([_numbers(row, f"{place}[{position}]", count=3) for position, row in enumerate(rows)])
    with naming(place):
        if not np.isin(xyl_P3[:, 2], (0, 1)).all():
            raise PromptError(f"Expected point labels 1 (object) or 0 (background), got {xyl_P3[:, 2].tolist()}.")
        return Points(frame_index, object_id, xyl_P3[:, :2], xyl_P3[:, 2].astype(np.int64))


def _parse_mask(value: Any, place: str, folder: Path, read_label_map: ReadLabelMap | None) -> BoolArray:
    if not isinstance(value, str):
        return _parse_rle(value, place)
    if not value:
        _refuse(place, "the name of a picture file", value)
    if read_label_map is None:
        raise PromptError(f"Expected a run-length code in {place}, got the file {value}, and no way to read it.")
    with naming(place):
        return only_mask(read_label_map(folder / value))


def _parse_rle(value: Any, place: str) -> BoolArray:
    _require_keys(value, place, needed={"size", "counts"}, allowed={"size", "counts"})
    size, counts = value["size"], value["counts"]
    if not isinstance(size, list) or len(size) != 2:
        _refuse(f"{place}.size", "height and width", size)
    height, width = (_integer(side, f"{place}.size", at_least=1, at_most=_LONGEST_SIDE) for side in size)
    with naming(f"{place}.counts"):
        if isinstance(counts, str) and counts:
            return rle.decode(rle.Rle((height, width), counts))
        if isinstance(counts, list):
            runs = [_integer(run, f"[{position}]", at_least=0) for position, run in enumerate(counts)]
            return rle.decode(rle.from_uncompressed(runs, (height, width)))
    return _refuse(f"{place}.counts", "compressed text or a list of run lengths", counts)


def _require_keys(value: Any, place: str, *, needed: set[str], allowed: set[str]) -> None:
    if not isinstance(value, dict):
        _refuse(place, "an object {...}", value)
    for key in sorted(needed - value.keys()):
        raise PromptError(f"Expected {key!r} in {place}, got only {', '.join(map(repr, value)) or 'nothing'}.")
    for key in sorted(value.keys() - allowed):
        raise PromptError(f"Expected only {', '.join(sorted(allowed))} in {place}, got {key!r}.")


def _integer(value: Any, place: str, *, at_least: int, at_most: int = _LARGEST) -> int:
    number = _number(value, place)
    if not number.is_integer() or not at_least <= number <= at_most:
        _refuse(place, f"a whole number from {at_least} {'on' if at_most == _LARGEST else f'to {at_most}'}", value)
    return int(number)


def _numbers(values: Any, place: str, *, count: int) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != count:
        _refuse(place, f"{count} numbers", values)
    return tuple(_number(value, f"{place}[{position}]") for position, value in enumerate(values))


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LARGEST <= value <= _LARGEST:
        _refuse(place, "a number", value)
    return float(value)


def _refuse(place: str, expected: str, value: Any) -> NoReturn:
    shown = json.dumps(value)
    raise PromptError(f"Expected {expected} in {place}, got {shown if len(shown) < 60 else shown[:57] + '...'}.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _body_to_json(prompt: Prompt) -> dict[str, Any]:
    match prompt:
        case Points():
            rows = zip(prompt.xy_P2.tolist(), prompt.labels_P.tolist(), strict=True)
            return {"points": [[_plain(x), _plain(y), int(label)] for (x, y), label in rows]}
        case Box():
            return {"box": [_plain(float(value)) for value in prompt.xyxy]}
        case MaskPrompt():
            code = rle.encode(prompt.mask_HW)
            return {"mask": {"size": list(code.size_HW), "counts": code.counts}}


def _plain(value: float) -> float | int:
    """Return whole numbers without a point, as a person would write them."""
    return int(value) if value.is_integer() else value

"""The order of picture files in a folder, and what is missing between them. Pure functions of names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from masklet.core.errors import SourceError

_NUMBERED = re.compile(r"(?P<before>.*?)(?P<number>\d+)(?P<after>\D*)")


def in_order(stems: Sequence[str]) -> list[int]:
    """Return the positions of the names in the order of their frames: by number, as people count.

    >>> names = ["frame10", "frame9", "frame2"]
    >>> [names[position] for position in in_order(names)]
    ['frame2', 'frame9', 'frame10']
    """
    return sorted(range(len(stems)), key=lambda position: (_natural(stems[position]), stems[position]))


def numbers_of(stems: Sequence[str]) -> list[int] | None:
    """Return the frame numbers of names that differ in one number only, else None.

    >>> numbers_of(["a_001", "a_005"]), numbers_of(["street", "park"]), numbers_of(["2x1", "3x2"])
    ([1, 5], None, None)
    """
    matches = [_NUMBERED.fullmatch(stem) for stem in stems]
    found = [match for match in matches if match]
    if len(found) < len(stems) or len({(match["before"], match["after"]) for match in found}) > 1:
        return None
    return [int(match["number"]) for match in found]


def require_no_gaps(ordered_stems: Sequence[str]) -> None:
    """Raise SourceError where numbered names jump out of step or say one number twice.

    A constant step is fine, whatever it is (YouTube-VOS counts 00000, 00005, 00010). Names that are not
    numbered alike have no gaps.
    """
    numbers = numbers_of(ordered_stems)
    if numbers is None or len(numbers) < 2:
        return
    steps = [second - first for first, second in pairwise(numbers)]
    usual = _most_common(steps)
    for step, (first, second) in zip(steps, pairwise(ordered_stems), strict=True):
        if step == 0:
            raise SourceError(
                f"Expected every frame number once, got {first} and {second}: take one of them away."
            )
        if step != usual:
            raise SourceError(
                f"Expected frame numbers in steps of {usual}, got {second} right after {first}: "
                "supply the missing pictures, or allow gaps to take them as they are."
            )


def _most_common(steps: Sequence[int]) -> int:
    """Return the step seen most often; of several, the smallest that moves on."""
    counts = Counter(step for step in steps if step > 0)
    return min(counts, key=lambda step: (-counts[step], step)) if counts else 1


def _natural(stem: str) -> list[tuple[int, int, str]]:
    """Return a key in which digits compare as numbers and letters without case."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part.casefold()) for part in re.findall(r"\d+|\D+", stem)
    ]

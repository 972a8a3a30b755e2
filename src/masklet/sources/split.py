"""Dealing videos out to training, validation and test. Pure, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from masklet.core.errors import SourceError

PARTS = ("train", "val", "test")


def parse_shares(text: str) -> tuple[int, ...]:
    """Return the shares of '80/10/10'; raise SourceError unless they are three and make 100.

    >>> parse_shares("80/10/10")
    (80, 10, 10)
    """
    words = text.split("/")
    shares = tuple(int(word) for word in words if word.isdigit())
    if len(shares) != len(words) or len(shares) != len(PARTS) or sum(shares) != 100:
        raise SourceError(f"Expected shares of {'/'.join(PARTS)} that make 100, such as 80/10/10, got {text!r}.")
    return shares


def split_videos(names: Sequence[str], shares: Sequence[int], *, seed: int) -> dict[str, list[str]]:
    """Return the names of each part, sorted; every video is in one part, whatever is later cut from it.

    Parts are as near to their shares as whole videos allow (the largest remainders get one more). The order
    in which the names are given does not matter.

    >>> parts = split_videos([f"video_{n:02d}" for n in range(53)], (80, 10, 10), seed=0)
    >>> {part: len(names) for part, names in parts.items()}
    {'train': 43, 'val': 5, 'test': 5}
    """
    dealt = np.random.default_rng(seed).permutation(sorted(names)).tolist()
    counts = _whole_parts(len(dealt), shares)
    starts = np.cumsum([0, *counts])
    return {
        part: sorted(dealt[start : start + size]) for part, start, size in zip(PARTS, starts, counts, strict=False)
    }


def _whole_parts(total: int, shares: Sequence[int]) -> list[int]:
    """Return how many of the total each share gets, by largest remainder; of equal ones the earlier."""
    exact = [total * share / sum(shares) for share in shares]
    counts = [int(value) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda part: counts[part] - exact[part])
    for part in by_remainder[: total - sum(counts)]:
        counts[part] += 1
    return counts

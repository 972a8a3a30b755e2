"""Sizes to scale to, and bit rates as people write them. Pure."""

from __future__ import annotations

import re

from masklet.core.errors import SourceError


def scaled_size(size_HW: tuple[int, int], height: int) -> tuple[int, int]:
    """Return (height, width) at a height, the shape kept as well as even sides allow.

    >>> scaled_size((1080, 1920), 480)
    (480, 854)
    """
    if height < 2:
        raise SourceError(f"Expected a height of at least 2 pixels, got {height}.")
    return (height, max(2, round(size_HW[1] * height / size_HW[0] / 2) * 2))


def parse_size(text: str) -> tuple[int, int]:
    """Return (height, width) of 'WIDTHxHEIGHT'; raise SourceError for anything else.

    >>> parse_size("640x360")
    (360, 640)
    """
    match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", text.strip().lower())
    if match is None:
        raise SourceError(f"Expected a size as WIDTHxHEIGHT, such as 640x360, got {text!r}.")
    return (int(match[2]), int(match[1]))


def parse_bit_rate(text: str) -> int:
    """Return bits per second of '1000k', '1.5M' or '800000'; raise SourceError for anything else.

    >>> parse_bit_rate("1000k"), parse_bit_rate("1.5M")
    (1000000, 1500000)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kM]?)", text.strip())
    rate = round(float(match[1]) * {"": 1, "k": 1_000, "M": 1_000_000}[match[2]]) if match else 0
    if rate <= 0:
        raise SourceError(f"Expected a bit rate such as 1000k or 1.5M, got {text!r}.")
    return rate

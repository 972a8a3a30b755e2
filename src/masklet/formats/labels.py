"""Class names in formats that want one for every object."""

from __future__ import annotations

from masklet.masklets import Masklets

UNLABELLED = "object"
"""Stands in files for an object whose class is not known; read back as no label."""


def to_category(label: str | None) -> str:
    """Return what a file says of an object's class."""
    return UNLABELLED if label is None else label


def to_label(category: str) -> str | None:
    """Return the class name that a file's category means, None for the one that stands for none."""
    return None if category == UNLABELLED else category


def categories_of(masklets: Masklets) -> dict[str, int]:
    """Return all categories of a video, sorted, numbered from 1."""
    names = sorted({to_category(label) for label in masklets.labels.values()})
    return {name: number for number, name in enumerate(names, start=1)}

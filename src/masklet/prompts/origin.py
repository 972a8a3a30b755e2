"""Where a prompt was written, so that an error can point at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from masklet.core.errors import MaskletError, PromptError


@contextmanager
def naming(origin: str) -> Iterator[None]:
    """Put the origin (a flag, a place in a file) before the message of any error inside.

    >>> with naming("--box 0:1:5,5,2,2"):
    ...     raise PromptError("Expected a box with an area.")
    Traceback (most recent call last):
    masklet.core.errors.PromptError: --box 0:1:5,5,2,2: Expected a box with an area.
    """
    try:
        yield
    except MaskletError as error:
        raise PromptError(f"{origin}: {error}") from error

"""How the processor's memory is asked for: tensors of a step are freed and asked for again in the next one."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
"""Parameters of glibc's mallopt(3)."""
_KEPT = 2**31 - 1
_GROWTH = 256 << 20
_LARGEST_MMAP_THRESHOLD = 32 << 20


def keep_freed_memory() -> bool:
    """Have glibc keep what tensors free, for the next ones, instead of handing it back to the system page by page.

    Fetching the pages anew can take a sixth of a training step on a processor. Return False, and change nothing,
    where the allocator is another one.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # not glibc; not Linux
        return False
    settings = ((_TRIM_THRESHOLD, _KEPT), (_TOP_PAD, _GROWTH), (_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD))
    return all(mallopt(name, value) == 1 for name, value in settings)

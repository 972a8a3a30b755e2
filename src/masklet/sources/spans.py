"""Which frames a reader is asked for: checked once, here, for every kind of source."""

from masklet.core.errors import SourceError
from masklet.sources.protocol import SourceInfo


def forward(info: SourceInfo, start: int, stop: int | None) -> range:
    """Return the indices of read(start, stop); a stop past the end means the end.

    Raise SourceError for a start that is not a frame (one past the last is an empty span).
    """
    count = info.frame_count
    assert count is not None, "spans are of sources with an end"
    if not 0 <= start <= count:
        raise SourceError(
            f"Expected a first frame from 0 to {count - 1}, got {start}: {info.uri} has {count} frames."
        )
    return range(start, count if stop is None else min(stop, count))


def backward(info: SourceInfo, start: int) -> range:
    """Return the indices of read_backward(start); raise SourceError for a start that is not a frame."""
    count = info.frame_count
    assert count is not None, "spans are of sources with an end"
    if not 0 <= start < count:
        raise SourceError(
            f"Expected a last frame from 0 to {count - 1}, got {start}: {info.uri} has {count} frames."
        )
    return range(start, -1, -1)

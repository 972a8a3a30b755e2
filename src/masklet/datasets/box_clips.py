"""A part of a video's boxes, as the video of that part alone would have them."""

from __future__ import annotations

from masklet.masklets import BoxTracks, FrameBoxes


def tracks_between(tracks: BoxTracks, span: range, *, scale: float = 1.0) -> BoxTracks:
    """Return the boxes of the frames of a span, numbered from 0, in pixels of pictures scaled by `scale`."""
    return BoxTracks(
        {
            index - span.start: _scaled(boxes, scale)
            for index, boxes in tracks.frames.items()
            if span.start <= index < span.stop
        }
    )


def _scaled(boxes: FrameBoxes, scale: float) -> FrameBoxes:
    return FrameBoxes(boxes.object_ids, boxes.boxes_N4 * scale, boxes.scores_N, boxes.labels_N)

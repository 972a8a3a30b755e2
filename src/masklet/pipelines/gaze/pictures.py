"""What there is to look at of a join: the video with the look drawn in, a sheet of frames, the timeline.

Shapes: K samples that are looked up, N targets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, tee

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from masklet.core.label_space import LabelSpace
from masklet.core.rle import decode, union
from masklet.core.values import Frame
from masklet.masklets import Masklets
from masklet.metrics.gaze import NOTHING
from masklet.pipelines.gaze.folder import GazeFolder
from masklet.pipelines.gaze.joined import JoinedGaze
from masklet.pipelines.gaze.looks import Target
from masklet.pipelines.gaze.scene import Scene
from masklet.render import SHEET_TILES, colour_of, contact_sheet, evenly, sheet_frame, write_picture
from masklet.render.gaze import NOTHING_COLOUR, DrawnLook, draw_look
from masklet.render.gaze_timeline import TimelineRow, plot_gaze_timeline
from masklet.render.palette import Colour
from masklet.render.video import PRESET
from masklet.sources import FrameSource, prefetch, write_video
from masklet.sources.protocol import ASSUMED_RATE

_ROWS = 24
"""Things on the timeline, those looked at longest."""
_WORTH_SAYING = 0.1
"""Share from which a second candidate is named."""

FrameProgress = Callable[[Iterable[Frame]], Iterable[Frame]]


class LooksDrawn:
    """Draws the frames of the video, each with its samples."""

    def __init__(self, joined: JoinedGaze, scene: Scene) -> None:
        self._joined = joined
        self._scene = scene
        frames_K = joined.placed.frames_S[joined.used_K]
        self._order_K = np.argsort(frames_K, kind="stable")
        self._frames_K = frames_K[self._order_K]

    @property
    def frame_indices(self) -> tuple[int, ...]:
        """The frames that have samples."""
        return tuple(np.unique(self._frames_K).tolist())

    def drawn(self, frame: Frame) -> Frame:
        """Return the frame with its look drawn in."""
        return Frame(frame.index, frame.seconds, draw_look(frame.image_HW3, self._look(frame.index)))

    def tile(self, frame: Frame) -> UInt8Array:
        """Return the frame at the size of a tile, the look drawn at that size."""
        small, look = sheet_frame(frame), self._look(frame.index)
        factor = small.size_HW[1] / frame.size_HW[1]
        return draw_look(small.image_HW3, None if look is None else look.scaled(factor, small.size_HW))

    def _look(self, frame_index: int) -> DrawnLook | None:
        first, last = np.searchsorted(self._frames_K, [frame_index, frame_index + 1])
        if first == last:
            return None
        place_K = self._order_K[first:last]
        looks, joined = self._joined.looks, self._joined
        found, counts = np.unique(looks.target_K[place_K], return_counts=True)
        target = int(found[counts.argmax()])
        return DrawnLook(
            xy_K2=joined.gaze.xy_S2[joined.used_K[place_K]],
            radius=joined.radius,
            words=self._words(place_K, target),
            colour=NOTHING_COLOUR
            if target == NOTHING
            else target_colour(looks.targets[target], self._scene.space),
            mask_HW=None if target == NOTHING else self._mask(frame_index, looks.targets[target]),
        )

    def _words(self, place_K: IntArray, target: int) -> str:
        """Return the names of what the disks have, that which is looked at first, each with its mean share."""
        looks = self._joined.looks
        shares = np.zeros(len(looks.targets) + 1)
        for place in place_K.tolist():
            first, last = np.searchsorted(looks.sample_P, [place, place + 1])
            shares[looks.target_P[first:last]] += looks.share_P[first:last] / len(place_K)
        shares[-1] = max(1 - shares[:-1].sum(), 0)
        others = [other for other in np.argsort(-shares[:-1]).tolist() if other != target]
        worth = [other for other in others[:1] if shares[other] >= _WORTH_SAYING]
        return " | ".join(f"{looks.name_of(each)} {100 * shares[each]:.0f} %" for each in (target, *worth))

    def _mask(self, frame_index: int, target: Target) -> BoolArray | None:
        masklets, maps = self._scene.masklets, self._scene.maps
        if target.object_id is not None:
            assert masklets is not None
            return next(
                (decode(m.rle) for m in masklets.objects(frame_index) if m.object_id == target.object_id), None
            )
        labelled = self._scene.map_frames(np.array([frame_index]))[0]
        if maps is None or labelled < 0:
            return None
        mask_HW: BoolArray = maps.label_map(int(labelled)) == maps.space.value(target.label or "")
        return mask_HW if masklets is None else mask_HW & ~_covered(masklets, frame_index)


def _covered(masklets: Masklets, frame_index: int) -> BoolArray:
    return decode(union([item.rle for item in masklets.objects(frame_index)], masklets.size_HW))


def target_colour(target: Target, space: LabelSpace | None) -> Colour:
    """Return an object's own colour, or that of the class."""
    if target.object_id is not None:
        return colour_of(target.object_id)
    if space is None or target.label is None:
        return NOTHING_COLOUR
    return space.classes[space.value(target.label)].colour


def write_overlay(source: FrameSource, drawn: LooksDrawn, folder: GazeFolder, progress: FrameProgress) -> None:
    """Write overlay.mp4 and sheet.png; frames are read once for both, and keep their times."""
    wanted = evenly(drawn.frame_indices, SHEET_TILES)
    tiles: dict[str, UInt8Array] = {}

    def pictures() -> Iterator[Frame]:
        for frame in prefetch(iter(progress(source.read()))):
            if frame.index in wanted:
                tiles[f"frame {frame.index} · {frame.seconds:.2f} s"] = drawn.tile(frame)
            yield drawn.drawn(frame)

    shown, timed = tee(pictures())
    write_video(
        folder.overlay,
        (frame.image_HW3 for frame in shown),
        frames_per_second=source.info.frames_per_second or ASSUMED_RATE,
        seconds=(frame.seconds for frame in timed),
        preset=PRESET,
    )
    width = next(iter(tiles.values())).shape[1]
    sheet_HW3 = contact_sheet(tiles.values(), captions=list(tiles), tile_width=width)
    write_picture(folder.sheet, sheet_HW3)


def write_timeline(joined: JoinedGaze, space: LabelSpace | None, video_T: FloatArray, folder: GazeFolder) -> None:
    """Write timeline.png; raise MissingExtraError without matplotlib."""
    looks, rests = joined.looks, joined.rests
    by_name = {name: place for place, name in enumerate(joined.names)}
    rows = []
    for entry in joined.dwell()[:_ROWS]:
        place = by_name[entry["object"]]
        target = NOTHING if place == len(looks.targets) else place
        mine_F = joined.at_rest.target_F == target
        rows.append(
            TimelineRow(
                name=entry["object"],
                colour=NOTHING_COLOUR if target == NOTHING else target_colour(looks.targets[target], space),
                fixations=list(zip(rests.start_F[mine_F].tolist(), rests.end_F[mine_F].tolist(), strict=True)),
                samples=_runs(joined, looks.target_K == target),
                note=f"{entry['seconds']:.1f} s",
            )
        )
    end = max(float(video_T[-1]), float(joined.placed.seconds_S[joined.used_K][-1]))
    plot_gaze_timeline(
        rows, _lost(joined), folder.timeline, title="what was looked at", span=(float(video_T[0]), max(end, 1e-3))
    )


def _runs(joined: JoinedGaze, chosen_K: BoolArray) -> list[tuple[float, float]]:
    """Return from when to when chosen samples follow each other."""
    start_K = joined.placed.seconds_S[joined.used_K]
    return _merged(start_K[chosen_K], (start_K + joined.sample_seconds_K)[chosen_K])


def _lost(joined: JoinedGaze) -> list[tuple[float, float]]:
    """Return from when to when no sample between the first and the last one could be looked up."""
    start_K = joined.placed.seconds_S[joined.used_K]
    known = _merged(start_K, start_K + joined.sample_seconds_K)
    return [(before[1], after[0]) for before, after in pairwise(known)]


def _merged(start_K: FloatArray, end_K: FloatArray) -> list[tuple[float, float]]:
    """Return spans, those that touch put together."""
    if not len(start_K):
        return []
    gaps = np.flatnonzero(start_K[1:] - end_K[:-1] > 1e-6)
    starts, ends = np.append(0, gaps + 1), np.append(gaps, len(start_K) - 1)
    return list(zip(start_K[starts].tolist(), end_K[ends].tolist(), strict=True))

"""The main job: a video and hints in, a run's folder out; killed at any moment it can go on where it was.

A pass walks frames in one direction; a thread writes what is finished while the next frame is stepped, first a
frame's PNG, then its line in masklets.jsonl. Every few seconds the session is kept as a snapshot, when all
before it is written. To go on, the session is taken from the snapshot, the frames finished since are stepped again
without being written, and the next frame follows: what a session remembers then is exactly what it remembered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.formats.davis import VOID, write_label_png
from masklet.masklets import Masklets, MaskletWriter, open_masklets
from masklet.models.protocols import Session, Tracker
from masklet.pipelines.background import Background
from masklet.pipelines.run_folder import RunFolder, writing_to
from masklet.propagation import Step, read_snapshot, steps, write_snapshot
from masklet.sources import FrameSource, every_nth, prefetch

SNAPSHOT_EVERY_SECONDS = 5.0
LARGEST_PNG_ID = min(VOID) - 1
"""Frames with a larger id get no indexed PNG, which cannot hold it; they are in masklets.jsonl all the same."""


class Progress(Protocol):
    """Hands on the steps and may show how far they are."""

    def __call__(self, steps: Iterable[Step], /, *, total: int | None) -> Iterator[Step]:
        """Yield every step."""
        ...


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Which frames are walked in which direction, and what happens on them."""

    prompts: tuple[Prompt, ...] = ()
    removals: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """From a frame's index to the objects forgotten before it."""
    first: int = 0
    backward: bool = False
    step: int = 1
    """Forward, only every so manieth frame is walked."""

    def frames(self, source: FrameSource, *, skip: int) -> Iterator[Frame]:
        """Yield the frames from where `skip` of them are done."""
        if self.backward:
            return source.read_backward(self.first - skip) if skip <= self.first else iter(())
        return every_nth(source, self.step, start=self.first + skip * self.step)

    def frame_count(self, source: FrameSource) -> int | None:
        """Return how many frames are walked, None where the source has no known end."""
        if self.backward:
            return self.first + 1
        count = source.info.frame_count
        return None if count is None else len(range(self.first, count, self.step))


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What a pass did in this process."""

    frames: int
    """Frames finished in all, those of an earlier process counted in."""
    seconds: float
    step_seconds: tuple[float, ...]


def walk(
    walk: Walk,
    source: FrameSource,
    tracker: Tracker,
    folder: RunFolder,
    masklets: Path,
    *,
    progress: Progress,
    finish: Callable[[FrameMasks], FrameMasks] | None = None,
    write_pngs: bool = True,
    watch: Callable[[Frame, FrameMasks], None] | None = None,
) -> Walked:
    """Walk the frames not finished yet, appending to `masklets`; `finish` has the last word on a frame's masks.

    `watch` is told each frame that is finished here, and its masks as they are written.
    """
    done = _finished_frames(masklets)
    if done and write_pngs:
        _write_missing_pngs(open_masklets(masklets), folder)
    at, session = _session_at_most(done, folder.snapshot(masklets), tracker)
    frames = prefetch(walk.frames(source, skip=at))
    total = walk.frame_count(source)
    step_seconds: list[float] = []
    started = saved = time.monotonic()
    with writing_to(folder.root), MaskletWriter(masklets) as writer:
        write = partial(_write_all, name_of=source.frame_name, pngs=folder if write_pngs else None, writer=writer)
        stepped = steps(frames, walk.prompts, session, removals=walk.removals)
        with Background[tuple[Frame, FrameMasks]](write, depth=1) as writing:
            for step in progress(stepped, total=None if total is None else total - at):
                at += 1
                if at > done:
                    masks = _as_written(finish(step.masks) if finish else step.masks)
                    writing.put((step.frame, masks))
                    if watch:
                        watch(step.frame, masks)
                    step_seconds.append(step.seconds)
                if time.monotonic() - saved > SNAPSHOT_EVERY_SECONDS:
                    writing.settle()
                    writer.sync()
                    write_snapshot(folder.snapshot(masklets), {**session.state(), "walked": np.array(at)})
                    saved = time.monotonic()
    return Walked(frames=at, seconds=time.monotonic() - started, step_seconds=tuple(step_seconds))


def with_earlier(earlier: Masklets) -> Callable[[FrameMasks], FrameMasks]:
    """Return what puts a frame's masks together with those found before the objects' first prompts."""

    def finish(masks: FrameMasks) -> FrameMasks:
        before = earlier.frame(masks.frame_index)
        kept = [n for n, object_id in enumerate(masks.object_ids) if object_id not in before.object_ids]
        return FrameMasks(
            frame_index=masks.frame_index,
            object_ids=(*before.object_ids, *(masks.object_ids[n] for n in kept)),
            masks_NHW=np.concatenate([before.masks_NHW, masks.masks_NHW[kept]]),
            scores_N=np.concatenate([before.scores_N, masks.scores_N[kept]]),
        )

    return finish


def _as_written(masks: FrameMasks) -> FrameMasks:
    """Return the masks with the scores that their line will tell, so that pictures made of either are the same."""
    return replace(masks, scores_N=np.array([round(score, 6) for score in masks.scores_N.tolist()]))


def _write_all(
    finished: Iterable[tuple[Frame, FrameMasks]],
    *,
    name_of: Callable[[int], str],
    pngs: RunFolder | None,
    writer: MaskletWriter,
) -> None:
    for frame, masks in finished:
        name = name_of(frame.index)
        if pngs:
            _write_png(pngs, name, masks)
        writer.append(masks, seconds=frame.seconds, name=name)


def _write_png(folder: RunFolder, name: str, masks: FrameMasks) -> None:
    if max(masks.object_ids, default=0) <= LARGEST_PNG_ID:
        write_label_png(folder.masks / f"{name}.png", masks.label_map())


def _write_missing_pngs(masklets: Masklets, folder: RunFolder) -> None:
    """Write the PNGs of finished frames that are not there: deleted, or lost when the power went."""
    for index in masklets.frame_indices:
        name = masklets.frame_name(index)
        path = folder.masks / f"{name}.png"
        if not (path.is_file() and path.stat().st_size):
            with writing_to(folder.root):
                _write_png(folder, name, masklets.frame(index))


def _finished_frames(masklets: Path) -> int:
    if not masklets.exists():
        return 0
    with MaskletWriter(masklets):  # cuts off what a kill left of the last line
        pass
    return len(open_masklets(masklets)) if masklets.stat().st_size else 0


def _session_at_most(done: int, snapshot: Path, tracker: Tracker) -> tuple[int, Session]:
    """Return a session and how many frames it has stepped: the snapshot's, unless that is ahead of the file."""
    if snapshot.exists():
        state = read_snapshot(snapshot)
        at = int(state.pop("walked"))
        if at <= done:
            return at, tracker.restore(state)
    return 0, tracker.start()

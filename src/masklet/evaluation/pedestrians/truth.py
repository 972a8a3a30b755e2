"""Where the truth lies: sequences with gt/gt.txt (MOT or MOTS), or one video's masks or boxes in any format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from masklet.core.errors import EvaluationError, MaskletError
from masklet.datasets import Clip, MotSequence, mot_sequences
from masklet.evaluation.pedestrians.people import BoxPeople, MaskPeople, People
from masklet.formats import format_of, read_annotations
from masklet.formats.mots import read_mots_txt
from masklet.formats.sniff import mots_from_1
from masklet.formats.text import read_lines
from masklet.masklets import BoxTracks, Masklets
from masklet.sources import FrameSource, SourceInfo, open_source

OpenFrames = Callable[[], FrameSource]


@dataclass(frozen=True, eq=False)
class TrueSequence:
    """One video: its people, and what is known of its pictures."""

    name: str
    people: People
    open_frames: OpenFrames | None = None
    frames_per_second: float | None = None
    info: SourceInfo | None = None
    """Of its pictures, None where there are none."""


def read_truth(
    path: Path, *, video: str | Path | None = None, frames_per_second: float | None = None
) -> dict[str, TrueSequence]:
    """Return the sequences of a truth by name.

    `path` is what `evaluate_mot` takes (a gt.txt, a sequence's folder or a folder of several) or one video's masks
    or boxes in any format masklet reads. `video` has the pictures of a truth that lies without them; a rate that
    is given stands above what files say. Raise FormatError or EvaluationError where there is no truth, SourceError
    for a video that is none.
    """
    if not path.exists():
        raise EvaluationError(f"Expected a gt.txt, a folder of sequences or masks, found nothing at {path}.")
    sequences = _sequences(path)
    if video is not None and len(sequences) > 1:
        raise EvaluationError(f"Expected one sequence in {path} for one video, got {len(sequences)}.")
    if sequences:
        return {item.name: _of_sequence(item, video, frames_per_second) for item in sequences}
    people, (opener, info) = read_annotations(path), _pictures(video)
    visible = visible_shares(path) if format_of(path) == "mot-txt" else None
    return {path.stem: _sequence(path.stem, people, visible, opener, info, frames_per_second)}


def visible_shares(path: Path) -> dict[tuple[int, int], float] | None:
    """Return how much of each person a MOT text says is visible, by frame (from 0) and id.

    Only truths of MOT16 and later say so, in lines of nine fields whose eighth is a class. None of any other.
    """
    found: dict[tuple[int, int], float] = {}
    for line in read_lines(path):
        if line.strip():
            fields = [float(field) for field in line.split(",")]
            if len(fields) != 9 or fields[7] <= 0:
                return None
            found[int(fields[0]) - 1, int(fields[1])] = fields[8]
    return found


def _sequences(path: Path) -> list[MotSequence]:
    if path.is_file():
        beside = MotSequence(path.absolute().parent.parent)
        return [beside] if path.absolute() == beside.truth_path else []
    has_truth = MotSequence(path).truth_path.is_file() or any(path.glob("*/gt/gt.txt"))
    return mot_sequences(path) if has_truth else []


def _of_sequence(sequence: MotSequence, video: str | Path | None, rate: float | None) -> TrueSequence:
    path, clip = sequence.truth_path, sequence.clip()
    is_mots = mots_from_1(path)
    opener, info = _pictures(video) if video is not None else _pictures_of(clip)
    people = read_mots_txt(path) if is_mots else clip.truth
    return _sequence(sequence.name, people, None if is_mots else visible_shares(path), opener, info, rate)


def _sequence(
    name: str,
    people: Masklets | BoxTracks,
    visible: Mapping[tuple[int, int], float] | None,
    opener: OpenFrames | None,
    info: SourceInfo | None,
    rate: float | None,
) -> TrueSequence:
    return TrueSequence(
        name=name,
        people=(
            MaskPeople(people)
            if isinstance(people, Masklets)
            else BoxPeople(people, info.size_HW if info else None, visible)
        ),
        open_frames=opener,
        frames_per_second=rate or (info.frames_per_second if info else None),
        info=info,
    )


def _pictures(video: str | Path | None) -> tuple[OpenFrames | None, SourceInfo | None]:
    """Return what opens a video and what is known of it, None of both without one."""
    if video is None:
        return None, None
    source = open_source(video)
    source.close()
    return lambda: open_source(video), source.info


def _pictures_of(clip: Clip[BoxTracks]) -> tuple[OpenFrames | None, SourceInfo | None]:
    """Return what opens the pictures beside a truth, None where they are not there: it can do without them."""
    try:
        source = clip.frames
    except (MaskletError, OSError):
        return None, None
    source.close()
    return lambda: clip.frames, source.info

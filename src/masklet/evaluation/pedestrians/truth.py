"""Where the truth lies: sequences with gt/gt.txt, a MOT text by itself, or masks in any format masklet reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from masklet.core.errors import EvaluationError, MaskletError
from masklet.datasets import MotSequence, mot_sequences
from masklet.evaluation.pedestrians.people import BoxPeople, MaskPeople, People
from masklet.formats import format_of, read_annotations
from masklet.formats.text import read_lines
from masklet.masklets import Masklets
from masklet.sources import FrameSource, SourceInfo, open_source

OpenFrames = Callable[[], FrameSource]


@dataclass(frozen=True, eq=False)
class TrueSequence:
    """One video: its people, and what is known of its pictures."""

    name: str
    people: People
    open_frames: OpenFrames | None = None
    frames_per_second: float | None = None


def read_truth(
    path: Path, *, video: str | Path | None = None, frames_per_second: float | None = None
) -> dict[str, TrueSequence]:
    """Return the sequences of a truth by name.

    `path` is what `evaluate_mot` takes (a gt.txt, a sequence's folder or a folder of several) or one video's masks
    or boxes in any format masklet reads. `video` has the pictures of a truth that lies without them; a rate that
    is given stands above what files say. Raise FormatError or EvaluationError where there is no truth.
    """
    if not path.exists():
        raise EvaluationError(f"Expected a gt.txt, a folder of sequences or masks, found nothing at {path}.")
    sequences = _sequences(path)
    if video is not None and len(sequences) > 1:
        raise EvaluationError(f"Expected one sequence in {path} for one video, got {len(sequences)}.")
    if sequences:
        return {item.name: _of_sequence(item, video, frames_per_second) for item in sequences}
    opener, info = _known(_opener(video))
    rate = frames_per_second or (info.frames_per_second if info else None)
    return {path.stem: TrueSequence(path.stem, _people(path, info), opener, rate)}


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
    clip = sequence.clip()
    opener, info = _known(_opener(video) or (lambda: clip.frames))
    people = BoxPeople(clip.truth, info.size_HW if info else None, visible_shares(sequence.truth_path))
    return TrueSequence(sequence.name, people, opener, rate or (info.frames_per_second if info else None))


def _people(path: Path, info: SourceInfo | None) -> People:
    annotations = read_annotations(path)
    if isinstance(annotations, Masklets):
        return MaskPeople(annotations)
    visible = visible_shares(path) if format_of(path) == "mot-txt" else None
    return BoxPeople(annotations, info.size_HW if info else None, visible)


def _opener(video: str | Path | None) -> OpenFrames | None:
    return None if video is None else lambda: open_source(video)


def _known(opener: OpenFrames | None) -> tuple[OpenFrames | None, SourceInfo | None]:
    """Return what opens the pictures and what is known of them; None of both where they cannot be opened.

    A truth without its pictures can be measured all the same.
    """
    try:
        source = opener() if opener else None
    except (MaskletError, OSError):
        return None, None
    if source is None:
        return None, None
    source.close()
    return opener, source.info

"""YouTube-VOS: G from J and F of every object, from the frame after its first annotation on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.errors import EvaluationError
from masklet.datasets import YoutubeVos
from masklet.evaluation.json_values import for_json, per_frame
from masklet.evaluation.label_pngs import read_pairs, require_results
from masklet.evaluation.problems import Watch, score_all, unwatched
from masklet.formats.davis import label_pngs_in
from masklet.metrics.label_maps import FIRST_VOID, score_label_maps
from masklet.metrics.youtube_vos import ObjectScore, YoutubeVosScore, youtube_vos_score


@dataclass(frozen=True, eq=False)
class YoutubeVosObject:
    """J and F of one object in the annotated frames after its first."""

    object_id: int
    category: str | None
    frame_names: tuple[str, ...]
    j_T: FloatArray
    f_T: FloatArray

    @property
    def score(self) -> ObjectScore:
        """Its means, with its category."""
        return ObjectScore(self.category, float(self.j_T.mean()), float(self.f_T.mean()))


@dataclass(frozen=True, eq=False)
class YoutubeVosVideo:
    """One video; an object that begins in the last annotated frame has nothing to compare and is not in it."""

    name: str
    objects: tuple[YoutubeVosObject, ...]


@dataclass(frozen=True, eq=False)
class YoutubeVosReport:
    """All videos."""

    videos: tuple[YoutubeVosVideo, ...]

    @property
    def overall(self) -> YoutubeVosScore:
        """J and F of seen and unseen categories, and G."""
        return youtube_vos_score(item.score for video in self.videos for item in video.objects)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        score = self.overall
        named = {
            "G": score.g,
            "J-Seen": score.j_seen,
            "J-Unseen": score.j_unseen,
            "F-Seen": score.f_seen,
            "F-Unseen": score.f_unseen,
        }
        return {
            "global": {name: for_json(value) for name, value in named.items()},
            "per_object": {
                f"{video.name}_{item.object_id}": _object_json(item)
                for video in self.videos
                for item in video.objects
            },
        }


def evaluate_youtube_vos(
    root: Path,
    results: Path,
    *,
    split: str = "valid",
    videos: Sequence[str] | None = None,
    jobs: int = 1,
    watch: Watch = unwatched,
) -> YoutubeVosReport:
    """Compare RESULTS/VIDEO/00005.png with the annotated frames of YouTube-VOS in `root`.

    `videos` takes these in place of all; `jobs` of them are compared at a time; `watch` sees them pass. Without
    meta.json all objects count as of a seen category. Raise EvaluationError naming every video and frame that
    is missing, damaged or of the wrong size, FormatError for a truth that is not YouTube-VOS.
    """
    dataset = YoutubeVos(root, split)
    categories = dataset.categories()
    score = partial(_score_video, dataset=dataset, results=require_results(results), categories=categories)
    names = tuple(videos) if videos else dataset.names()
    report = YoutubeVosReport(tuple(score_all(score, names, results=results, jobs=jobs, watch=watch)))
    if not any(video.objects for video in report.videos):
        raise EvaluationError(f"Expected objects annotated in more than one frame in {dataset.folder}, got none.")
    return report


def _score_video(
    name: str, *, dataset: YoutubeVos, results: Path, categories: Mapping[str, Mapping[int, str]]
) -> YoutubeVosVideo:
    truth = dataset.truth_folder(name)
    if not truth.is_dir():
        raise EvaluationError(f"Expected the true masks of {name} in {truth}, found no such folder.")
    frame_names = [path.stem for path in label_pngs_in(truth)]
    begun: dict[int, list[tuple[str, float, float]]] = {}
    for frame_name, predicted_HW, truth_HW in read_pairs(frame_names, truth, results, name, binary=False):
        j_N, f_N = score_label_maps(predicted_HW, truth_HW, tuple(begun))
        for scores, j, f in zip(begun.values(), j_N, f_N, strict=True):
            scores.append((frame_name, float(j), float(f)))
        for object_id in _ids_in(truth_HW):
            begun.setdefault(object_id, [])
    said = categories.get(name, {})
    objects = (
        _object(object_id, said.get(object_id), scores) for object_id, scores in sorted(begun.items()) if scores
    )
    return YoutubeVosVideo(name, tuple(objects))


def _ids_in(label_map_HW: IntArray) -> list[int]:
    return [int(value) for value in np.unique(label_map_HW) if 0 < value < FIRST_VOID]


def _object(object_id: int, category: str | None, scores: list[tuple[str, float, float]]) -> YoutubeVosObject:
    names, j_T, f_T = zip(*scores, strict=True)
    return YoutubeVosObject(object_id, category, tuple(names), np.array(j_T), np.array(f_T))


def _object_json(item: YoutubeVosObject) -> dict[str, Any]:
    return {
        "category": item.category,
        "seen": item.score.seen,
        "J": item.score.j,
        "F": item.score.f,
        "frames": list(item.frame_names),
        "J_per_frame": per_frame(item.j_T),
        "F_per_frame": per_frame(item.f_T),
    }

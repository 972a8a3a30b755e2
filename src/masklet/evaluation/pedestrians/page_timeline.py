"""Bars that say of every person, pipeline by pipeline, when each is followed, lost, hidden or absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from masklet.evaluation.pedestrians.definitions import Definitions
from masklet.evaluation.pedestrians.histories import History, State
from masklet.evaluation.pedestrians.measure import ClipResult
from masklet.evaluation.pedestrians.report import PedestrianReport
from masklet.render import report_html as html

KINDS = {
    "tracked": "followed",
    "other": "right mask, another id",
    "wrong": "a mask, not right",
    "lost": "lost",
    "hidden": "hidden, not judged",
    "small": "small, not judged",
}
COLOURS = {
    "tracked": ("#2a8f82", "#3fae9f"),
    "other": ("#e0b13c", "#d9b04a"),
    "wrong": ("#ee8f4e", "#e58d55"),
    "lost": ("#c8384c", "#dc5367"),
    "hidden": ("#9aa7b5", "#6d7a88"),
    "small": ("#ccd4dc", "#48525d"),
}


def timelines(report: PedestrianReport) -> Iterator[str]:
    """Yield the bars of all people, sequence by sequence."""
    yield html.heading("Who is followed, lost, hidden, absent")
    yield html.paragraph(
        "A group of bars for each person, a bar for each pipeline, the clips one after the other. Nothing drawn: "
        "absent.",
        soft=True,
    )
    yield html.legend(KINDS)
    for place, sequence in enumerate(report.sequences):
        of_sequence = {
            name: [clip for clip in pipeline.clips if clip.sequence == sequence]
            for name, pipeline in report.pipelines.items()
        }
        if any(of_sequence.values()):
            yield html.fold(sequence, _timeline(of_sequence, report.definitions), is_open=place == 0)


def _timeline(pipelines: Mapping[str, Sequence[ClipResult]], definitions: Definitions) -> str:
    first = next(iter(pipelines.values()))
    starts = np.cumsum([0, *(len(clip.indices) for clip in first)]).tolist()
    people = sorted({person for clip in first for person in clip.everyone})
    groups = {
        f"person {person}": [
            html.Bar(
                name,
                [
                    (start + begin, start + end, kind)
                    for start, clip in zip(starts, clips, strict=False)
                    if person in clip.everyone
                    for begin, end, kind in _runs(clip.everyone[person], definitions)
                ],
            )
            for name, clips in pipelines.items()
        ]
        for person in people
    }
    return html.timeline(groups, starts[-1], cuts=starts[1:-1])


def _runs(history: History, definitions: Definitions) -> Iterator[tuple[int, int, str]]:
    """Yield start, stop and kind of every stretch of one person in one clip, but where absent."""
    followed_T = history.followed_T(definitions)
    plain = {State.HIDDEN: "hidden", State.SMALL: "small", State.LOST: "lost", State.WRONG: "wrong"}

    def kind(t: int) -> str:
        state = State(int(history.state_T[t]))
        return plain.get(state, "") if state != State.RIGHT else "tracked" if followed_T[t] else "other"

    for name, run in groupby(range(len(history.state_T)), kind):
        listed = list(run)
        if name:
            yield listed[0], listed[-1] + 1, name

"""The report as one HTML file: the tables, who was lost when, the pipelines side by side, the failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from masklet.core.files import write_whole
from masklet.evaluation.pedestrians.failures import Failure, Finding
from masklet.evaluation.pedestrians.measure import ClipResult
from masklet.evaluation.pedestrians.page_tables import scores_table, three_tables
from masklet.evaluation.pedestrians.page_timeline import COLOURS, timelines
from masklet.evaluation.pedestrians.pictures import Pictures, crop_of, sheet_of
from masklet.evaluation.pedestrians.report import PedestrianReport, PipelineReport
from masklet.render import report_html as html

CROPS = 12
"""Failures shown as pictures, of each pipeline; all are listed."""
SHEETS = 3
"""Clips shown side by side: those where most people are lost."""


def write_report(report: PedestrianReport, path: Path, *, crops: int = CROPS, sheets: int = SHEETS) -> None:
    """Write the report, whole or not at all; without pictures of the video it has none.

    Raise OutputError where it cannot be written.
    """
    with Pictures(report.sequences) as pictures:
        sections = [
            _lead(report),
            *three_tables(report),
            *scores_table(report),
            *timelines(report),
            *_sheets(report, pictures, sheets),
            *_failures(report, pictures, crops),
            *_choices(report),
        ]
    write_whole(path, html.page("Pedestrians: who is found, followed and lost", sections, colours=COLOURS))


def _lead(report: PedestrianReport) -> str:
    clips, people = report.clips, next(iter(report.pipelines.values())).tables.tracking.people
    rates = ", ".join(f"{rate:g}" for rate in dict.fromkeys(report.frames_per_second.values()))
    length = "whole videos" if report.lengths.seconds is None else f"clips of {report.lengths.seconds:g} s"
    how = {"box": "IoU of boxes", "mask": "IoU of masks", "covered": "share of the person covered"}
    return html.paragraph(
        f"{', '.join(report.sequences)}: {len(clips)} {length} at {rates} frames/s with {people} people (one who "
        f"is in several clips counts in each). Masks are compared by {how[report.compare]}, right from "
        f"{report.definitions.right_from:g}. The definitions are at the end."
    )


def _sheets(report: PedestrianReport, pictures: Pictures, count: int) -> Iterator[str]:
    places = range(len(report.clips))
    lost = [sum(len(pipeline.clips[place].causes) for pipeline in report.pipelines.values()) for place in places]
    chosen = sorted(sorted(places, key=lambda place: (-lost[place], place))[:count])
    figures = []
    for place in chosen:
        clips = {name: pipeline.clips[place] for name, pipeline in report.pipelines.items()}
        sheet_HW3 = sheet_of(clips, report.sequences, pictures)
        if sheet_HW3 is not None:
            caption = _clip_name(next(iter(clips.values())))
            figures.append(html.figure(html.picture(sheet_HW3, alt=f"all pipelines, {caption}"), caption))
    if figures:
        yield html.heading("Side by side")
        yield html.paragraph(
            "The clips where most people are lost. First column: the truth. Red box: judged, no right mask.",
            soft=True,
        )
        yield from figures


def _failures(report: PedestrianReport, pictures: Pictures, count: int) -> Iterator[str]:
    kinds = [failure.value for failure in Failure]
    yield html.heading("Failures")
    yield html.table(
        ["pipeline", *kinds],
        [
            [name, *(str(Counter(item.failure.value for _, item in _findings(pipeline))[kind]) for kind in kinds)]
            for name, pipeline in report.pipelines.items()
        ],
        caption="how often each was found",
    )
    for name, pipeline in report.pipelines.items():
        found = _findings(pipeline)
        if not found:
            continue
        yield html.heading(name, level=3)
        shown = (
            (clip, item, crop_of(item, clip, report.sequences, pictures)) for clip, item in _varied(found, count)
        )
        crops = [
            html.figure(
                html.picture(crop_HW3, alt=item.failure.value), f"{item.failure.value}: {_said(clip, item)}"
            )
            for clip, item, crop_HW3 in shown
            if crop_HW3 is not None
        ]
        if crops:
            yield html.gallery(crops)
        rows = [
            [item.failure.value, _clip_name(clip), f"{item.frame_index}", f"{item.frames}", item.why]
            for clip, item in found
        ]
        listed = html.table(["failure", "clip", "frame", "frames", "why"], rows, words=[1, 4])
        yield html.fold(f"all {len(found)} of {name}", listed)


def _findings(pipeline: PipelineReport) -> list[tuple[ClipResult, Finding]]:
    return [(clip, finding) for clip in pipeline.clips for finding in clip.findings]


def _varied(found: Sequence[tuple[ClipResult, Finding]], count: int) -> list[tuple[ClipResult, Finding]]:
    """Return some of the findings, of every kind in turn, by clip and frame."""
    turns: Counter[str] = Counter()
    ranked = []
    for place, (_, item) in enumerate(found):
        ranked.append((turns[item.failure], place))
        turns[item.failure] += 1
    return [found[place] for place in sorted(place for _, place in sorted(ranked)[:count])]


def _choices(report: PedestrianReport) -> Iterator[str]:
    yield html.heading("Definitions")
    yield html.paragraph("docs/guides/pedestrians.md says how each is used.", soft=True)
    chosen = {**asdict(report.definitions), "compare": report.compare}
    rows = [
        [name, str(value) if isinstance(value, bool | str) else f"{value:g}"] for name, value in chosen.items()
    ]
    yield html.table(["choice", "value"], rows)


def _clip_name(clip: ClipResult) -> str:
    return f"{clip.sequence}, clip {clip.span.number}, frames {clip.span.frames.start}–{clip.span.frames.stop - 1}"


def _said(clip: ClipResult, finding: Finding) -> str:
    return f"{finding.why} (clip {clip.span.number}, frame {finding.frame_index})"

"""The tables of the report, ours and the paper's beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from math import isnan

from masklet.evaluation.pedestrians.causes import Cause, Group
from masklet.evaluation.pedestrians.printed import PRINTED, PRINTED_TEXT
from masklet.evaluation.pedestrians.report import PedestrianReport
from masklet.evaluation.pedestrians.tables import Tables
from masklet.render import report_html as html


def three_tables(report: PedestrianReport) -> Iterator[str]:
    """Yield the headings and tables of identification, tracking and causes of loss."""
    tables = {name: pipeline.tables for name, pipeline in report.pipelines.items()}
    yield html.heading("1 · Identification accuracy")
    yield html.paragraph("Is the mask right, given that one lies on the person?", soft=True)
    yield html.beside([_identification(tables), _printed("Table 1", ["identified"])])
    yield html.heading("2 · Tracking accuracy")
    yield html.paragraph("Of the people who appear in a clip, how many are followed through it?", soft=True)
    yield html.beside([_tracking(tables), _printed("Table 2", ["tracked"])])
    yield html.heading("3 · Causes of loss")
    yield html.paragraph(
        "Appearing: not there in the clip's first frame. Interrupted: there, followed, then lost. Shares are of "
        "the people who are not tracked.",
        soft=True,
    )
    yield html.beside([_losses(tables), _printed("Table 3", ["interrupted", "appearing"])])
    yield _causes(tables)
    yield html.paragraph(PRINTED_TEXT, soft=True)


def _identification(tables: Mapping[str, Tables]) -> str:
    rows = [
        [
            name,
            percent(item.identification.of_located_people),
            percent(item.identification.of_located_frames),
            percent(item.identification.of_all_frames),
        ]
        for name, item in tables.items()
    ]
    columns = ["pipeline", "of people", "of person-frames", "right of all person-frames"]
    return html.table(columns, rows, caption="measured")


def _tracking(tables: Mapping[str, Tables]) -> str:
    rows = [
        [
            name,
            str(item.tracking.people),
            str(item.tracking.tracked),
            percent(item.tracking.share),
            f"{item.tracking.entrants_tracked} of {item.tracking.entrants}",
            _number(item.tracking.median_seconds_to_pick_up, 1),
        ]
        for name, item in tables.items()
    ]
    columns = ["pipeline", "people", "tracked", "share", "entrants tracked", "median s to pick up"]
    return html.table(columns, rows, caption="measured")


def _losses(tables: Mapping[str, Tables]) -> str:
    rows = [
        [
            name,
            str(item.losses.total),
            *(f"{item.losses.count(group)} ({percent(item.losses.share(group))})" for group in Group),
        ]
        for name, item in tables.items()
    ]
    return html.table(["pipeline", "not tracked", *(group.value for group in Group)], rows, caption="measured")


def _causes(tables: Mapping[str, Tables]) -> str:
    rows = [
        [cause.value, cause.group.value, *(str(item.losses.causes.get(cause, 0)) for item in tables.values())]
        for cause in Cause
    ]
    return html.table(["cause", "kind", *tables], rows, caption="the same in detail: people", words=[1])


def _printed(table: str, columns: Sequence[str]) -> str:
    rows = [[row.name, *(str(asdict(row)[column]) for column in columns)] for row in PRINTED]
    return html.table(
        ["pipeline", *columns],
        rows,
        caption=f"printed in the paper, {table}: other video, judged by eye",
        apart=True,
    )


def scores_table(report: PedestrianReport) -> Iterator[str]:
    """Yield the table of MOTA, IDF1, HOTA, sMOTSA and frames/s."""
    rows = []
    for name, pipeline in report.pipelines.items():
        figures = pipeline.scores.to_json()
        shares = [percent(figures[key]) for key in ("MOTA", "IDF1", "HOTA", "DetA", "AssA", "sMOTSA")]
        rate = "–" if pipeline.frames_per_second is None else f"{pipeline.frames_per_second:.2f}"
        rows.append([name, *shares, str(figures["IDSW"]), rate])
    yield html.heading("Tracking measures and speed")
    columns = ["pipeline", "MOTA", "IDF1", "HOTA", "DetA", "AssA", "sMOTSA", "switches", "frames/s"]
    yield html.table(columns, rows, caption="over all clips; sMOTSA where the truth has masks")


def percent(share: float | None) -> str:
    """Return a share in percent with one digit, a dash for what is not known."""
    return "–" if share is None or isnan(share) else f"{100 * share:.1f} %"


def _number(value: float, digits: int) -> str:
    return "–" if isnan(value) else f"{value:.{digits}f}"

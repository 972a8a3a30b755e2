"""Pieces of a report that is one HTML file: tables, timelines and pictures, readable in light and dark.

Nothing is fetched: styles and pictures are inside, there is no script. Words are escaped where they come in.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import cv2

from masklet.core.arrays import UInt8Array

JPEG_QUALITY = 82

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --soft: #5f6c7b; --line: #dde3ea; --paper: #fcfcfd;
  --panel: #f3f5f8; --accent: #2463b4; }
@media (prefers-color-scheme: dark) { :root { --ink: #dfe5ec; --soft: #97a3b1; --line: #343c46;
  --paper: #15191e; --panel: #1d232a; --accent: #7fb2f0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.5rem 5rem; color: var(--ink);
  background: var(--paper); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .6rem; font-weight: 650; }
h2 { font-size: 1.2rem; margin: 2.8rem 0 .5rem; font-weight: 650; }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; font-weight: 600; }
p { margin: .4rem 0 .8rem; max-width: 46rem; }
.soft, figcaption, caption { color: var(--soft); font-size: .875rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; margin: .3rem 0 1rem; }
caption { text-align: left; padding-bottom: .35rem; }
th, td { padding: .38rem .9rem .38rem 0; text-align: right; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { font-weight: 600; color: var(--soft); font-size: .84rem; vertical-align: bottom; }
th:first-child, td:first-child, td.words, th.words { text-align: left; }
tbody th { color: var(--ink); font-size: .92rem; font-weight: 500; vertical-align: top; }
.beside { display: flex; flex-wrap: wrap; gap: 0 3.5rem; align-items: flex-start; }
.apart { color: var(--soft); }
.apart tbody th { color: var(--soft); }
img { max-width: 100%; height: auto; border-radius: 4px; display: block; }
figure { margin: 0 0 1.4rem; }
figcaption { margin-top: .45rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1.1rem;
  margin: .6rem 0 1.2rem; }
.gallery figure { margin: 0; background: var(--panel); border-radius: 6px; padding: .6rem; }
.gallery img { height: 11rem; width: 100%; object-fit: contain; }
.gallery figcaption { margin-top: .5rem; line-height: 1.4; overflow-wrap: anywhere; }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; color: var(--accent); }
.timeline { display: grid; grid-template-columns: max-content max-content 1fr; gap: 2px .8rem;
  align-items: center; font-size: .8rem; }
.timeline .who { font-weight: 600; align-self: start; }
.timeline .who, .timeline .first { padding-top: 7px; }
.timeline svg { width: 100%; height: 9px; display: block; background: var(--panel); border-radius: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .85rem; margin: .4rem 0 .8rem; }
.legend svg { width: 1.4rem; height: .6rem; border-radius: 2px; background: var(--panel); margin-right: .4rem; }
"""


@dataclass(frozen=True)
class Bar:
    """One line of a timeline: runs (start, stop, kind) on a common scale."""

    name: str
    runs: Sequence[tuple[int, int, str]]


def page(title: str, sections: Iterable[str], *, colours: Mapping[str, tuple[str, str]] | None = None) -> bytes:
    """Return the whole file; `colours` of the kinds in timelines as (light, dark), by names without spaces."""
    kinds = colours or {}
    light = "".join(f".k-{escape(kind)} {{ fill: {pair[0]}; }} " for kind, pair in kinds.items())
    dark = "".join(f".k-{escape(kind)} {{ fill: {pair[1]}; }} " for kind, pair in kinds.items())
    style = f"{_STYLE}{light}\n@media (prefers-color-scheme: dark) {{ {dark}}}\n"
    body = "\n".join(sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    ).encode()


def heading(words: str, level: int = 2) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(words)}</h{level}>"


def paragraph(words: str, *, soft: bool = False) -> str:
    """Return a paragraph of plain words."""
    return f"<p{' class=soft' if soft else ''}>{escape(words)}</p>"


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str = "",
    words: Sequence[int] = (),
    apart: bool = False,
) -> str:
    """Return a table whose first column has names, the others numbers, those in `words` text.

    `apart` draws it back: figures that are not of this report.
    """

    def said(place: int) -> str:
        return " class=words" if place in words else ""

    head = "".join(f"<th{said(place)}>{escape(column)}</th>" for place, column in enumerate(columns))
    lines = []
    for first, *others in rows:
        cells = "".join(f"<td{said(place)}>{escape(cell)}</td>" for place, cell in enumerate(others, start=1))
        lines.append(f"<tr><th scope=row>{escape(first)}</th>{cells}</tr>")
    titled = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = "\n".join(lines)
    return (
        f'<div class="scroll{" apart" if apart else ""}"><table>{titled}<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def beside(parts: Iterable[str]) -> str:
    """Return parts that stand beside each other where there is room."""
    return f'<div class="beside">{"".join(parts)}</div>'


def picture(image_HW3: UInt8Array, *, alt: str) -> str:
    """Return a picture (uint8 RGB) that lies in the file as JPEG."""
    height, width = image_HW3.shape[:2]
    _, code = cv2.imencode(
        ".jpg", cv2.cvtColor(image_HW3, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    data = base64.b64encode(code.tobytes()).decode("ascii")
    return f'<img src="data:image/jpeg;base64,{data}" width={width} height={height} alt="{escape(alt)}">'


def figure(image: str, caption: str) -> str:
    """Return a picture with words below it."""
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>"


def gallery(figures: Iterable[str]) -> str:
    """Return small figures side by side."""
    return f'<div class="gallery">{"".join(figures)}</div>'


def fold(summary: str, body: str, *, is_open: bool = False) -> str:
    """Return a part that opens on a click."""
    return f"<details{' open' if is_open else ''}><summary>{escape(summary)}</summary>{body}</details>"


def timeline(groups: Mapping[str, Sequence[Bar]], length: int, *, cuts: Iterable[int] = ()) -> str:
    """Return bars below each other, a group for each name, on a scale from 0 to `length`.

    `cuts` are gaps in all bars: where one clip ends and the next begins.
    """
    gap = max(length / 400, 0.15)
    seams = "".join(
        f'<rect x="{cut - gap / 2:.2f}" width="{gap:.2f}" height="1" fill="var(--paper)"/>' for cut in cuts
    )
    lines = []
    for name, bars in groups.items():
        for place, bar in enumerate(bars):
            first = " first" if place == 0 else ""
            lines.append(f'<span class="who">{escape(name) if place == 0 else ""}</span>')
            lines.append(f'<span class="soft{first}">{escape(bar.name)}</span>')
            lines.append(f'<span class="{first.strip()}">{_svg(bar.runs, length, seams, alt=bar.name)}</span>')
    return f'<div class="timeline">{"".join(lines)}</div>'


def legend(kinds: Mapping[str, str]) -> str:
    """Return what the colours of a timeline mean: words by kind."""
    items = "".join(f"<span>{_svg([(0, 1, kind)], 1, '')}{escape(words)}</span>" for kind, words in kinds.items())
    return f'<div class="legend">{items}</div>'


def _svg(runs: Sequence[tuple[int, int, str]], length: int, seams: str, *, alt: str = "") -> str:
    bars = "".join(
        f'<rect class="k-{escape(kind)}" x="{start}" width="{stop - start}" height="1"/>'
        for start, stop, kind in runs
    )
    named = f' role="img" aria-label="{escape(alt)}"' if alt else ""
    return f'<svg viewBox="0 0 {max(1, length)} 1" preserveAspectRatio="none"{named}>{bars}{seams}</svg>'

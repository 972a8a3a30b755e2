"""masklet probe: what a video or a folder of pictures is."""

from typing import TYPE_CHECKING, Annotated

import typer

from masklet.cli.console import Json, print_json

if TYPE_CHECKING:
    from masklet.sources.probe import ProbeReport


def probe(
    source: Annotated[str, typer.Argument(help="Video file, folder of pictures, or address of a stream.")],
    check: Annotated[
        bool, typer.Option("--check", help="Read every frame too; fail where one is damaged.")
    ] = False,
    allow_gaps: Annotated[bool, typer.Option("--allow-gaps", help="Take pictures whose numbers jump.")] = False,
    as_json: Json = False,
) -> None:
    """Say what a video or a folder of pictures is: size, frames, time, codec."""
    from dataclasses import asdict

    from masklet.sources.probe import probe as probe_source
    from masklet.sources.probe import read_through

    report = probe_source(source, allow_gaps=allow_gaps)
    if as_json:
        print_json(asdict(report))
    else:
        for name, value in _lines(report):
            typer.echo(f"{name:<13}{value}")
    if check:
        count = read_through(source, allow_gaps=allow_gaps)
        typer.echo(f"all {count} frames can be read", err=as_json)


def _lines(report: "ProbeReport") -> list[tuple[str, str]]:
    """Return what to print, a name and a value a line; what is not known has no line."""
    turned = f", stored {report.stored_width}x{report.stored_height}" if report.rotation or report.mirrored else ""
    lines = [
        ("source", f"{report.uri} ({report.kind})"),
        ("size", f"{report.width}x{report.height}{turned}"),
        ("rotation", f"{report.rotation} degrees{', mirrored' if report.mirrored else ''}" if turned else ""),
        ("pixel aspect", f"{report.pixel_aspect:.4f} (not applied)" if report.pixel_aspect != 1 else ""),
        ("frames", f"{report.frames or 'not known'}, named {report.first_name} to {report.last_name or '...'}"),
        ("duration", _said(report.seconds, "{:.3f} s")),
        ("rate", _rate(report)),
        ("codec", _codec(report)),
        ("container", _said(report.container, "{}")),
        ("bit rate", f"{report.bit_rate / 1000:.0f} kbit/s" if report.bit_rate else ""),
        ("key frames", _said(report.key_frames, "{}")),
        ("audio", {True: "yes", False: "no", None: ""}[report.audio]),
        ("damage", f"after the last frame: {report.damage}" if report.damage else ""),
    ]
    return [(name, value) for name, value in lines if value]


def _rate(report: "ProbeReport") -> str:
    if report.frames_per_second is None:
        return ""
    declared = _said(report.declared_frames_per_second, ", declared {:.3f}")
    return f"{report.frames_per_second:.3f} frames/s{declared}{', variable' if report.variable_rate else ''}"


def _codec(report: "ProbeReport") -> str:
    words = [report.codec, report.pixel_format, _said(report.bit_depth, "{} bit")]
    return ", ".join([word for word in words if word] + (["interlaced"] if report.interlaced else []))


def _said(value: object, form: str) -> str:
    return "" if value is None else form.format(value)

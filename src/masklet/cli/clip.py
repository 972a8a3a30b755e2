"""masklet clip: cut videos into clips, scale them, frames out of videos and back, and split lists."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from masklet.cli.console import Json, Overwrite, Quiet, print_json, with_progress

if TYPE_CHECKING:
    from masklet.sources.clips import ClipSettings

Value = TypeVar("Value")

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv")
CLIP_SECONDS = 5.0


def clip(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Video files or folders of pictures.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the clips; a name like x.mp4: one video.")],
    seconds: Annotated[
        float | None, typer.Option(min=0.001, help="Length of a clip. [default: 5; with --frames the whole video]")
    ] = None,
    overlap: Annotated[float, typer.Option(min=0, help="Seconds a clip shares with the one before.")] = 0.0,
    keep_rest: Annotated[bool, typer.Option("--keep-rest", help="Make a shorter clip of what is left.")] = False,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Scale to this size.")] = None,
    height: Annotated[int | None, typer.Option(min=2, help="Scale to this height, keep the shape.")] = None,
    bit_rate: Annotated[
        str | None, typer.Option(metavar="RATE", help="Such as 1000k. [default: by quality]")
    ] = None,
    frames: Annotated[
        Literal["jpg", "png"] | None, typer.Option(help="Write frames as pictures, a folder for each clip.")
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="With --frames: every n-th frame only.")] = 1,
    fps: Annotated[
        float | None, typer.Option(min=0.001, help="Rate of a folder of pictures. [default: 25]")
    ] = None,
    draw: Annotated[int | None, typer.Option(min=1, help="Write so many clips, drawn at random.")] = None,
    split: Annotated[
        str | None, typer.Option(metavar="A/B/C", help="Write train.txt, val.txt, test.txt, dealt by video.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of --draw and --split.")] = 0,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Cut videos into clips, scale them, turn videos into frames and frames into videos."""
    from masklet.sources.clips import ClipSettings
    from masklet.sources.scale import parse_bit_rate, parse_size
    from masklet.sources.split import parse_shares

    if size is not None and height is not None:
        raise typer.BadParameter("Expected --size or --height, got both.")
    settings = ClipSettings(
        seconds=seconds or (None if frames else CLIP_SECONDS),
        overlap=overlap,
        keep_rest=keep_rest,
        size_HW=_parsed(size, parse_size),
        height=height,
        bit_rate=_parsed(bit_rate, parse_bit_rate),
        pictures=frames,
        every=every,
        frames_per_second=fps,
        overwrite=overwrite,
    )
    if out.suffix.lower() in VIDEO_SUFFIXES:
        if len(videos) != 1 or frames or seconds or draw or split:
            raise typer.BadParameter(
                "Expected one VIDEO and no --seconds, --frames, --draw or --split for one output video; "
                "for several clips give a folder as -o."
            )
        _whole(videos[0], out, settings, quiet=quiet, as_json=as_json)
    else:
        shares = _parsed(split, parse_shares)
        _clips(videos, out, settings, draw=draw, shares=shares, seed=seed, quiet=quiet, as_json=as_json)


def _whole(video: Path, out: Path, settings: "ClipSettings", *, quiet: bool, as_json: bool) -> None:
    from masklet.sources.clips import write_whole

    count = write_whole(video, out, settings)
    if as_json:
        print_json({"video": str(video), "out": str(out), "frames": count})
    elif not quiet:
        typer.echo(f"frames: {count} -> {out}")


def _clips(
    videos: list[Path],
    out: Path,
    settings: "ClipSettings",
    *,
    draw: int | None,
    shares: tuple[int, ...] | None,
    seed: int,
    quiet: bool,
    as_json: bool,
) -> None:
    from masklet.sources.clips import draw_clips, plan_clips, write_clips, write_split

    clips = plan_clips(videos, settings)
    if draw is not None:
        clips = draw_clips(clips, draw, seed=seed)
    written = with_progress(
        write_clips(clips, out, settings), total=len(clips), what="clips", quiet=quiet or as_json
    )
    rows = [
        {"name": one.name, "video": str(one.video), "begin": one.begin, "end": one.end, "frames": count}
        for one, count in written
    ]
    lists = None if shares is None else write_split(clips, out, shares=shares, seed=seed)
    if as_json:
        print_json({"clips": rows, "split": lists})
    elif not quiet:
        dealt = "" if lists is None else "; " + ", ".join(f"{part} {len(names)}" for part, names in lists.items())
        typer.echo(f"clips: {len(rows)}, videos: {len(videos)} -> {out}{dealt}")


def _parsed(text: str | None, parse: Callable[[str], Value]) -> Value | None:
    """Return what an option says, None where it is not given; wrong words are wrong usage."""
    from masklet.core.errors import SourceError

    try:
        return None if text is None else parse(text)
    except SourceError as error:
        raise typer.BadParameter(str(error)) from None

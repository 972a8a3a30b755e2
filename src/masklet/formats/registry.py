"""All formats, one entry each: how they are read, written and recognised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from masklet.core.arrays import UInt8Array
from masklet.formats import sniff
from masklet.formats.box_csv import read_box_csv, write_box_csv
from masklet.formats.coco_images import read_coco_images, write_coco_images
from masklet.formats.coco_video import read_coco_video, write_coco_video
from masklet.formats.cvat import read_cvat, write_cvat
from masklet.formats.davis import read_label_pngs, write_label_pngs
from masklet.formats.labelme import read_labelme, write_labelme
from masklet.formats.mot import read_mot, write_mot
from masklet.formats.mots import read_mots_png, read_mots_txt, write_mots_png, write_mots_txt
from masklet.formats.names import frame_names_beside
from masklet.formats.run import read_run, write_run
from masklet.formats.sav_json import read_sav_json, write_sav_json
from masklet.formats.sav_png import read_sav_pngs, write_sav_pngs
from masklet.formats.youtube_vos import read_youtube_vos, write_youtube_vos
from masklet.masklets import BoxTracks, Masklets

Annotations: TypeAlias = Masklets | BoxTracks


@dataclass(frozen=True)
class Reading:
    """What may be said about an input beyond its path."""

    video: str | None = None
    """Which one, of a data set of several."""
    names: Sequence[str] | None = None
    """The names of all frames of the video, in order."""


@dataclass(frozen=True)
class Writing:
    """What may be said about an output beyond its path."""

    video: str = "video"
    """What the video is called."""
    palette: UInt8Array | None = None
    """Colours_256x3 of indexed pictures; None is the DAVIS palette."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """One file format."""

    what: str
    suffix: str
    """Of the file; "" where it is a folder."""
    holds: Literal["masks", "boxes"] = "masks"
    overlap: bool
    """Whether objects may share pixels; where not, the better score wins when writing."""
    files: Collection[str] = field(default=())
    """Suffixes of the files in the folder."""
    looks_like: Callable[[Path], bool]
    read: Callable[[Path, Reading], Annotations]
    write: Callable[[Any, Path, Writing], object]


FORMATS: dict[str, Format] = {
    "davis": Format(
        what="indexed label PNGs, one for each frame",
        suffix="",
        files=(".png",),
        overlap=False,
        looks_like=sniff.label_pngs,
        read=lambda path, about: read_label_pngs(path, names=about.names or frame_names_beside(path)),
        write=lambda masklets, path, about: write_label_pngs(masklets, path, palette=about.palette),
    ),
    "youtube-vos": Format(
        what="label PNGs of several videos, with meta.json",
        suffix="",
        files=(".png", ".json"),
        overlap=False,
        looks_like=sniff.youtube_vos,
        read=lambda path, about: read_youtube_vos(path, about.video, names=about.names),
        write=lambda masklets, path, about: write_youtube_vos(masklets, path, about.video, palette=about.palette),
    ),
    "mots-txt": Format(
        what="MOTSChallenge text, frames from 1",
        suffix=".txt",
        overlap=False,
        looks_like=sniff.mots_from_1,
        read=lambda path, _: read_mots_txt(path),
        write=lambda masklets, path, _: write_mots_txt(masklets, path),
    ),
    "kitti-mots-txt": Format(
        what="KITTI MOTS text, frames from 0",
        suffix=".txt",
        overlap=False,
        looks_like=sniff.mots_from_0,
        read=lambda path, _: read_mots_txt(path, first_frame=0),
        write=lambda masklets, path, _: write_mots_txt(masklets, path, first_frame=0),
    ),
    "mots-png": Format(
        what="16-bit PNGs of MOTS ids",
        suffix="",
        files=(".png",),
        overlap=False,
        looks_like=sniff.deep_pngs,
        read=lambda path, about: read_mots_png(path, names=about.names or frame_names_beside(path)),
        write=lambda masklets, path, _: write_mots_png(masklets, path),
    ),
    "mot-txt": Format(
        what="MOTChallenge boxes as text",
        suffix=".txt",
        holds="boxes",
        overlap=True,
        looks_like=sniff.mot,
        read=lambda path, _: read_mot(path),
        write=lambda tracks, path, _: write_mot(tracks, path),
    ),
    "box-csv": Format(
        what="boxes as CSV with named columns",
        suffix=".csv",
        holds="boxes",
        overlap=True,
        looks_like=sniff.box_csv,
        read=lambda path, _: read_box_csv(path),
        write=lambda tracks, path, _: write_box_csv(tracks, path),
    ),
    "coco-video": Format(
        what="COCO video JSON, as YouTube-VIS",
        suffix=".json",
        overlap=True,
        looks_like=sniff.coco_video,
        read=lambda path, about: read_coco_video(path, about.video),
        write=lambda masklets, path, about: write_coco_video(masklets, path, about.video),
    ),
    "coco-images": Format(
        what="COCO JSON, an image for each frame",
        suffix=".json",
        overlap=True,
        looks_like=sniff.coco_images,
        read=lambda path, _: read_coco_images(path),
        write=lambda masklets, path, _: write_coco_images(masklets, path),
    ),
    "sav-json": Format(
        what="SA-V JSON",
        suffix=".json",
        overlap=True,
        looks_like=sniff.sav_json,
        read=lambda path, _: read_sav_json(path),
        write=lambda masklets, path, about: write_sav_json(masklets, path, about.video),
    ),
    "sav-png": Format(
        what="SA-V PNGs, a folder for each object",
        suffix="",
        files=(".png",),
        overlap=True,
        looks_like=sniff.sav_pngs,
        read=lambda path, about: read_sav_pngs(path, names=about.names or frame_names_beside(path)),
        write=lambda masklets, path, _: write_sav_pngs(masklets, path),
    ),
    "cvat": Format(
        what="CVAT for video 1.1 (XML)",
        suffix=".xml",
        overlap=True,
        looks_like=sniff.cvat,
        read=lambda path, _: read_cvat(path),
        write=lambda masklets, path, about: write_cvat(masklets, path, about.video),
    ),
    "labelme": Format(
        what="LabelMe JSON, one for each frame",
        suffix="",
        files=(".json",),
        overlap=True,
        looks_like=sniff.labelme,
        read=lambda path, about: read_labelme(path, names=about.names or frame_names_beside(path)),
        write=lambda masklets, path, _: write_labelme(masklets, path),
    ),
    "masklets": Format(
        what="masklet's own lines of JSON, or a run's folder",
        suffix=".jsonl",
        overlap=True,
        looks_like=sniff.run,
        read=lambda path, _: read_run(path),
        write=lambda masklets, path, _: write_run(masklets, path),
    ),
}

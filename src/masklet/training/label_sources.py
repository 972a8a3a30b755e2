"""What a cache of pictures with classes is made of, as settings: data sets, folders, videos without labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.label_space import VOID, LabelSpace
from masklet.training.cache import Shrinking, UncachedClip, build_cache
from masklet.training.cache_runs import clip_name
from masklet.training.errors import TrainingError

if TYPE_CHECKING:
    from masklet.datasets import LabelledPicture


_LICENCES = {
    "camvid": "research use (CamVid, no licence text)",
    "cityscapes": "non-commercial research (Cityscapes)",
    "voc": "research use (pictures by the terms of Flickr)",
    "ade20k": "non-commercial research (ADE20K)",
}


@dataclass(frozen=True, kw_only=True)
class LabelSources:
    """What a cache of pictures with classes is made of where there is none yet; none: not used.

    All of one cache have the same classes. A picture is called SOURCE-SPLIT-NAME there.
    """

    camvid: Path | None = None
    """CamVid in SegNet's layout: train/, trainannot/, ..."""
    cityscapes: Path | None = None
    """Cityscapes (leftImg8bit/, gtFine/), its 19 classes."""
    voc: Path | None = None
    """Pascal VOC 2012."""
    ade20k: Path | None = None
    """ADE20K, its 150 classes."""
    splits: tuple[str, ...] = ("train", "val")
    """Parts of these data sets that are taken."""
    via: Path | None = None
    """A JSON file of VIA, its pictures beside it."""
    folder: Path | None = None
    """Pictures of your own: images/ and, of the same names, labels/ with class PNGs, 255 for void."""
    label_space: str = ""
    """What the values of these mean: the name of a label space, a JSON file with name and classes (name, colour,
    thing), or a text with a class in every line."""
    short_side: int = 512
    """Pixels of the shorter side of cached pictures; nothing is enlarged."""


def make_label_cache(given: LabelSources, cache: Path) -> None:
    """Make the cache where there is none; raise TrainingError where nothing, or unlike things, are given."""
    if cache.exists():
        return
    pictures = list(_pictures(given))
    spaces = {picture.label_space.name: picture.label_space for _, picture in pictures}
    if not pictures:
        raise TrainingError(
            f"Expected a cache of pictures with classes at {cache} or sources to make it from, got neither; set "
            "data.cache, or sources.camvid, sources.cityscapes, sources.folder with sources.label_space, ..."
        )
    if len(spaces) > 1:
        raise TrainingError(
            f"Expected sources of one label space for {cache}, got {' and '.join(spaces)}; make a cache of each."
        )
    (label_space,) = spaces.values()
    build_cache(
        [(_clip(prefix, picture) for prefix, picture in pictures)],
        cache,
        shrinking=Shrinking(short_side=given.short_side),
        label_space=label_space,
    )


def make_unlabelled_cache(
    video: Path, cache: Path, label_space: LabelSpace, *, every: int, short_side: int
) -> None:
    """Make a cache of every so-manieth frame of a video, or folder, where there is none; nothing is known of them.

    It is one clip, called video-NAME. Raise SourceError where the video cannot be read.
    """
    if cache.exists():
        return
    frames, again = tee(_frames(video, every))
    clip = UncachedClip(
        name=clip_name("video", video.stem),
        frames=frames,
        labels=(np.full(image_HW3.shape[:2], VOID, np.int32) for image_HW3 in again),
        source=video.name,
        licence="unknown",
    )
    build_cache([[clip]], cache, shrinking=Shrinking(short_side=short_side), label_space=label_space)


def _pictures(given: LabelSources) -> Iterator[tuple[str, LabelledPicture]]:
    """Yield the pictures of all sources, each with the beginning of its name in the cache."""
    from masklet.datasets import open_labelled
    from masklet.formats.label_space import label_space_named

    for layout in ("camvid", "cityscapes", "voc", "ade20k"):
        root: Path | None = getattr(given, layout)
        if root is not None:
            for split in given.splits:
                yield from ((f"{layout}-{split}", each) for each in open_labelled(root, layout, split=split))
    if given.via is not None:
        yield from (("via", each) for each in open_labelled(given.via, "via"))
    if given.folder is not None:
        label_space = label_space_named(given.label_space)
        yield from (("own", each) for each in open_labelled(given.folder, "folder", label_space=label_space))


def _clip(prefix: str, picture: LabelledPicture) -> UncachedClip:
    return UncachedClip(
        name=clip_name(prefix, picture.name),
        frames=(read() for read in (picture.read_image,)),
        labels=(read() for read in (picture.read_labels,)),
        source=prefix,
        licence=_LICENCES.get(prefix.partition("-")[0], "unknown"),
    )


def _frames(video: Path, every: int) -> Iterator[UInt8Array]:
    from masklet.sources import open_source

    source = open_source(video, allow_gaps=True)
    try:
        for number, frame in enumerate(source.read()):
            if number % every == 0:
                yield frame.image_HW3
    finally:
        source.close()

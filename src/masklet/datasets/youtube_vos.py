"""YouTube-VOS as its authors pack it; MOSE and LVOS have the same layout.

    ROOT/valid/JPEGImages/VIDEO/00005.jpg
    ROOT/valid/Annotations/VIDEO/00005.png    every fifth frame; objects may begin later than the first
    ROOT/valid/meta.json                      categories of the objects, in some copies left out

Source: Xu et al., YouTube-VOS, ECCV 2018.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from masklet.datasets.clip import Clip
from masklet.datasets.folders import folders_in, require_folder
from masklet.formats.records import Entry, read_json
from masklet.formats.youtube_vos import read_youtube_vos
from masklet.masklets import Masklets
from masklet.sources import open_source


@dataclass(frozen=True)
class YoutubeVos:
    """The videos of one split; `root` may also be the split's own folder."""

    root: Path
    split: str = "valid"

    def __iter__(self) -> Iterator[Clip[Masklets]]:
        return (self.clip(name) for name in self.names())

    def names(self) -> tuple[str, ...]:
        """Return the videos that have masks; raise FormatError where there is no folder of them."""
        return tuple(
            folders_in(require_folder(self.folder / "Annotations", "the masks of YouTube-VOS, by video,"))
        )

    def clip(self, name: str) -> Clip[Masklets]:
        """Return one video."""
        return Clip(
            name=name,
            open_frames=partial(open_source, self.folder / "JPEGImages" / name),
            read_truth=partial(read_youtube_vos, self.folder, name),
        )

    def truth_folder(self, name: str) -> Path:
        """Return the folder of a video's label PNGs."""
        return self.folder / "Annotations" / name

    def categories(self) -> dict[str, dict[int, str]]:
        """Return the category of every object of every video; nothing of a copy without meta.json."""
        path = self.folder / "meta.json"
        if not path.is_file():
            return {}
        videos = read_json(path)["videos"]
        return {video: _categories(videos[video]["objects"]) for video in videos.value}

    @property
    def folder(self) -> Path:
        """The folder that holds Annotations and JPEGImages."""
        inside = self.root / self.split
        return inside if inside.is_dir() else self.root


def _categories(objects: Entry) -> dict[int, str]:
    said = {key: objects[key].get("category") for key in objects.value}
    if not all(key.isdecimal() for key in said):
        raise objects.error("object ids as keys")
    return {int(key): category.text() for key, category in said.items() if category}

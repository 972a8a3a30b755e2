"""Sequences of MOTChallenge, PETS2009 among them: pictures or a video, and the boxes of people.

    SEQUENCE/gt/gt.txt        MOT text
    SEQUENCE/img1/000001.jpg  or one video file
    SEQUENCE/seqinfo.ini      name, frame rate, folder of the pictures; may be left out

Source: Leal-Taixé et al., arXiv:1504.01942; Milan et al., arXiv:1603.00831.
"""

from __future__ import annotations

from configparser import ConfigParser, Error
from dataclasses import dataclass
from pathlib import Path

from masklet.core.errors import FormatError
from masklet.datasets.clip import Clip
from masklet.datasets.folders import folders_in, require_folder
from masklet.formats.mot import read_mot
from masklet.masklets import BoxTracks
from masklet.sources import FrameSource, open_source

VIDEO_SUFFIXES = {".avi", ".mp4", ".mkv", ".mov", ".webm"}


@dataclass(frozen=True)
class MotSequence:
    """One sequence."""

    root: Path

    def clip(self) -> Clip[BoxTracks]:
        """Return its frames and boxes; frames are numbered from 0, so frame 1 of the text is 0 here."""
        return Clip(name=self.name, open_frames=self._open_frames, read_truth=lambda: read_mot(self.truth_path))

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.root.absolute().name

    @property
    def truth_path(self) -> Path:
        """The MOT text of the true boxes."""
        return self.root / "gt" / "gt.txt"

    def _open_frames(self) -> FrameSource:
        info = self._info()
        folder = self.root / info.get("imdir", "img1")
        rate = float(info["framerate"]) if "framerate" in info else None
        if folder.is_dir():
            return open_source(folder, frames_per_second=rate)
        videos = sorted(path for path in self.root.iterdir() if path.suffix.lower() in VIDEO_SUFFIXES)
        if len(videos) != 1:
            raise FormatError(
                f"Expected pictures in {folder} or one video in {self.root}, got {len(videos)} videos."
            )
        return open_source(videos[0])

    def _info(self) -> dict[str, str]:
        path, parser = self.root / "seqinfo.ini", ConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except Error as error:
            raise FormatError(
                f"Expected a [Sequence] with name=value lines in {path}, got something else."
            ) from error
        return dict(parser["Sequence"]) if parser.has_section("Sequence") else {}


def mot_sequences(folder: Path) -> list[MotSequence]:
    """Return the sequence that a folder is, or those that it holds; raise FormatError for a folder of neither."""
    require_folder(folder, "a sequence with gt/gt.txt, or several,")
    candidates = [folder, *(folder / name for name in folders_in(folder))]
    found = [MotSequence(path) for path in candidates if MotSequence(path).truth_path.is_file()]
    if not found:
        raise FormatError(f"Expected a sequence with gt/gt.txt, or several, in {folder}, found none.")
    return found

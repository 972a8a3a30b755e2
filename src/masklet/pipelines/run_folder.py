"""A run's folder: what lies where, when it may be begun, and when it may be gone on with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from masklet.core.errors import OutputError
from masklet.core.files import write_whole
from masklet.sources.write import partial_path


@dataclass(frozen=True)
class RunFolder:
    """Names of everything a run leaves."""

    root: Path

    @property
    def record(self) -> Path:
        """run.json: input, model, weights, settings, versions, timings."""
        return self.root / "run.json"

    @property
    def masklets(self) -> Path:
        """masklets.jsonl: a line for each finished frame."""
        return self.root / "masklets.jsonl"

    @property
    def earlier(self) -> Path:
        """earlier.jsonl: frames before an object's first prompt, found walking backward."""
        return self.root / "earlier.jsonl"

    @property
    def masks(self) -> Path:
        """masks/: a label PNG for each finished frame."""
        return self.root / "masks"

    @property
    def overlay(self) -> Path:
        """overlay.mp4: the video with masks drawn on it."""
        return self.root / "overlay.mp4"

    @property
    def sheet(self) -> Path:
        """sheet.png: a few frames of the overlay on one picture."""
        return self.root / "sheet.png"

    @property
    def tracks(self) -> Path:
        """tracks.txt: the masks as MOTS text."""
        return self.root / "tracks.txt"

    @property
    def exports(self) -> Path:
        """exports/: the masks in the other formats asked for."""
        return self.root / "exports"

    @property
    def examples(self) -> Path:
        """examples/: masks that a run of one person began with."""
        return self.root / "examples"

    @property
    def learned(self) -> Path:
        """learned/: networks that learned an object online, and their losses."""
        return self.root / "learned"

    @property
    def labels(self) -> Path:
        """labels/: label maps of classes, where these were carried."""
        return self.root / "labels"

    def snapshot(self, masklets: Path) -> Path:
        """Return where the session that writes these masklets is kept: session.npz, or session-earlier.npz."""
        return self.root / ("session.npz" if masklets == self.masklets else f"session-{masklets.stem}.npz")

    def read_record(self) -> dict[str, Any]:
        """Return the record; raise OutputError where there is none."""
        try:
            record: dict[str, Any] = json.loads(self.record.read_text())
        except (OSError, ValueError) as error:
            raise OutputError(
                f"Expected a run's folder with a {self.record.name} in {self.root}, found none."
            ) from error
        return record

    def write_record(self, record: dict[str, Any]) -> None:
        """Write run.json, whole or not at all."""
        write_whole(self.record, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())

    def make(self) -> None:
        """Make the folder and the one for what is finished."""
        self.masks.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Remove what runs leave here, and nothing else."""
        for folder in (self.masks, self.exports, self.examples, self.learned, self.labels):
            shutil.rmtree(folder, ignore_errors=True)
        files = (self.record, self.masklets, self.earlier, self.overlay, self.sheet, self.tracks)
        for path in (
            *files,
            partial_path(self.overlay),
            self.snapshot(self.masklets),
            self.snapshot(self.earlier),
        ):
            path.unlink(missing_ok=True)


def begin(
    root: Path, *, settings: dict[str, Any], overwrite: bool, resume: bool
) -> tuple[RunFolder, dict[str, Any]]:
    """Return the folder and its record, made ready: new, emptied (overwrite), or as it was left (resume).

    Raise OutputError where that would lose something or go on with another run.
    """
    folder = RunFolder(root)
    return folder, make_ready(folder, settings=settings, overwrite=overwrite, resume=resume)


def make_ready(folder: RunFolder, *, settings: dict[str, Any], overwrite: bool, resume: bool) -> dict[str, Any]:
    """Return the record of a folder that is made ready; see `begin`."""
    root = folder.root
    with writing_to(root):
        if root.exists() and not root.is_dir():
            raise OutputError(f"Expected a folder for the results at {root}, there is a file of that name.")
        if resume and folder.record.exists():
            record = folder.read_record()
            require_same(record.get("settings", {}), settings, root)
            partial_path(folder.overlay).unlink(missing_ok=True)
            return record
        if root.is_dir() and any(root.iterdir()):
            _require_may_replace(folder, overwrite=overwrite)
            folder.clear()
        folder.make()
        record = {"status": "running", "settings": settings}
        folder.write_record(record)
    return record


def require_free(folder: RunFolder, *, overwrite: bool, resume: bool) -> None:
    """Raise OutputError where a run cannot be begun in a folder, before the work that comes first is done."""
    root = folder.root
    if root.exists() and not root.is_dir():
        raise OutputError(f"Expected a folder for the results at {root}, there is a file of that name.")
    if root.is_dir() and any(root.iterdir()) and not resume:
        _require_may_replace(folder, overwrite=overwrite)


_GO_ON = "What is finished is kept; make room or choose another folder, then go on with --resume."


@contextmanager
def writing_to(root: Path) -> Iterator[None]:
    """Turn what the operating system says against writing into an OutputError."""
    try:
        yield
    except OSError as error:
        said = f"Expected to write to {root}, the system said: {error.strerror or error}"
        raise OutputError(f"{said}. {_GO_ON}") from error
    except OutputError as error:
        if isinstance(error.__cause__, OSError):
            raise OutputError(f"{error} {_GO_ON}") from error
        raise


def _require_may_replace(folder: RunFolder, *, overwrite: bool) -> None:
    if not folder.record.exists():
        raise OutputError(
            f"Expected a new or empty folder, {folder.root} holds files that no run of masklet made; "
            "choose another folder."
        )
    if not overwrite:
        raise OutputError(
            f"Expected a new folder, {folder.root} holds a run already; "
            "go on with it by --resume or replace it by --overwrite."
        )


def require_same(recorded: dict[str, Any], settings: dict[str, Any], root: Path) -> None:
    """Raise OutputError where a run was begun with other settings than those it is to be gone on with."""
    names = sorted(name for name in {*recorded, *settings} if recorded.get(name) != settings.get(name))
    if names:
        raise OutputError(
            f"Expected the settings the run in {root} was begun with, got others for {', '.join(names)}; "
            "give the same ones, or begin anew with --overwrite."
        )

"""The folder of a run: which files are its own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from masklet.core.errors import OutputError


@dataclass(frozen=True)
class RunFiles:
    """Paths inside the folder of a run."""

    root: Path

    @property
    def last(self) -> Path:
        """The checkpoint a run goes on from."""
        return self.root / "last.pt"

    @property
    def best(self) -> Path:
        """The averaged weights with the best figure."""
        return self.root / "best.pt"

    @property
    def losses(self) -> Path:
        """One row per step."""
        return self.root / "losses.csv"

    @property
    def validation(self) -> Path:
        """One row per validation."""
        return self.root / "validation.csv"

    @property
    def settings(self) -> Path:
        """The settings as they were resolved, and versions."""
        return self.root / "settings.json"

    @property
    def events(self) -> Path:
        """TensorBoard's event files."""
        return self.root / "tensorboard"

    def own(self) -> list[Path]:
        """Return those of a run's files that are there."""
        files = (self.last, self.best, self.losses, self.validation, self.settings)
        return [path for path in files if path.exists()]

    def check(self, *, resume: bool, overwrite: bool) -> None:
        """Raise OutputError where a run lies in the folder and neither resume nor overwrite was said."""
        own = self.own()
        if own and not (resume or overwrite):
            raise OutputError(
                f"Expected a folder without a run, got {self.root} with {own[0].name}; "
                "--resume goes on with it, --overwrite begins anew."
            )

    def prepare(self, *, overwrite: bool) -> None:
        """Make the folder; overwriting removes a run's files and nothing else. Raise OutputError if it cannot."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            if overwrite:
                for path in self.own():
                    path.unlink()
                shutil.rmtree(self.events, ignore_errors=True)
        except OSError as error:
            raise OutputError(f"Expected to make the folder {self.root}, got: {error.strerror}.") from error

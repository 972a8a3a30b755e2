"""Files of the Hugging Face hub, where huggingface_hub is installed (the extra `hub`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from masklet.core.errors import MissingExtraError, WeightsError
from masklet.weights.values import Hub, WeightFile


def download(hub: Hub, file: WeightFile, folder: Path) -> Path:
    """Download one file into a folder and return its path; raise WeightsError where that fails."""
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise MissingExtraError("Fetching weights from the hub", extra="hub") from error
    name = f"{hub.folder}/{file.name}" if hub.folder else file.name
    try:
        return Path(hf_hub_download(hub.repository, name, revision=hub.revision, local_dir=folder))
    except Exception as error:  # the hub's errors, the network's and the disk's have no common parent
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise WeightsError(f"Expected {file.name} from the hub's {hub.repository}, got: {reason}") from error


def download_folder(repository: str, names: Sequence[str], *, revision: str = "", offline: bool = False) -> Path:
    """Return a folder of the hub's own cache with those of the named files that a repository has.

    Where `offline` is true it has to be there already. Raise WeightsError where it cannot be had.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingExtraError("Fetching weights from the hub", extra="hub") from error
    try:
        return Path(
            snapshot_download(
                repository, revision=revision or None, allow_patterns=list(names), local_files_only=offline
            )
        )
    except Exception as error:  # the hub's errors, the network's and the disk's have no common parent
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise WeightsError(
            f"Expected a file or folder {repository}, or such a repository on the hub, got neither: {reason}."
        ) from error

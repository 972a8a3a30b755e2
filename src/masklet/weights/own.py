"""Weights of one's own: which files belong to them, and that none passes for a published one."""

from __future__ import annotations

from pathlib import Path

from masklet.core.errors import WeightsError
from masklet.weights.cache import file_sha256
from masklet.weights.values import Weight


def main_file(path: Path) -> Path:
    """Return the file of own weights: the path itself, or a folder's model.safetensors, as the hub packs them."""
    return path / "model.safetensors" if path.is_dir() else path


def own_files(weight: Weight, path: Path) -> tuple[Path, ...]:
    """Return the files of own weights, `path` first: those named as the published files of `weight` are.

    Where NAME.pdmodel and NAME.pdiparams are published, mine.pdmodel goes with mine.pdiparams; mine.xml, of
    OpenVINO, goes with mine.bin; a file of another ending stands alone, but for what `weight` wants beside it. A
    folder stands for the model.safetensors in it. Raise WeightsError where one is not there.
    """
    path = main_file(path)
    endings = ["".join(Path(file.name).suffixes) for file in weight.files]
    first, *others = endings or [path.suffix]
    if not path.name.endswith(first):
        first, others = path.suffix, [".bin"] if path.suffix == ".xml" else []
    name = path.name.removesuffix(first)
    files = (path, *(path.with_name(name + ending) for ending in others), *map(path.with_name, weight.beside))
    for file in files:
        if not file.is_file():
            where = f" beside {path.name}" if file != path else ""
            raise WeightsError(f"Expected a file of weights at {file}{where}, got none.")
    more = (path.with_name(name) for name in weight.beside_if_there)
    return (*files, *(file for file in more if file.is_file()))


def require_own_name(weight: Weight, path: Path) -> None:
    """Raise WeightsError where a file bears a published name, it or one beside it, and is not what was published.

    Of a damaged copy and of own weights under a published name nobody could tell which they are.
    """
    if path.stem not in {Path(file.name).stem for file in weight.files}:
        return
    for file in weight.files:
        beside = path.with_name(file.name)
        if beside.is_file() and file_sha256(beside) != file.sha256:
            raise WeightsError(
                f"Expected the published {file.name} of {weight.name} (SHA-256 {file.sha256}) at {beside}, got "
                "another content: it is damaged, or is your own and wants another name."
            )

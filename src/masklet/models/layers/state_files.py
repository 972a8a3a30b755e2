"""Files of weights: read without running anything that is in them, and held to the network they are for."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from masklet.core.errors import MissingExtraError, WeightsError

_OF_WHAT = "a file of weights"


def read_state(path: Path, of_what: str = _OF_WHAT) -> dict[str, Tensor]:
    """Return the named tensors of a file written by torch.save, or by safetensors (NAME.safetensors).

    Raise WeightsError, which says `of_what` a file was expected, where it is missing, cut short, holds code, or
    holds something other than tensors.
    """
    return tensors_of(read_content(path, of_what), path)


def tensors_of(state: Any, path: Path) -> dict[str, Tensor]:
    """Return what a file holds as named tensors; raise WeightsError where it is something else."""
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise WeightsError(
            f"Expected tensors by name in {path}, as `torch.save(network.state_dict(), ...)` writes them, "
            f"got {_what(state)}."
        )
    return dict(state)


def load_strictly(network: nn.Module, state: Mapping[str, Tensor], *, title: str, path: Path) -> None:
    """Give a network its weights; raise WeightsError unless every name and every shape is its own."""
    own = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    given = {name: tuple(value.shape) for name, value in state.items()}
    differing = [name for name in sorted(own.keys() | given.keys()) if own.get(name) != given.get(name)]
    if differing:
        name = differing[0]
        there, here = (f"{shapes[name]}" if name in shapes else "not there" for shapes in (given, own))
        raise WeightsError(
            f"Expected weights of {title} in {path}, got those of another network: {name} is {there} in the file "
            f"and {here} in {title} ({len(differing)} such names)."
        )
    network.load_state_dict(state)


def read_content(path: Path, of_what: str = _OF_WHAT) -> Any:
    """Return what a file holds, tensors and plain values; nothing in it is run.

    Raise WeightsError, which says `of_what` a file was expected, where it is missing, cut short or holds code.
    """
    if not path.is_file():
        raise WeightsError(f"Expected {of_what} at {path}, got none.")
    return (_read_safetensors if path.suffix == ".safetensors" else _read_torch)(path, of_what)


def _read_torch(path: Path, of_what: str) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "Unsupported global" in str(error) or "Unsupported class" in str(error):
            raise WeightsError(
                f"Expected {of_what} at {path}, got one with pickled code, which is not run; "
                "save the network's state_dict instead."
            ) from error
        raise _unreadable(path, of_what) from error
    except Exception as error:  # what a file of anything else may raise has no common parent
        raise _unreadable(path, of_what) from error


def _read_safetensors(path: Path, of_what: str) -> Any:
    try:
        safetensors = import_module("safetensors")
        load_file = import_module("safetensors.torch").load_file
    except ImportError as error:
        raise MissingExtraError("Reading a .safetensors file", extra="torch") from error
    try:
        return load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise _unreadable(path, of_what) from error


def _unreadable(path: Path, of_what: str) -> WeightsError:
    return WeightsError(
        f"Expected {of_what} at {path}, got one that cannot be read: it is cut short or something else."
    )


def _what(state: Any) -> str:
    """Return in words what came instead of tensors."""
    if not isinstance(state, Mapping):
        return f"a {type(state).__name__}"
    names = [str(name) for name, value in state.items() if not isinstance(value, Tensor)]
    return f"something else under {', '.join(names[:3])}"

"""From a folder as transformers keeps it (config.json, model.safetensors) to a detector."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn
from transformers.utils import logging

from masklet.core.errors import MaskletError, MissingExtraError, WeightsError
from masklet.models.detr.detector import DetrDetector, Loaded
from masklet.models.detr.families import FAMILIES
from masklet.models.detr.look import read_look
from masklet.models.detr.names import class_names
from masklet.models.layers.device import choose_device
from masklet.models.runtime import Precision
from masklet.models.wanted import Wanted


def load(
    weights: Path,
    *,
    family: str,
    threads: int | None = None,
    precision: Precision = "auto",
    device: str | None = None,
) -> DetrDetector:
    """Return the detector whose model.safetensors this is, with config.json beside it.

    `family` is one of `families.FAMILIES`. `threads` are torch's, of the whole process. `precision`: auto computes
    in f32. `device`: by default a GPU where torch sees one. Raise WeightsError for a folder of another
    architecture, or with a file that is damaged or lacks tensors; MissingExtraError for a backbone of timm
    without it.
    """
    folder = weights.parent
    model_type = _model_type(folder / "config.json", family)
    architecture = FAMILIES[family][model_type]
    look = read_look(folder, architecture.look)
    if threads is not None:
        torch.set_num_threads(threads)
    place = choose_device(device or "auto")
    network = _network(folder, model_type)
    names = class_names(network.config.id2label)  # type: ignore[union-attr, arg-type]
    loaded = Loaded(
        network=network.to(place).eval(),
        architecture=architecture,
        look=look,
        names=names,
        device=place,
        bf16=precision == "bf16",
    )
    return DetrDetector(loaded, Wanted(known=tuple(dict.fromkeys(names.values())), origin=str(folder)))


def _model_type(path: Path, family: str) -> str:
    try:
        said = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"Expected the config.json of a network of transformers at {path}, got: {error}."
        ) from error
    model_type = said.get("model_type") if isinstance(said, dict) else None
    if model_type not in FAMILIES[family]:
        kin = next((f"; that is masklet's {name}" for name, types in FAMILIES.items() if model_type in types), "")
        raise WeightsError(
            f"Expected the architecture {' or '.join(FAMILIES[family])} in {path}, got {model_type!r}{kin}."
        )
    return str(model_type)


def _network(folder: Path, model_type: str) -> nn.Module:
    """Return the network with all its weights, from files alone: no code, no pickles, no network."""
    try:
        with _silence():
            network, told = transformers.AutoModelForObjectDetection.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
            )
    except ImportError as error:
        with suppress(ModuleNotFoundError):  # a torchvision that does not fit keeps transformers from its networks
            import_module("masklet.models.rcnn.library")
        raise MissingExtraError(f"The {model_type} of {folder}", extra="torch") from error
    except MaskletError:
        raise
    except Exception as error:  # what a damaged file or config may raise has no common parent
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise WeightsError(
            f"Expected a whole network of transformers in {folder}, got one that cannot be read: {reason}."
        ) from error
    _require_all(told, folder, model_type)
    return network  # type: ignore[no-any-return]


def _require_all(told: dict[str, Any], folder: Path, model_type: str) -> None:
    """Raise WeightsError where tensors were missing or of another shape, which transformers would make up."""
    mismatched = [name for name, *_ in told["mismatched_keys"]]
    lacking = sorted({*told["missing_keys"], *mismatched})
    if lacking:
        raise WeightsError(
            f"Expected all tensors of {model_type} in {folder / 'model.safetensors'}, got a file without "
            f"{lacking[0]} as config.json says it is ({len(lacking)} such tensors)."
        )


@contextmanager
def _silence() -> Iterator[None]:
    """Keep transformers from drawing bars and telling of tensors, which is checked here."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()

"""Every network of the toolkit, one line each, and the door to all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from masklet.core.errors import MissingExtraError, ModelError
from masklet.models.protocols import Detector, Segmenter, SemanticModel, Session, Tracker
from masklet.models.runtime import Precision

__all__ = [
    "MODELS",
    "Detector",
    "ModelEntry",
    "Precision",
    "Segmenter",
    "SemanticModel",
    "Session",
    "Tracker",
    "config_class",
    "load_detector",
    "load_model",
    "load_segmenter",
    "load_semantic",
    "load_tracker",
    "own_weights",
]

Capability = Literal["detector", "segmenter", "tracker", "semantic"]


@dataclass(frozen=True)
class ModelEntry:
    """A network: what it can do, where it is, which weights, in a few words."""

    capability: Capability
    module: str
    """Below `masklet.models`, imported when the network is asked for. Its function `load` is called with the path
    of the weights and the keywords `threads` and `precision`."""
    weights: str
    about: str
    options: Mapping[str, Any] = field(default_factory=dict)
    """More keywords for `load`: which of several networks of one module it is."""
    config: str = ""
    """Module, below `masklet.models`, and class of its settings, which `load` takes as `config`."""
    by_name: str = ""
    """Module, below `masklet.models`, whose function `fetch` returns where weights of an official name lie."""


MODELS: dict[str, ModelEntry] = {
    "eiseg": ModelEntry("segmenter", "eiseg", "eiseg-hrnet18-ocr64", "points, boxes and masks to masks"),
    **{
        name: ModelEntry(
            "detector",
            "detr.loading",
            name,
            f"boxes by {title} (transformers)",
            {"family": name},
            by_name="detr.hub",
        )
        for name, title in (
            ("d-fine", "D-FINE"),
            ("detr", "DETR, conditional, deformable and DAB-DETR, YOLOS"),
            ("rf-detr", "RF-DETR"),
            ("rt-detr", "RT-DETR and RT-DETRv2"),
        )
    },
    **{
        name: ModelEntry(
            "detector",
            "rcnn.loading",
            name,
            f"boxes by {title} (torchvision)",
            {"name": name},
            by_name="rcnn.published",
        )
        for name, title in (("faster-rcnn", "Faster R-CNN"), ("mask-rcnn", "Mask R-CNN"))
    },
    **{
        name: ModelEntry(
            "semantic",
            "semantic.door",
            name,
            f"{about} (torch)",
            {"network": name},
            config="layers.semantic_config:SemanticConfig",
            by_name=by_name,
        )
        for name, about, by_name in (
            ("espnet", "a class for every pixel by ESPNet", ""),
            ("fcn", "a class for every pixel by FCN-8s, 16s or 32s on VGG16", ""),
            ("feature-pyramid", "a class for every pixel by a ResNet-v2 with a feature pyramid", ""),
            ("hrnet", "a class for every pixel by HRNet", ""),
            ("pspnet", "a class for every pixel by PSPNet", ""),
            ("torchvision-fcn", "a class for every pixel by torchvision's FCN", "fcn.published"),
            ("unet-semantic", "a class for every pixel by a U-Net", ""),
        )
    },
    "label-propagation": ModelEntry(
        "tracker",
        "label_propagation",
        "pp-lcnetv2-base",
        "masks carried by the likeness of features",
        config="label_propagation.config:LabelPropagationConfig",
    ),
    "masklet-s": ModelEntry(
        "tracker",
        "masklet_s.tracker",
        "masklet-s",
        "masks followed by what it remembers of them",
        config="masklet_s.config:SessionConfig",
    ),
    "mobile-sam": ModelEntry(
        "segmenter", "sam.loading", "mobile-sam", "points, boxes and masks to masks (torch)", {"size": "tiny"}
    ),
    "osvos": ModelEntry(
        "tracker",
        "osvos.loading",
        "osvos",
        "a network for each object, learned online (torch)",
        config="osvos.config:OsvosConfig",
    ),
    "picodet-s": ModelEntry("detector", "picodet", "picodet-s-416", "boxes of the 80 COCO classes"),
    **{
        f"sam-{size}": ModelEntry(
            "segmenter", "sam.loading", f"sam-{size}", "points, boxes and masks to masks (torch)", {"size": size}
        )
        for size in ("vit-b", "vit-l", "vit-h")
    },
    "semantic-s": ModelEntry(
        "semantic",
        "semantic.door",
        "semantic-s",
        "a class for every pixel, in real time",
        {"network": "semantic-s"},
        config="layers.semantic_config:SemanticConfig",
    ),
    **{
        name: ModelEntry(
            "tracker",
            "unet.loading",
            name,
            f"masks redrawn from frame to frame by a {title} (torch)",
            {"kind": kind},
            config="unet.config:SessionConfig",
        )
        for name, title, kind in (("siamese-unet", "Siamese U-Net", "siamese"), ("unet", "U-Net", "unet"))
    },
    "xmem": ModelEntry(
        "tracker",
        "xmem.loading",
        "xmem",
        "masks followed by three kinds of memory (torch)",
        config="xmem.config:XMemConfig",
    ),
}


def load_model(
    name: str,
    *,
    weights: Path | None = None,
    threads: int | None = None,
    precision: Precision = "auto",
    config: Any = None,
) -> Any:
    """Return a network that is ready to use: a Detector, Segmenter, Tracker or SemanticModel (see MODELS).

    `weights` is a file of your own instead of the published weights, which are fetched when first needed; for some
    networks also an official name (see `own_weights`).
    `threads` and `precision` are those of `runtime.load_graph`; `config` are settings, of the class that
    `config_class` names (None: its defaults). Raise ModelError for an unknown name or settings of another network,
    WeightsError for weights that are missing or damaged, MissingExtraError for a network in torch without it.
    """
    from masklet.weights import resolve

    entry = _entry(name)
    network = _module(entry.module, name)
    path = resolve(entry.weights, None if weights is None else own_weights(name, weights))
    options = dict(entry.options)
    if config is not None:
        wanted = config_class(name)
        if not isinstance(config, wanted):
            raise ModelError(f"Expected settings of {name} ({wanted.__name__}), got {type(config).__name__}.")
        options["config"] = config
    return network.load(path, threads=threads, precision=precision, **options)


def config_class(name: str) -> type[Any]:
    """Return the dataclass of a network's settings; raise ModelError for one that has none to set."""
    entry = _entry(name)
    if not entry.config:
        able = ", ".join(other for other, each in MODELS.items() if each.config)
        raise ModelError(f"Expected a network with settings ({able}), got {name!r}.")
    module, _, title = entry.config.partition(":")
    found: type[Any] = getattr(_module(module, name), title)
    return found


def own_weights(name: str, weights: Path) -> Path:
    """Return where the weights that are given for a network lie: a path is its own answer.

    A repository of the hub (PekingU/rtdetr_r18vd_coco_o365) or weights of torchvision
    (MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1) are fetched where the network knows such names and no file is called
    so. Raise WeightsError where they cannot be had.
    """
    entry, path = _entry(name), Path(weights)
    if path.exists() or not entry.by_name:
        return path
    fetched: Path | None = _module(entry.by_name, name).fetch(path.as_posix())
    return fetched or path


def load_detector(name: str, **settings: Any) -> Detector:
    """Return a detector; settings are those of `load_model`. Raise ModelError where it is something else."""
    detector: Detector = _load_as("detector", name, settings)
    return detector


def load_segmenter(name: str, **settings: Any) -> Segmenter:
    """Return a segmenter; settings are those of `load_model`. Raise ModelError where it is something else."""
    segmenter: Segmenter = _load_as("segmenter", name, settings)
    return segmenter


def load_semantic(name: str, **settings: Any) -> SemanticModel:
    """Return a network that labels pixels; settings are those of `load_model`. Raise ModelError for any other."""
    semantic: SemanticModel = _load_as("semantic", name, settings)
    return semantic


def load_tracker(name: str, **settings: Any) -> Tracker:
    """Return a tracker; settings are those of `load_model`. Raise ModelError where it is something else."""
    tracker: Tracker = _load_as("tracker", name, settings)
    return tracker


def _load_as(capability: Capability, name: str, settings: dict[str, Any]) -> Any:
    if _entry(name).capability != capability:
        able = ", ".join(other for other, entry in MODELS.items() if entry.capability == capability)
        raise ModelError(f"Expected a {capability} ({able}), got {name!r}, a {_entry(name).capability}.")
    return load_model(name, **settings)


def _module(module: str, name: str) -> Any:
    try:
        return import_module(f"masklet.models.{module}")
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "torchvision", "transformers"):
            raise
        raise MissingExtraError(f"The model {name}", extra="torch") from error


def _entry(name: str) -> ModelEntry:
    try:
        return MODELS[name]
    except KeyError:
        raise ModelError(f"Expected the name of a model ({', '.join(MODELS)}), got {name!r}.") from None

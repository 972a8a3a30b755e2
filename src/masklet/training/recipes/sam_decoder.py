"""SAM's mask decoder, tuned to people: boxes in, masks out, everything else as it was released.

Source: P0, section 4 (Dice, AdamW, learning rate 5e-7, betas 0.9 and 0.99; OCHuman first, Cityscapes after).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from masklet.models.sam.config import SIZES, SamConfig
from masklet.models.sam.loading import load_network
from masklet.models.sam.network import Sam, SamHead
from masklet.models.sam.prompt_encoder import BOTTOM_RIGHT, TOP_LEFT
from masklet.training.checkpoint import load_weights, read_weights
from masklet.training.config import LoopConfig
from masklet.training.embeddings import EmbeddedPicture, EmbeddingFolder, encoder_digest, write_embeddings
from masklet.training.errors import TrainingError
from masklet.training.held_out import Part, part_of
from masklet.training.losses import LOSSES, focal, weighted_sum

if TYPE_CHECKING:
    from masklet.datasets import PicturedPeople

_WEIGHTS = {"tiny": "mobile-sam", "vit-b": "sam-vit-b", "vit-l": "sam-vit-l", "vit-h": "sam-vit-h"}
_AT_ONCE = 8
"""Objects of a validation that go through the decoder together."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Pictures of people that embeddings are made of where there are none yet; none: not used."""

    ochuman: Path | None = None
    """OCHuman: ochuman.json and images/."""
    cityscapes: Path | None = None
    """Cityscapes, split train."""
    penn_fudan: Path | None = None
    """PennFudanPed."""
    yolo_persons: Path | None = None
    """Pictures with polygons (images/, labels/), as in COCO128-seg; of them class 0."""


@dataclass(frozen=True, kw_only=True)
class Data:
    """Which pictures, and how they are divided."""

    cache: Path = Path("embeddings")
    """Folder of embeddings; made from `sources` where there is none."""
    held_out: float = 0.25
    """Share of the pictures that are validated on and not learnt from, drawn by their names."""
    test: float = 0.0
    """Share of the pictures that the run does not look at, to measure on afterwards, drawn by their names."""
    mirrored: bool = False
    """Also learn from the pictures mirrored; said when the folder of embeddings is made."""
    jitter: float = 0.0
    """How far the corners of boxes are moved, in shares of the box's sides, at most: detectors' are not exact."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the recipe is told."""

    size: Literal["tiny", "vit-b", "vit-l", "vit-h"] = "tiny"
    """The network: tiny is MobileSAM."""
    weights: Path | None = None
    """Its released weights; none: the published ones."""
    start_from: Path | None = None
    """Decoder of an earlier run to go on from, as for a second phase on other data."""
    side: int = 1024
    """Pixels along the square that pictures are brought to; fewer are faster. Not for vit-*."""
    blend: float = 1.0
    """Share of the tuned decoder in what is validated and written, the rest is as it was released: less learns
    less by heart where pictures are few (WiSE-FT, Wortsman et al., CVPR 2022)."""
    loss: str = "dice"
    """Losses to be added: dice, dice+bce+focal, 0.5*bce+2*dice, ... (`masklet.training.losses.LOSSES`)."""
    focal_gamma: float = 2.0
    sources: Sources = field(default_factory=Sources)
    data: Data = field(default_factory=Data)
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(
            steps=400,
            batch_size=8,
            learning_rate=5e-7,
            betas=(0.9, 0.99),
            weight_decay=0.01,
            ema_decay=0.0,
            precision="f32",
        )
    )


def parse_losses(text: str) -> dict[str, float]:
    """Return the weights of losses by name; raise TrainingError for what is none.

    >>> parse_losses("dice+0.5*bce")
    {'dice': 1.0, 'bce': 0.5}
    """
    weights: dict[str, float] = {}
    for term in text.split("+"):
        factor, times, name = term.strip().rpartition("*")
        try:
            weights[name.strip()] = float(factor) if times else 1.0
        except ValueError:
            raise TrainingError(f"Expected losses such as dice+0.5*bce, got {text!r}.") from None
        if name.strip() not in LOSSES:
            raise TrainingError(f"Expected losses among {', '.join(LOSSES)}, got {name.strip()!r}.")
    return weights


class SamDecoderTask:
    """Masks of people from their boxes, on embeddings that were computed before."""

    def __init__(self, settings: Settings, head: SamHead, pictures: Iterable[EmbeddedPicture]) -> None:
        self._settings = settings
        self._losses = LOSSES | {"focal": partial(focal, gamma=settings.focal_gamma)}
        self._weights = parse_losses(settings.loss)
        parts = _by_part(pictures, settings.data)
        self.learnt, self.held_out = parts["learnt"], parts["held out"]
        if not self.learnt:
            raise TrainingError(f"Expected pictures to tune on in {settings.data.cache}, got none.")
        head.prompt_encoder.requires_grad_(False)
        self.network: nn.Module = head
        self._released = {name: value.clone() for name, value in head.state_dict().items()}
        self._zero_shot = self._figures(head) if self.held_out else {}
        if settings.start_from is not None:
            load_weights(head, settings.start_from)

    def sample(self, index: int) -> Mapping[str, Tensor]:
        """Return feature_Chw, box_4, truth_HW and known_HW of one person."""
        rng = np.random.default_rng((self._settings.loop.seed, index))
        picture = self.learnt[int(rng.integers(len(self.learnt)))]
        people, number = picture.read(), int(rng.integers(picture.people))
        return {
            "feature": people.feature_Chw,
            "box": jittered(people.box_N4[number], self._settings.data.jitter, rng),
            "truth": people.truth_NHW[number],
            "known": people.known_HW,
        }

    def loss(self, batch: Mapping[str, Tensor], step: int) -> Mapping[str, Tensor]:  # noqa: ARG002
        """Return the loss of a batch and its parts."""
        assert isinstance(self.network, SamHead)
        logits_NHW = _masks(self.network, batch["feature"], batch["box"])
        total, parts = self._weighted(logits_NHW, batch["truth"], batch["known"])
        return {"loss": total, **parts}

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the mask decoder's parameters (P0: `decoder.parameters()`)."""
        assert isinstance(self.network, SamHead)
        return [{"params": list(self.network.mask_decoder.parameters())}]

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Return `IoU` and `loss` on the people held out, and `relative`, the loss over that of the untuned
        network (P0, Fig. 5)."""
        assert isinstance(network, SamHead)
        if not self.held_out:
            return {}
        blended = SamHead(network.config).to(network.device)
        blended.load_state_dict(blend(self._released, network.state_dict(), self._settings.blend))
        figures = self._figures(blended.eval())
        return {
            **figures,
            "relative": figures["loss"] / self._zero_shot["loss"],
            "zero-shot IoU": self._zero_shot["IoU"],
        }

    @torch.no_grad()
    def _figures(self, head: SamHead) -> dict[str, float]:
        losses: list[Tensor] = []
        ious: list[Tensor] = []
        for picture in self.held_out:
            people = picture.read()
            for start in range(0, picture.people, _AT_ONCE):
                box_N4, truth_NHW = (part[start : start + _AT_ONCE] for part in (people.box_N4, people.truth_NHW))
                known_NHW = people.known_HW.expand(len(box_N4), -1, -1)
                feature_NChw = people.feature_Chw.expand(len(box_N4), -1, -1, -1).to(head.device)
                logits_NHW = _masks(head, feature_NChw, box_N4.to(head.device)).cpu()
                losses += [
                    self._weighted(logits_NHW[n : n + 1], truth_NHW[n : n + 1], known_NHW[n : n + 1])[0]
                    for n in range(len(box_N4))
                ]
                ious.append(_iou(logits_NHW, truth_NHW, known_NHW))
        return {"IoU": float(torch.cat(ious).mean()), "loss": float(torch.stack(losses).mean())}

    def _weighted(
        self, logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        return weighted_sum(self._weights, logits_NHW, truth_NHW, known_NHW, losses=self._losses)


def PREPARE(settings: Settings) -> None:
    """Make the embeddings where there are none."""
    if not (settings.data.cache / "embeddings.json").exists():
        data = settings.data
        write_embeddings(_pictures(settings.sources), _network(settings), data.cache, mirrored=data.mirrored)


def build(settings: Settings) -> SamDecoderTask:
    """Return the task; prompt encoder and mask decoder begin as they were released."""
    network = _network(settings)
    folder = EmbeddingFolder(settings.data.cache, encoder=encoder_digest(network))
    head = SamHead(network.config)
    head.load_state_dict(_of_head(network.state_dict()))
    return SamDecoderTask(settings, head, folder)


def finish(settings: Settings, out: Path) -> None:
    """Write NAME.pth, the whole network in the released layout with the tuned decoder, named as the run."""
    from masklet.core.files import write_whole

    best = out / "best.pt"
    tuned = read_weights(best if best.exists() else out / "last.pt")
    network = _network(settings)
    released = network.state_dict()
    network.load_state_dict(released | blend(released, tuned, settings.blend))
    buffer = io.BytesIO()
    torch.save(network.state_dict(), buffer)
    write_whole(out / f"{out.resolve().name}.pth", buffer.getvalue())


def blend(released: Mapping[str, Tensor], tuned: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """Return the tuned tensors with that share, and the released ones of their names with the rest."""
    return {name: torch.lerp(released[name].to(value), value, share) for name, value in tuned.items()}


def jittered(box_4: Tensor, most: float, rng: np.random.Generator) -> Tensor:
    """Return a box x1 y1 x2 y2 whose corners are moved by at most that share of its sides."""
    sides_2 = box_4[2:] - box_4[:2]
    moved_4 = torch.from_numpy(rng.uniform(-most, most, 4)).float()
    return box_4 + moved_4 * sides_2.repeat(2)


def _network(settings: Settings) -> Sam:
    config = _config(settings)
    path = settings.weights
    if path is None:
        from masklet.weights import resolve

        path = resolve(_WEIGHTS[settings.size], None)
    return load_network(path, config)


def _config(settings: Settings) -> SamConfig:
    config = SIZES[settings.size]
    if settings.size != "tiny" and settings.side != config.side:
        raise TrainingError(f"Expected side {config.side} for {settings.size}, got {settings.side}.")
    return replace(config, side=settings.side)


def _pictures(given: Sources) -> Iterator[PicturedPeople]:
    from masklet.datasets import Cityscapes, OCHuman, PennFudan, YoloPersons

    made: list[Iterable[PicturedPeople]] = []
    if given.ochuman is not None:
        made.append(OCHuman(given.ochuman))
    if given.cityscapes is not None:
        made.append(Cityscapes(given.cityscapes, "train"))
    if given.penn_fudan is not None:
        made.append(PennFudan(given.penn_fudan))
    if given.yolo_persons is not None:
        made.append(YoloPersons(given.yolo_persons))
    if not made:
        raise TrainingError(
            "Expected embeddings in data.cache or sources to make them from, got neither; "
            "set sources.ochuman, sources.cityscapes, sources.penn_fudan or sources.yolo_persons."
        )
    return chain.from_iterable(made)


def _by_part(pictures: Iterable[EmbeddedPicture], data: Data) -> dict[Part, list[EmbeddedPicture]]:
    parts: dict[Part, list[EmbeddedPicture]] = {"learnt": [], "held out": [], "test": []}
    for picture in pictures:
        part = part_of(picture.name, held_out=data.held_out, test=data.test)
        if part == "learnt" or not picture.mirrored:
            parts[part].append(picture)
    return parts


def _of_head(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if not name.startswith("image_encoder.")}


def _masks(head: SamHead, feature_NChw: Tensor, box_N4: Tensor) -> Tensor:
    """Return logits_NHW of the mask that is meant for prompts that leave no doubt."""
    label_2 = torch.tensor([TOP_LEFT, BOTTOM_RIGHT], device=box_N4.device)
    logits_N4HW, _ = head.decode(feature_NChw, box_N4.reshape(-1, 2, 2), label_2.expand(len(box_N4), -1))
    return logits_N4HW[:, 0]


def _iou(logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor) -> Tensor:
    found_NHW, is_truth_NHW = (logits_NHW > 0) & known_NHW, truth_NHW > 0
    union_N = (found_NHW | is_truth_NHW).flatten(1).sum(dim=1)
    return (found_NHW & is_truth_NHW).flatten(1).sum(dim=1) / union_N.clamp(min=1)

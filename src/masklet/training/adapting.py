"""Ways to bring a network that labels pixels from pictures with labels (the source) to such without (the target).

Each holds what learns, says what a batch costs, and which part of it labels pixels in the end.

Shapes: B batch, L classes, H W pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.training.adversarial import Discriminator, Schedule, domain_loss, reverse_gradient, strength_at
from masklet.training.errors import TrainingError
from masklet.training.label_losses import LabelLoss
from masklet.training.self_training import TeacherConfig, mixed_labels, pseudo_labels

Name = Literal["source", "dann", "adda", "teacher"]
Batch = Mapping[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class DannConfig:
    """How strongly features are driven to be alike (P1, section 2.3, and the released code)."""

    strength: float = 0.01
    """Lambda: how much features are driven against telling the cameras apart; of a schedule, its last value."""
    schedule: Schedule = "constant"
    """constant (P1), or published: from 0 up, 2 / (1 + exp(-10 p)) - 1 of the strength."""
    reversal: Literal["loss", "layer"] = "loss"
    """Where lambda is: in the loss, so that the discriminator's steps have it too (P1), or in the layer that
    reverses gradients, so that only the features' have it (as released)."""

    def __post_init__(self) -> None:
        if self.strength < 0:
            raise TrainingError(f"Expected a strength from 0 on, got {self.strength}.")


class Parts(nn.Module):
    """A network that labels pixels, and what it is adapted by."""

    def __init__(self, segmenter: SemanticNetwork, **others: nn.Module) -> None:
        super().__init__()
        self.segmenter = segmenter
        for name, module in others.items():
            self.add_module(name, module)

    def train(self, mode: bool = True) -> Parts:
        """Switch modes; what does not learn stays in evaluation mode."""
        super().train(mode)
        for part in self.children():
            if not any(parameter.requires_grad for parameter in part.parameters()):
                part.eval()
        return self


class Method(Protocol):
    """One way to adapt."""

    parts: Parts

    def loss(self, batch: Batch, step: int) -> dict[str, Tensor]:
        """Return `loss`, to be minimised, and its parts."""
        ...


class SourceOnly:
    """No adaptation: the source alone, for as many steps (P1's base)."""

    def __init__(self, segmenter: SemanticNetwork, label_loss: LabelLoss) -> None:
        self.parts = Parts(segmenter)
        self._label_loss = label_loss

    def loss(self, batch: Batch, step: int) -> dict[str, Tensor]:  # noqa: ARG002
        """Return the cross entropy on the source."""
        entropy = self._label_loss(self.parts.segmenter(_picture(batch, "image")), batch["labels"])
        return {"loss": entropy, "entropy": entropy}


class Dann:
    """Features are learnt that a discriminator cannot tell the camera from, by a reversed gradient (C2, C3)."""

    def __init__(
        self, segmenter: SemanticNetwork, label_loss: LabelLoss, config: DannConfig, *, steps: int
    ) -> None:
        self._discriminator = Discriminator(segmenter.feature_channels)
        self.parts = Parts(segmenter, discriminator=self._discriminator)
        self._label_loss, self._config, self._steps = label_loss, config, steps

    def loss(self, batch: Batch, step: int) -> dict[str, Tensor]:
        """Return L = L_cls + lambda L_D (P1, equation 2.2); `told_apart`: how often the discriminator is right."""
        config, segmenter = self._config, self.parts.segmenter
        source_B3HW, target_B3HW = _picture(batch, "image"), _picture(batch, "target")
        feature = segmenter.features(torch.cat([source_B3HW, target_B3HW]))
        logits_BLHW = segmenter.classify(feature[: len(source_B3HW)], (source_B3HW.shape[2], source_B3HW.shape[3]))
        entropy = self._label_loss(logits_BLHW, batch["labels"])
        strength = strength_at(step, self._steps, schedule=config.schedule, highest=config.strength)
        in_layer, in_loss = (strength, 1.0) if config.reversal == "layer" else (1.0, strength)
        logit_2B = self._discriminator(reverse_gradient(feature, in_layer))
        domain = domain_loss(logit_2B[: len(source_B3HW)], logit_2B[len(source_B3HW) :])
        return {
            "loss": entropy + in_loss * domain,
            "entropy": entropy,
            "domain": domain,
            "told_apart": _told_apart(logit_2B),
        }


class Adda:
    """An encoder of the target learns, against a discriminator, to give what the frozen one gives of the source.

    Discriminator and encoder take turns, a step each; the classifier stays as it is (Tzeng et al., CVPR 2017).
    """

    def __init__(self, segmenter: SemanticNetwork) -> None:
        self._frozen = deepcopy(segmenter).requires_grad_(False)
        self._discriminator = Discriminator(segmenter.feature_channels)
        self.parts = Parts(segmenter, source=self._frozen, discriminator=self._discriminator)

    def loss(self, batch: Batch, step: int) -> dict[str, Tensor]:
        """Return the discriminator's loss in even steps; in odd ones the encoder's, -mean log G_d(target)."""
        encoder, discriminator = self.parts.segmenter, self._discriminator
        target_B3HW = _picture(batch, "target")
        if step % 2:
            feature = encoder.features(target_B3HW)
            discriminator.requires_grad_(False)
            logit_B = discriminator(feature)
            discriminator.requires_grad_(True)
            domain = functional.softplus(-logit_B.float()).mean()
            return {"loss": domain, "encoder": domain}
        with torch.no_grad():
            source = self._frozen.features(_picture(batch, "image"))
            target = encoder.features(target_B3HW)
        source_logit_B, target_logit_B = discriminator(source), discriminator(target)
        domain = domain_loss(source_logit_B, target_logit_B)
        return {
            "loss": domain,
            "domain": domain,
            "told_apart": _told_apart(torch.cat([source_logit_B, target_logit_B])),
        }


class Teacher:
    """A student learns from its own average on mixed and masked pictures of the target, beside the source."""

    def __init__(
        self, segmenter: SemanticNetwork, label_loss: LabelLoss, config: TeacherConfig, *, classes: int
    ) -> None:
        self.parts = Parts(segmenter)
        self._label_loss, self._config, self._classes = label_loss, config, classes
        self._average: Parts | None = None

    def take_average(self, average: nn.Module) -> None:
        """Keep the teacher."""
        assert isinstance(average, Parts)
        self._average = average

    def loss(self, batch: Batch, step: int) -> dict[str, Tensor]:  # noqa: ARG002
        """Return the sum over labelled, mixed and masked pictures; `sure` is how far the teacher is believed."""
        config, student = self._config, self.parts.segmenter
        assert self._average is not None
        with torch.no_grad():
            answer_BLHW = self._average.segmenter(_picture(batch, "target"))[:, : self._classes]
        pseudo = pseudo_labels(answer_BLHW, batch["there"], config)
        entropy = self._label_loss(student(_picture(batch, "image")), batch["labels"])
        parts = {"entropy": entropy, "sure": pseudo.sureness_BHW.mean()}
        loss = entropy
        if config.mixed:
            mixed = mixed_labels(batch["labels"], pseudo, batch["pasted"])
            logits_BLHW = student(_picture(batch, "mixed"))
            parts["mixed"] = self._label_loss.guessed(logits_BLHW, mixed.labels_BHW, mixed.sureness_BHW)
            loss = loss + config.mixed * parts["mixed"]
        if config.masked:
            logits_BLHW = student(_picture(batch, "masked"))
            parts["masked"] = self._label_loss.guessed(logits_BLHW, pseudo.labels_BHW, pseudo.sureness_BHW)
            loss = loss + config.masked * parts["masked"]
        return {"loss": loss, **parts}


def _picture(batch: Batch, name: str) -> Tensor:
    return batch[name].float().contiguous(memory_format=torch.channels_last)


def _told_apart(logit_2B: Tensor) -> Tensor:
    """Return the share of right answers; the first half are of the source."""
    half = len(logit_2B) // 2
    return torch.cat([logit_2B[:half] > 0, logit_2B[half:] <= 0]).float().mean()

"""What has to be known of a network that labels pixels besides its weights, as plain values for files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from masklet.core.errors import MaskletError, WeightsError
from masklet.core.label_space import LabelSpace
from masklet.models.layers.semantic_view import InputSize


@dataclass(frozen=True, kw_only=True)
class SemanticCard:
    """Which network it is, what its outputs mean, and which sizes of pictures it is given."""

    network: str
    """Its name among `models.semantic.NETWORKS`."""
    label_space: LabelSpace
    """Outputs beyond its classes are not used."""
    size: InputSize = field(default_factory=InputSize)

    def plain(self) -> dict[str, Any]:
        """Return it as values that JSON and torch.save hold."""
        return {
            "network": self.network,
            "label_space": self.label_space.to_json(),
            "size": asdict(self.size),
        }


def card_of(plain: Mapping[str, Any], where: str) -> SemanticCard:
    """Return the card that `SemanticCard.plain` made these values of; raise WeightsError, with `where` they were
    found, for others."""
    try:
        return SemanticCard(
            network=str(plain["network"]),
            label_space=LabelSpace.from_json(plain["label_space"], where),
            size=InputSize(**plain["size"]),
        )
    except (KeyError, TypeError, ValueError, MaskletError) as error:
        raise WeightsError(
            f"Expected network, label_space and size of a network that labels pixels in {where}, "
            f"got something else ({error})."
        ) from error

"""The network of XMem (Cheng and Schwing 2022, section 3 and appendix): what a frame looks like, where objects are
by what is read for them, what is worth remembering of them.

Shapes: N objects, H W pixels of what is looked at (multiples of 16), h w its cells of 16 pixels, P = h*w,
C channels, Q of a key, V of a value, S of sensory memory. f16, f8, f4: features at 16, 8, 4 pixels a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.xmem.blocks import (
    BasicBlock,
    Bottleneck,
    Fusion,
    Scales,
    Update,
    stage,
)
from masklet.models.xmem.canvas import MEAN_3
from masklet.models.xmem.decoder import Decoder, FramePart
from masklet.models.xmem.keys import Keys
from masklet.models.xmem.regions import Region, whole

_DEVIATION_3 = (0.229, 0.224, 0.225)


@dataclass(frozen=True, kw_only=True)
class Dims:
    """Channels that differ between the authors' files."""

    key: int = 64
    value: int = 512
    sensory: int = 64
    """0: the network has no sensory memory."""


class FrameCode(NamedTuple):
    """What the network sees in a frame, whoever is followed."""

    image_13HW: Tensor
    scales: Scales
    keys: Keys
    """Of its P cells."""

    @property
    def grid_hw(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return (self.scales.f16.shape[2], self.scales.f16.shape[3])


class XMemNetwork(nn.Module):
    """Three parts that share nothing but the frame's code."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims = dims
        self.key_encoder = KeyEncoder()
        self.key_proj = KeyProjection(dims)
        self.value_encoder = ValueEncoder(dims)
        self.decoder = Decoder(dims.value, dims.sensory)

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.key_proj.conv.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """What it computes in."""
        return self.decoder.pred.weight.dtype

    @property
    def wide(self) -> torch.dtype:
        """What it keeps keys, gates and masks in: float32 at least."""
        return self.key_proj.conv.weight.dtype

    def ready(self, device: torch.device, dtype: torch.dtype) -> Self:
        """Make it ready to run there in these numbers and return it."""
        self.eval().requires_grad_(False)
        self.to(device=device, dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.key_proj.to(dtype=torch.promote_types(dtype, torch.float32))
        return self

    def encode(self, image_13HW: Tensor) -> FrameCode:
        """Return the code of an RGB picture in 0..1."""
        mean_311 = image_13HW.new_tensor(MEAN_3).view(3, 1, 1)
        deviation_311 = image_13HW.new_tensor(_DEVIATION_3).view(3, 1, 1)
        normal_13HW = ((image_13HW - mean_311) / deviation_311).to(self.dtype)
        normal_13HW = normal_13HW.contiguous(memory_format=torch.channels_last)
        scales = self.key_encoder(normal_13HW)
        return FrameCode(normal_13HW, scales, self.key_proj(scales.f16))

    def decode(
        self,
        code: FrameCode,
        readout_NVhw: Tensor,
        sensory_NShw: Tensor,
        *,
        at_once: int,
        update: bool,
        regions: Sequence[tuple[Region, ...]] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Return logits_NHW of the objects, and their sensory memory, renewed where `update` is asked for; worked
        out in these regions of each object, None: in the whole frame."""
        if regions is None:
            regions = [(whole(code.grid_hw),)] * len(readout_NVhw)
        frame = FramePart(self.decoder, code.scales, regions)
        readout_NVhw = readout_NVhw.to(self.dtype)
        parts = zip(
            *(torch.split(each, at_once) for each in (readout_NVhw, sensory_NShw)),
            [regions[start : start + at_once] for start in range(0, len(regions), at_once)],
            strict=True,
        )
        done = [self.decoder(frame, *part, update=update) for part in parts]
        logits_NHW, renewed_NShw = (torch.cat(column) for column in zip(*done, strict=True))
        return logits_NHW, renewed_NShw

    def value(
        self, code: FrameCode, mask_NHW: Tensor, others_NHW: Tensor, sensory_NShw: Tensor, *, at_once: int
    ) -> tuple[Tensor, Tensor]:
        """Return value_NVhw of masks in 0..1, beside the masks of each one's rivals together, and the sensory
        memory after the deep update."""
        frame = self.value_encoder.fuser.frame(code.scales.f16)
        parts = zip(*(torch.split(each, at_once) for each in (mask_NHW, others_NHW, sensory_NShw)), strict=True)
        done = [self.value_encoder(code.image_13HW, frame, *part) for part in parts]
        value_NVhw, renewed_NShw = (torch.cat(column) for column in zip(*done, strict=True))
        return value_NVhw, renewed_NShw


class KeyEncoder(nn.Module):
    """ResNet-50 up to 16 pixels a cell."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3)
        self.res2 = stage(Bottleneck, 64, 64, 3, 1)
        self.layer2 = stage(Bottleneck, 256, 128, 4, 2)
        self.layer3 = stage(Bottleneck, 512, 256, 6, 2)

    def forward(self, image_13HW: Tensor) -> Scales:
        """Return the features of a normalised picture; none is negative."""
        stem = functional.max_pool2d(functional.relu(self.conv1(image_13HW), inplace=True), 3, 2, 1)
        f4 = self.res2(stem)
        f8 = self.layer2(f4)
        return Scales(self.layer3(f8), f8, f4)


class KeyProjection(nn.Module):
    """Keys, shrinkage and selection of cells (section 3.2) by one convolution, in float32 at least."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.sizes = [dims.key, 1, dims.key]
        self.conv = nn.Conv2d(1024, sum(self.sizes), 3, padding=1)

    def forward(self, f16: Tensor) -> Keys:
        """Return the keys of all cells, row by row."""
        projected_PC = self.conv(f16.to(self.conv.weight.dtype))[0].flatten(1).mT
        key_PQ, shrinkage_P1, selection_PQ = projected_PC.split(self.sizes, dim=1)
        return Keys(key_PQ, shrinkage_P1[:, 0].square() + 1, torch.sigmoid(selection_PQ))


class ValueEncoder(nn.Module):
    """ResNet-18 up to 16 pixels a cell on picture, mask and the others' masks, brought together with f16."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(5, 64, 7, 2, 3)
        self.layer1 = stage(BasicBlock, 64, 64, 2, 1)
        self.layer2 = stage(BasicBlock, 64, 128, 2, 2)
        self.layer3 = stage(BasicBlock, 128, 256, 2, 2)
        self.fuser = Fusion(1024, 256, dims.value, dims.value)
        self.hidden_reinforce = Update(dims.value, dims.sensory) if dims.sensory else None

    def forward(
        self, image_13HW: Tensor, frame: Tensor, mask_NHW: Tensor, others_NHW: Tensor, sensory_NShw: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return value_NVhw and sensory memory after the deep update; `frame` is the fuser's part of the frame."""
        masks_N2HW = torch.stack([mask_NHW, others_NHW], dim=1).to(image_13HW.dtype)
        seen_N5HW = torch.cat([image_13HW.expand(len(mask_NHW), -1, -1, -1), masks_N2HW], dim=1)
        seen_N5HW = seen_N5HW.contiguous(memory_format=torch.channels_last)
        stem = functional.max_pool2d(functional.relu(self.conv1(seen_N5HW), inplace=True), 3, 2, 1)
        value_NVhw = self.fuser(frame, self.layer3(self.layer2(self.layer1(stem))))
        if self.hidden_reinforce is None:
            return value_NVhw, sensory_NShw
        return value_NVhw, self.hidden_reinforce(value_NVhw, sensory_NShw)

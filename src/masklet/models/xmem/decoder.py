"""From what is read for objects, sensory memory and the frame's features to logits and sensory memory; the fine
features of an object in the whole frame, or where it can be.

Shapes: N objects, h w cells of 16 pixels, V channels of a value, S of sensory memory. f16, f8, f4, g16, g8, g4:
features of the frame, of an object, at 16, 8, 4 pixels a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.xmem.blocks import Fusion, Residual, Scales, Update, resized
from masklet.models.xmem.regions import Region, whole

NOT_THERE = -16.0
"""The logit beyond an object's regions: what it may have of a pixel is nothing to aggregation."""
_REACHES = -2.0
"""A logit on the edge of a region from which on the object may go on beyond it."""
_TO_BLOCK2, _TO_G16, _TO_U8, _TO_G8, _TO_U4 = 5, 3, 4, 2, 3
"""Cells, of 16, 16, 8, 8, 4 pixels, around a region that its logits depend on: a convolution looks one cell
further, and so does making a feature larger."""


class Decoder(nn.Module):
    """Coarse features of the whole frame, as attention needs them; fine ones region by region."""

    def __init__(self, value: int, sensory: int) -> None:
        super().__init__()
        self.fuser = Fusion(1024, value + sensory, 512, 512)
        self.up_16_8 = Growth(512, 512, 256)
        self.up_8_4 = Growth(256, 256, 256)
        self.pred = nn.Conv2d(256, 1, 3, padding=1)
        self.hidden_update = SensoryUpdate(sensory) if sensory else None

    def forward(
        self,
        frame: FramePart,
        readout_NVhw: Tensor,
        sensory_NShw: Tensor,
        regions: Sequence[tuple[Region, ...]],
        *,
        update: bool,
    ) -> tuple[Tensor, Tensor]:
        """Return logits_NHW, and sensory memory as it is after this frame, or as it was without `update`.

        `regions` are of each object. One that reaches the edge of its regions is sought in the whole frame.
        """
        known = torch.cat([readout_NVhw, sensory_NShw.to(readout_NVhw.dtype)], dim=1)
        fused = self.fuser.attended(frame.f16, known.contiguous(memory_format=torch.channels_last))
        grid_hw = (fused.shape[2], fused.shape[3])
        sought = sensory_NShw, sensory_NShw.clone() if update else sensory_NShw
        height, width = grid_hw
        logits_N1 = torch.full(
            (len(fused), 1, 4 * height, 4 * width),
            NOT_THERE,
            dtype=torch.promote_types(fused.dtype, torch.float32),
            device=fused.device,
        )
        beyond = self._seek(frame, fused, *sought, logits_N1, regions, update=update)
        if beyond:
            everywhere = [(whole(grid_hw),) if place in beyond else () for place in range(len(fused))]
            self._seek(frame, fused, *sought, logits_N1, everywhere, update=update)
        return resized(logits_N1, 4)[:, 0], sought[1]

    def _seek(
        self,
        frame: FramePart,
        fused: Tensor,
        sensory_NShw: Tensor,
        renewed_NShw: Tensor,
        logits_N1: Tensor,
        regions: Sequence[tuple[Region, ...]],
        *,
        update: bool,
    ) -> set[int]:
        """Write the logits, and with `update` the sensory memory, of these regions of each object; return the
        objects that go on beyond them. Objects of one region go together."""
        grid_hw = (fused.shape[2], fused.shape[3])
        beyond: set[int] = set()
        for region, places in _objects_of(regions).items():
            scales, found_N1 = self._window(frame, fused[places], region, grid_hw)
            region.finer(4).of(logits_N1)[places] = found_N1.to(logits_N1.dtype)
            reach_N = _at_edge(found_N1, region, grid_hw) > _REACHES
            beyond |= {place for place, reaches in zip(places, reach_N.tolist(), strict=True) if reaches}
            if update and self.hidden_update is not None:
                new_NShw = self.hidden_update(scales, found_N1, region.of(sensory_NShw[places]))
                core = region.grown(-1, grid_hw)
                core.of(renewed_NShw)[places] = core.within(region).of(new_NShw)
        return beyond

    def _window(
        self, frame: FramePart, fused: Tensor, region: Region, grid_hw: tuple[int, int]
    ) -> tuple[Scales, Tensor]:
        """Return the features of objects in a region, and their logits at 4 pixels a cell."""
        height, width = grid_hw
        fine, finest = (2 * height, 2 * width), (4 * height, 4 * width)
        region8, region4 = region.finer(2), region.finer(4)
        at_block2, at_g16 = (region.grown(by, grid_hw) for by in (_TO_BLOCK2, _TO_G16))
        g16 = at_g16.within(at_block2).of(self.fuser.block2(at_block2.of(fused)))
        at_u8, at_g8 = region8.grown(_TO_U8, fine), region8.grown(_TO_G8, fine)
        u8 = at_u8.within(at_g16.finer(2)).of(resized(g16, 2)) + frame.skip8(at_u8)
        g8 = at_g8.within(at_u8).of(self.up_16_8.out_conv(u8))
        at_u4 = region4.grown(_TO_U4, finest)
        u4 = at_u4.within(at_g8.finer(2)).of(resized(g8, 2)) + frame.skip4(at_u4)
        g4 = self.up_8_4.out_conv(u4)
        inner4 = region4.within(at_u4)
        logits_N1 = inner4.of(self.pred(functional.relu(g4)))
        scales = Scales(region.within(at_g16).of(g16), region8.within(at_g8).of(g8), inner4.of(g4))
        return scales, logits_N1


class FramePart:
    """What the decoder needs of a frame, the same for all objects; of fine features what the regions need, the
    whole where that is less work."""

    def __init__(self, decoder: Decoder, scales: Scales, regions: Iterable[tuple[Region, ...]]) -> None:
        self.f16 = decoder.fuser.frame(scales.f16)
        self._scales = scales
        self._convs = decoder.up_16_8.skip_conv, decoder.up_8_4.skip_conv
        grid_hw = (scales.f16.shape[2], scales.f16.shape[3])
        cells = sum(region.grown(_TO_U8 // 2, grid_hw).cells for region in _objects_of(regions))
        self._skips = None if cells < whole(grid_hw).cells else self._all()

    def skip8(self, region: Region) -> Tensor:
        """Return this part of the frame's feature at 8 pixels a cell."""
        return self._skip(0, self._scales.f8, region)

    def skip4(self, region: Region) -> Tensor:
        """Return this part of the frame's feature at 4 pixels a cell."""
        return self._skip(1, self._scales.f4, region)

    def _skip(self, scale: int, feature: Tensor, region: Region) -> Tensor:
        if self._skips is not None:
            return region.of(self._skips[scale])
        around = region.grown(1, (feature.shape[2], feature.shape[3]))
        return region.within(around).of(self._convs[scale](around.of(feature)))

    def _all(self) -> tuple[Tensor, Tensor]:
        return self._convs[0](self._scales.f8), self._convs[1](self._scales.f4)


class Growth(nn.Module):
    """Twice as many cells along each side, and the frame's feature of that size added, by the decoder."""

    def __init__(self, frame: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.skip_conv = nn.Conv2d(frame, inputs, 3, padding=1)
        self.out_conv = Residual(inputs, outputs)


class SensoryUpdate(nn.Module):
    """Renews sensory memory with every frame by what the decoder sees at all its scales."""

    def __init__(self, sensory: int) -> None:
        super().__init__()
        self.g16_conv = nn.Conv2d(512, 256, 1)
        self.g8_conv = nn.Conv2d(256, 256, 1)
        self.g4_conv = nn.Conv2d(256 + 1, 256, 1)
        self.gate = Update(256, sensory)

    def forward(self, scales: Scales, logits_N1: Tensor, sensory_NShw: Tensor) -> Tensor:
        """Return the new sensory memory; the logits, of 4 pixels a cell, are one channel more of that scale."""
        finest = torch.cat([resized(scales.f4, 1 / 4), resized(logits_N1, 1 / 4)], dim=1)
        feature = self.g16_conv(scales.f16) + self.g8_conv(resized(scales.f8, 1 / 2)) + self.g4_conv(finest)
        renewed_NShw: Tensor = self.gate(feature, sensory_NShw)
        return renewed_NShw


def _objects_of(regions: Iterable[tuple[Region, ...]]) -> dict[Region, list[int]]:
    """Return each region and the places of its objects."""
    places: dict[Region, list[int]] = {}
    for place, own in enumerate(regions):
        for region in own:
            places.setdefault(region, []).append(place)
    return places


def _at_edge(logits_N1: Tensor, region: Region, grid_hw: tuple[int, int]) -> Tensor:
    """Return the highest logit of each object on the sides of a region behind which the frame goes on."""
    height, width = grid_hw
    sides = [
        (region.top > 0, logits_N1[:, 0, 0]),
        (region.bottom < height, logits_N1[:, 0, -1]),
        (region.left > 0, logits_N1[:, 0, :, 0]),
        (region.right < width, logits_N1[:, 0, :, -1]),
    ]
    highest = [logits.amax(dim=1) for inside, logits in sides if inside]
    return torch.stack(highest).amax(dim=0) if highest else logits_N1.new_full((len(logits_N1),), NOT_THERE)

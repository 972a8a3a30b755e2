"""What may happen to a training clip, as values: flips, turns, bends, light and colour, quality.

Each says how often it is drawn: `per="clip"`, once, shared by all frames, or `per="frame"`, anew for each.
`draw` returns one draw of it. Maps go from points of the output to points of the source, so they undo what
is seen. Shapes: H W pixels, 3 is RGB.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import torch

from masklet.core.arrays import UInt8Array
from masklet.training import colour, warp
from masklet.training.colour import Look
from masklet.training.warp import Affine, PointMap

Per = Literal["clip", "frame"]
Range = tuple[float, float]
Drawn = TypeVar("Drawn")


def draw_per(per: Per, draw: Callable[[], Drawn], frames: int) -> list[Drawn]:
    """Return one draw for all frames, or one for each."""
    return [draw()] * frames if per == "clip" else [draw() for _ in range(frames)]


@dataclass(frozen=True, kw_only=True)
class Flip:
    """Mirroring, each direction with its probability."""

    per: Per = "clip"
    horizontal: float = 0.5
    vertical: float = 0.0

    def draw(self, rng: np.random.Generator) -> Affine:
        """Return one flip, or none."""
        across, down = rng.random(2) < (self.horizontal, self.vertical)
        return warp.stretch(-1 if across else 1, -1 if down else 1)


@dataclass(frozen=True, kw_only=True)
class QuarterTurn:
    """A turn by 90, 180 or 270 degrees with a probability."""

    per: Per = "clip"
    probability: float = 0.75

    def draw(self, rng: np.random.Generator) -> Affine:
        """Return one turn, or none."""
        return warp.quarter_turns(int(rng.integers(1, 4)) if rng.random() < self.probability else 0)


@dataclass(frozen=True, kw_only=True)
class Tilt:
    """Rotation, shear, aspect, scale and shift, each drawn evenly up to its bound on both sides."""

    per: Per = "clip"
    degrees: float = 0.0
    shear_degrees: float = 0.0
    aspect: float = 1.0
    """Most that width grows against height, or height against width; 1 keeps the shape."""
    scale: float = 1.0
    """Most that the picture grows or shrinks; 1 keeps the size."""
    shift: float = 0.0
    """Most that the picture moves, as a share of the crop's sides."""

    def draw(self, rng: np.random.Generator, size_HW: tuple[int, int]) -> Affine:
        """Return one such map, in pixels from the middle."""
        turn, shear, aspect, scale, x, y = rng.uniform(-1, 1, 6)
        wider, larger = self.aspect ** (aspect / 2), self.scale**scale
        about_middle = (
            warp.turn(turn * self.degrees)
            .after(warp.shear(shear * self.shear_degrees))
            .after(warp.stretch(larger * wider, larger / wider))
        )
        moved = warp.shift(x * self.shift * size_HW[1], y * self.shift * size_HW[0])
        return about_middle.after(moved)


@dataclass(frozen=True, kw_only=True)
class ThinPlate:
    """A smooth bend of the whole crop, with a probability."""

    per: Per = "frame"
    probability: float = 0.5
    cells: int = 4
    moves: float = 0.02
    """Standard deviation of an anchor's move, as a share of the crop's shorter side."""

    def draw(self, rng: np.random.Generator, size_HW: tuple[int, int]) -> PointMap:
        """Return one bend, or none."""
        if rng.random() >= self.probability:
            return warp.IDENTITY
        half_size_xy = (size_HW[1] / 2, size_HW[0] / 2)
        return warp.random_thin_plate(
            rng, half_size_xy=half_size_xy, cells=self.cells, moves=self.moves * min(size_HW)
        )


@dataclass(frozen=True, kw_only=True)
class ColourJitter:
    """Light and colour; each factor is drawn evenly within 1 - bound .. 1 + bound."""

    per: Per = "clip"
    probability: float = 0.8
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue_degrees: float = 0.0
    gamma: float = 0.0
    """Most that the three channels' exponents leave 1, each by its own draw."""
    grey: float = 0.0
    """Probability of a picture without colours."""

    def draw(self, rng: np.random.Generator) -> Look:
        """Return one look, or the plain one."""
        brightness, contrast, saturation, hue = rng.uniform(-1, 1, 4)
        gamma_3 = 1 + self.gamma * rng.uniform(-1, 1, 3)
        changed, grey = rng.random(2) < (self.probability, self.grey)
        if not changed and not grey:
            return colour.PLAIN
        if not changed:
            return colour.look(saturation=0)
        return colour.look(
            brightness=1 + brightness * self.brightness,
            contrast=1 + contrast * self.contrast,
            saturation=0 if grey else 1 + saturation * self.saturation,
            hue_degrees=hue * self.hue_degrees,
            gamma_3=gamma_3,
        )


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Blur, noise and JPEG traces, each with its probability and strength; no two frames have the same noise."""

    per: Per = "frame"
    blur: float = 0.0
    blur_sigma: Range = (0.4, 1.5)
    """In pixels of the crop."""
    noise: float = 0.0
    noise_sigma: Range = (1.0, 8.0)
    """In grey levels."""
    jpeg: float = 0.0
    jpeg_quality: Range = (30.0, 80.0)

    def draw(self, rng: np.random.Generator) -> tuple[float, float, int]:
        """Return blur sigma, noise sigma and JPEG quality; 0 leaves a thing out."""
        wanted = rng.random(3) < (self.blur, self.noise, self.jpeg)
        ranges = (self.blur_sigma, self.noise_sigma, self.jpeg_quality)
        drawn = [rng.uniform(*each) for each in ranges]
        blur, noise, jpeg = [value if take else 0.0 for take, value in zip(wanted, drawn, strict=True)]
        return blur, noise, round(jpeg)


def degrade(
    image_HW3: UInt8Array, rng: np.random.Generator, *, blur: float, noise: float, jpeg: int
) -> UInt8Array:
    """Return the image after what `Quality.draw` drew."""
    if blur or noise:
        image_3HW = torch.from_numpy(image_HW3).permute(2, 0, 1).float()
        image_3HW = colour.blur(image_3HW, blur) if blur else image_3HW
        image_3HW = colour.add_noise(image_3HW, noise, rng) if noise else image_3HW
        image_HW3 = warp.to_uint8(image_3HW[None])[0]
    return colour.through_jpeg(image_HW3, jpeg) if jpeg else image_HW3

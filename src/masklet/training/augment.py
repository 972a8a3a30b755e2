"""Paired augmentation of training clips: image and labels take the same geometry, and colour is the image's alone.

Every transform says how often it is drawn: `per="clip"`, once, shared by template and target, or `per="frame"`,
anew for each. So the sharing rules of a paper are values (`RANET`, `MAST`, `TRACKER`), not code.
All geometry of a frame becomes one sampling grid: its pixels are interpolated once.

Beyond the frame the border's pixels go on, labelled void: nothing there was seen, so nothing is to be
learned there; mirrored pixels would show objects that the labels deny.
Shapes: T frames, H W pixels, 3 is RGB.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from typing import TypeVar

import numpy as np
from torch import Tensor

from masklet.core.arrays import UInt8Array
from masklet.core.errors import ShapeError
from masklet.training import colour, warp
from masklet.training.colour import Look
from masklet.training.crop import VOID, Crop, FreeCrop, draw_window
from masklet.training.transforms import (
    ColourJitter,
    Flip,
    Quality,
    QuarterTurn,
    ThinPlate,
    Tilt,
    degrade,
    draw_per,
)
from masklet.training.warp import Affine, PointMap

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, kw_only=True)
class AugmentConfig:
    """What happens to a clip; an empty tuple leaves a thing out. Transforms act from the first to the last."""

    size_HW: tuple[int, int] = (256, 256)
    """The crop's size; a smaller one is training at lower resolution."""
    crop: Crop | FreeCrop = field(default_factory=Crop)
    flips: tuple[Flip | QuarterTurn, ...] = ()
    tilts: tuple[Tilt, ...] = ()
    bends: tuple[ThinPlate, ...] = ()
    colours: tuple[ColourJitter, ...] = ()
    quality: Quality | None = None
    outside_label: int = VOID
    """The label beyond the frame; 0 says that no object goes on there."""


PLAIN = AugmentConfig()
"""An object-centred crop and nothing else."""

RANET = AugmentConfig(
    crop=Crop(per="frame"),
    flips=(Flip(per="clip", horizontal=0.5, vertical=0.5),),
    tilts=(Tilt(per="frame", degrees=30),),
)
"""Crops with scaling and turns of +-30 degrees for each frame, flips shared by template and target (P1, A21)."""

MAST = AugmentConfig(flips=(Flip(horizontal=0.5, vertical=0.5), QuarterTurn()))
"""Flips and quarter turns, shared (P1, A22)."""

TRACKER = AugmentConfig(
    crop=Crop(fill=(0.2, 1.3), any_frame=0.5),
    flips=(Flip(),),
    tilts=(
        Tilt(per="clip", degrees=15, shear_degrees=8, aspect=1.25),
        Tilt(per="frame", degrees=4, shear_degrees=3, aspect=1.06, scale=1.06, shift=0.03),
    ),
    colours=(
        ColourJitter(
            per="clip",
            brightness=0.25,
            contrast=0.25,
            saturation=0.3,
            hue_degrees=15,
            gamma=0.15,
            grey=0.05,
        ),
        ColourJitter(per="frame", probability=0.5, brightness=0.06, contrast=0.06, saturation=0.06, gamma=0.03),
    ),
    quality=Quality(per="clip", blur=0.1, noise=0.05, jpeg=0.1),
)
"""For frames of one video: crop, flips and colour are the clip's; small moves and changes of light the frames'."""

SEMANTIC = AugmentConfig(
    crop=FreeCrop(scale=(0.5, 2.0)),
    flips=(Flip(),),
    tilts=(Tilt(degrees=5, aspect=1.15),),
    colours=(ColourJitter(brightness=0.25, contrast=0.25, saturation=0.3, hue_degrees=10, gamma=0.1),),
)
"""For pictures whose labels are classes: scaling, crops anywhere, flips and a little colour (P1, A23)."""

STRONG = AugmentConfig(
    colours=(
        ColourJitter(
            probability=1.0, brightness=0.4, contrast=0.4, saturation=0.5, hue_degrees=20, gamma=0.3, grey=0.1
        ),
    ),
    quality=Quality(blur=0.5, noise=0.2),
)
"""Colours and quality for a student that is to see what its teacher saw in plain (`recolour`)."""

PRESETS = {"plain": PLAIN, "ranet": RANET, "mast": MAST, "tracker": TRACKER, "semantic": SEMANTIC}


def augment(
    frames_THW3: UInt8Array,
    labels_THW: UInt8Array,
    rng: np.random.Generator,
    config: AugmentConfig = TRACKER,
    *,
    around: int | None = None,
) -> tuple[UInt8Array, UInt8Array]:
    """Return frames_THW3 and labels_THW of `config.size_HW`, changed alike; the same rng gives the same clip.

    Labels keep their ids (0 background, 255 void). The object that places a clip's crop stays in the frame that
    it is placed by, mostly the first one; other objects may fall outside. A crop of a frame without objects is
    placed anywhere. `around`: the label that is to place the crop, where the frame has it.
    """
    _require_clip(frames_THW3, labels_THW)
    maps_T = _draw_maps(labels_THW, rng, config, around)
    grid_THW2 = warp.sampling_grid(maps_T, config.size_HW, (labels_THW.shape[1], labels_THW.shape[2]))
    labels = warp.sample_labels(labels_THW, grid_THW2, outside=config.outside_label)
    images_T3HW = warp.sample_images(warp.planar(frames_THW3), grid_THW2)
    return _recoloured(images_T3HW, rng, config), labels.numpy()


def recolour(frames_THW3: UInt8Array, rng: np.random.Generator, config: AugmentConfig = STRONG) -> UInt8Array:
    """Return frames_THW3 with colours and quality changed alone: every pixel stays in its place."""
    return _recoloured(warp.planar(frames_THW3), rng, config)


def at_size(config: AugmentConfig, size_HW: tuple[int, int]) -> AugmentConfig:
    """Return the same augmentation with crops of another size, as for training at lower resolution (P0, A24)."""
    return replace(config, size_HW=size_HW)


def _require_clip(frames_THW3: UInt8Array, labels_THW: UInt8Array) -> None:
    fits = frames_THW3.ndim == 4 and frames_THW3.shape == (*labels_THW.shape, 3) and labels_THW.size > 0
    if not fits or frames_THW3.dtype != np.uint8 or labels_THW.dtype != np.uint8:
        raise ShapeError(
            f"Expected uint8 frames (T, H, W, 3) and labels (T, H, W), got {frames_THW3.dtype} "
            f"{frames_THW3.shape} and {labels_THW.dtype} {labels_THW.shape}. Read both with `CachedClip.read`."
        )


def _draw_maps(
    labels_THW: UInt8Array, rng: np.random.Generator, config: AugmentConfig, around: int | None
) -> list[PointMap]:
    """Return for each frame the map from pixels off the crop's middle to pixels of the source."""
    frames, size_HW = len(labels_THW), config.size_HW
    flips = [draw_per(each.per, partial(each.draw, rng), frames) for each in config.flips]
    tilts = [draw_per(each.per, partial(each.draw, rng, size_HW), frames) for each in config.tilts]
    bends = [draw_per(each.per, partial(each.draw, rng, size_HW), frames) for each in config.bends]
    linear_T = [reduce(Affine.after, each, warp.IDENTITY) for each in _by_frame(flips + tilts, frames)]
    elsewhere = rng.random() < config.crop.any_frame
    placed = [int(rng.integers(frames)) if elsewhere else 0] if config.crop.per == "clip" else range(frames)
    windows = [draw_window(labels_THW[t], rng, config.crop, size_HW, linear_T[t], around=around) for t in placed]
    windows_T = windows * frames if config.crop.per == "clip" else windows
    # maps undo what is seen, so what acts last comes first
    return [
        warp.chain([*reversed(bent), window.after(linear)])
        for bent, window, linear in zip(_by_frame(bends, frames), windows_T, linear_T, strict=True)
    ]


def _by_frame(drawn: Sequence[Sequence[Drawn]], frames: int) -> list[list[Drawn]]:
    return [[values_T[index] for values_T in drawn] for index in range(frames)]


def _recoloured(images_T3HW: Tensor, rng: np.random.Generator, config: AugmentConfig) -> UInt8Array:
    looks_T = _draw_looks(len(images_T3HW), rng, config)
    images_THW3 = warp.to_uint8(colour.apply_looks(images_T3HW, looks_T))
    return _with_quality(images_THW3, rng, config.quality)


def _draw_looks(frames: int, rng: np.random.Generator, config: AugmentConfig) -> list[Look]:
    drawn = [draw_per(each.per, partial(each.draw, rng), frames) for each in config.colours]
    if not drawn:
        return [colour.PLAIN] * frames
    return [reduce(lambda first, then: then.after(first), looks) for looks in _by_frame(drawn, frames)]


def _with_quality(images_THW3: UInt8Array, rng: np.random.Generator, quality: Quality | None) -> UInt8Array:
    if quality is None:
        return images_THW3
    changes_T = draw_per(quality.per, partial(quality.draw, rng), len(images_THW3))
    return np.stack(
        [
            degrade(image_HW3, rng, blur=blur, noise=noise, jpeg=jpeg)
            for image_HW3, (blur, noise, jpeg) in zip(images_THW3, changes_T, strict=True)
        ]
    )

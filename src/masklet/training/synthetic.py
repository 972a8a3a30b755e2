"""Clips made up from single pictures with masks, and cut-out objects laid on real clips.

Every object of the picture is cut out, what was behind it is filled, and camera, objects and things from
other pictures move apart along smooth random ways; pictures and labels come from the same drawing. As in
STM's pre-training (S. W. Oh et al., ICCV 2019, section 3.4), with occluders, look-alikes, late comers, objects
that leave and return, deformation and blur along fast motion besides.

Everything is a pure function of the generator. Shapes: T frames, H W pixels, 3 is RGB.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.core.errors import ShapeError
from masklet.models.layers.filling import fill, grow
from masklet.training import colour, warp
from masklet.training.cast import CastConfig, Role, Stage, cast_others, play, presence
from masklet.training.layers import Actor, Cutout, Layer, cut_out, lay, smear, whole_cutouts
from masklet.training.motion import Cuts, Motion, random_path
from masklet.training.transforms import ColourJitter, draw_per
from masklet.training.warp import Affine

__all__ = ["CastConfig", "Cutout", "Motion", "SyntheticConfig", "paste", "synthetic_clip", "whole_cutouts"]

BACKGROUND, VOID = 0, 255
RIM = 3
"""Pixels around an object that are filled with it: its mask is never exact."""
TRIES = 4
"""Draws of a clip before it is made without anything that could hide its object."""
EDGE = 2
"""An object within so many pixels of the border goes on behind it."""
LEAST_SEEN = 0.3
"""Share of an object that is to be seen in the first frame."""


HELD = Motion(shift=0.05, degrees=1.5, scale=1.03, shear_degrees=0.5)
"""How a camera in the hand moves."""
FLICKER = ColourJitter(per="frame", probability=0.5, brightness=0.06, contrast=0.06, saturation=0.06, gamma=0.03)
"""How light changes from frame to frame."""


@dataclass(frozen=True, kw_only=True)
class SyntheticConfig:
    """What a made-up clip may hold."""

    length: int = 3
    most_objects: int = 4
    """Objects of the picture that move by themselves; others keep their label and go with the background."""
    least_pixels: int = 64
    """Objects smaller than this go with the background."""
    camera: Motion = HELD
    cast: CastConfig = field(default_factory=CastConfig)
    motion_blur: float = 0.25
    """How often a clip is taken with an open shutter."""
    shutter: tuple[float, float] = (0.05, 0.3)
    """For which share of a step it is open."""
    light: ColourJitter = FLICKER


def synthetic_clip(
    image_HW3: UInt8Array,
    labels_HW: UInt8Array,
    rng: np.random.Generator,
    config: SyntheticConfig | None = None,
    cutouts: Sequence[Cutout] = (),
) -> tuple[UInt8Array, UInt8Array]:
    """Return frames_THW3 and labels_THW of `config.length` frames, as large as the image.

    Objects keep their ids, pasted ones get new ones, 255 stays void. One object of the image, drawn, is to be seen
    in the first frame; others may come later, leave and return. A picture without objects gives a clip of
    what is pasted.
    """
    config = config or SyntheticConfig()
    _require_picture(image_HW3, labels_HW)
    chosen = _choose(labels_HW, rng, config)
    backdrop = _Backdrop.behind(chosen, image_HW3, labels_HW, rng)
    own = {object_id: cut_out(image_HW3, labels_HW == object_id) for object_id in chosen}
    taken_ids = _ids(labels_HW)
    for settings in [config] * TRIES + [_calm(config)]:
        frames_THW3, labels_THW = _film(image_HW3, taken_ids, own, backdrop, cutouts, rng, settings)
        if all(_seen(labels_THW[0], main) >= LEAST_SEEN * _seen(labels_HW, main) for main in chosen[:1]):
            break
    return frames_THW3, labels_THW


def paste(
    frames_THW3: UInt8Array,
    labels_THW: UInt8Array,
    cutouts: Sequence[Cutout],
    rng: np.random.Generator,
    config: CastConfig | None = None,
) -> tuple[UInt8Array, UInt8Array]:
    """Return a real clip with others in it: pasted objects (new ids or none), occluders, look-alikes.

    They cut the labels of what they cover. Draws that hide an object of the first frame for the most part
    are drawn again, and after some of them the clip comes back as it was.
    """
    config = config or CastConfig()
    stage = Stage(len(labels_THW), (labels_THW.shape[1], labels_THW.shape[2]))
    object_ids = _ids(labels_THW)
    roles = [
        _real_role(frames_THW3[0], labels_THW, object_id)
        for object_id in object_ids
        if _seen(labels_THW[0], object_id)
    ]
    for _ in range(TRIES):
        behind, among, front = cast_others(
            roles, cutouts, rng, config, stage, taken_ids=object_ids, picture_HW3=frames_THW3[0]
        )
        images_T3HW, labels = warp.planar(frames_THW3), torch.from_numpy(labels_THW.copy())
        for frame in range(stage.frames):
            for actor in (*behind, *among, *front):
                lay(images_T3HW[frame], labels[frame], actor, frame, shutter=0.0)
        left = labels[0].numpy()
        if all(_seen(left, each) >= LEAST_SEEN * _seen(labels_THW[0], each) for each in object_ids):
            return warp.to_uint8(images_T3HW), labels.numpy()
    return frames_THW3, labels_THW


@dataclass(frozen=True, eq=False)
class _Backdrop:
    """The picture without the objects that move by themselves."""

    image_3HW: Tensor
    labels_HW: UInt8Array

    @classmethod
    def behind(
        cls, chosen: Sequence[int], image_HW3: UInt8Array, labels_HW: UInt8Array, rng: np.random.Generator
    ) -> "_Backdrop":
        (image_3HW,) = warp.planar(image_HW3[None])
        moving = torch.from_numpy(np.isin(labels_HW, chosen))
        resting = torch.from_numpy((labels_HW != BACKGROUND) & (labels_HW != VOID)) & ~moving
        hole = grow(moving, RIM) & ~resting
        filled_3HW = fill(image_3HW, hole, ~(hole | grow(resting, RIM)), rng)
        return cls(filled_3HW, np.where(hole.numpy() | moving.numpy(), BACKGROUND, labels_HW).astype(np.uint8))

    def seen_by(self, camera_T: Sequence[Affine], *, shutter: float) -> tuple[Tensor, Tensor]:
        """Return images_T3HW and labels_THW; beyond the border the picture comes back mirrored."""
        size_HW = (self.labels_HW.shape[0], self.labels_HW.shape[1])
        middle = warp.shift((size_HW[1] - 1) / 2, (size_HW[0] - 1) / 2)
        frames = len(camera_T)
        grid = warp.sampling_grid([pose.inverse().after(middle) for pose in camera_T], size_HW, size_HW)
        images = warp.sample_images(self.image_3HW.expand(frames, -1, -1, -1), grid, beyond="reflection")
        labels = torch.zeros(frames, *size_HW, dtype=torch.uint8)
        if self.labels_HW.any():  # then what is mirrored may be somebody, and nobody's label is right
            resting_THW = np.broadcast_to(self.labels_HW, (frames, *size_HW))
            labels = warp.sample_labels(resting_THW, grid, outside=VOID)
        ways_T2 = (
            np.gradient(np.array([pose(middle.shift_2) for pose in camera_T]), axis=0) if frames > 1 else None
        )
        if shutter and ways_T2 is not None:
            images = torch.stack([smear(i, np.round(shutter * w)) for i, w in zip(images, ways_T2, strict=True)])
        return images, labels


def _film(
    image_HW3: UInt8Array,
    taken_ids: Sequence[int],
    own: dict[int, Layer],
    backdrop: _Backdrop,
    cutouts: Sequence[Cutout],
    rng: np.random.Generator,
    config: SyntheticConfig,
) -> tuple[UInt8Array, UInt8Array]:
    """Return one drawing of the clip; the first of its own objects is there in the first frame."""
    stage = Stage(config.length, (image_HW3.shape[0], image_HW3.shape[1]))
    objects = [
        _play_own(layer, object_id, rng, config.cast, stage, first=position == 0)
        for position, (object_id, layer) in enumerate(own.items())
    ]
    roles = [Role(actor.layer, [pose.shift_2 for pose in actor.poses_T]) for actor in objects]
    behind, pasted, front = cast_others(
        roles, cutouts, rng, config.cast, stage, taken_ids=taken_ids, picture_HW3=image_HW3
    )
    among = [*objects, *pasted]
    actors = [*behind, *(among[index] for index in rng.permutation(len(among))), *front]
    camera_T = _camera(rng, config.camera, stage)
    shutter = rng.uniform(*config.shutter) if rng.random() < config.motion_blur else 0.0
    images_T3HW, labels_THW = backdrop.seen_by(camera_T, shutter=shutter)
    for actor in actors:
        filmed = replace(
            actor, poses_T=[eye.after(pose) for eye, pose in zip(camera_T, actor.poses_T, strict=True)]
        )
        for frame in range(stage.frames):
            lay(images_T3HW[frame], labels_THW[frame], filmed, frame, shutter=shutter)
    looks_T = draw_per(config.light.per, partial(config.light.draw, rng), stage.frames)
    return warp.to_uint8(colour.apply_looks(images_T3HW, looks_T)), labels_THW.numpy()


def _play_own(
    layer: Layer, object_id: int, rng: np.random.Generator, cast: CastConfig, stage: Stage, *, first: bool
) -> Actor:
    """Return an object of the picture, on a path through the place where it was taken."""
    lowest_2, highest_2 = layer.middle_2 - layer.half_2, layer.middle_2 + layer.half_2
    left, top = lowest_2 < EDGE
    right, bottom = highest_2 > np.array(stage.size_HW[::-1]) - 1 - EDGE
    return play(
        layer,
        object_id,
        lambda _path: layer.middle_2,
        rng,
        cast.motion,
        stage,
        present_T=presence(rng, cast, stage.frames, first=first),
        cuts=Cuts(bool(left), bool(top), bool(right), bool(bottom)),
    )


def _camera(rng: np.random.Generator, motion: Motion, stage: Stage) -> list[Affine]:
    """Return for every frame where the camera sees the picture's points, turned about the frame's middle."""
    x, y = (stage.size_HW[1] - 1) / 2, (stage.size_HW[0] - 1) / 2
    path_T = random_path(rng, stage.frames, motion, side=stage.side, frame_side=stage.side)
    return [warp.shift(x, y).after(pose).after(warp.shift(-x, -y)) for pose in path_T]


def _choose(labels_HW: UInt8Array, rng: np.random.Generator, config: SyntheticConfig) -> list[int]:
    """Return the objects that move by themselves, in drawn order."""
    counts = np.bincount(labels_HW.ravel(), minlength=256)
    large = np.flatnonzero(counts[1:VOID] >= config.least_pixels) + 1
    return [int(object_id) for object_id in rng.permutation(large)[: config.most_objects]]


def _calm(config: SyntheticConfig) -> SyntheticConfig:
    """Return settings under which nothing is hidden and nothing leaves the frame."""
    cast = replace(config.cast, motion=Motion(), most_pasted=0, occluder=0.0, look_alike=0.0)
    return replace(config, camera=Motion(), cast=cast)


def _real_role(image_HW3: UInt8Array, labels_THW: UInt8Array, object_id: int) -> Role:
    """Return an object of a real clip as it looks in the first frame; where it is away, it stays where it was."""
    middles_T: list[FloatArray] = []
    for labels_HW in labels_THW:
        mask_HW = labels_HW == object_id
        rows, columns = np.flatnonzero(mask_HW.any(axis=1)), np.flatnonzero(mask_HW.any(axis=0))
        there = len(rows) > 0
        middles_T.append(np.array([columns.mean(), rows.mean()]) if there else middles_T[-1])
    return Role(cut_out(image_HW3, labels_THW[0] == object_id), middles_T)


def _ids(labels: UInt8Array) -> list[int]:
    """Return the object ids among labels of any shape, ascending."""
    return [int(object_id) for object_id in np.flatnonzero(np.bincount(labels.ravel(), minlength=256)[1:VOID]) + 1]


def _seen(labels_HW: UInt8Array, object_id: int) -> int:
    return int((labels_HW == object_id).sum())


def _require_picture(image_HW3: UInt8Array, labels_HW: UInt8Array) -> None:
    fits = image_HW3.ndim == 3 and image_HW3.shape == (*labels_HW.shape, 3) and labels_HW.size > 0
    if not fits or image_HW3.dtype != np.uint8 or labels_HW.dtype != np.uint8:
        raise ShapeError(
            f"Expected a uint8 image (H, W, 3) and labels (H, W), got {image_HW3.dtype} {image_HW3.shape} "
            f"and {labels_HW.dtype} {labels_HW.shape}. Take one frame of what `CachedClip.read` returns."
        )

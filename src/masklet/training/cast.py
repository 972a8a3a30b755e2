"""Who else plays in a clip: pasted objects, things that pass in front, look-alikes that are not to be followed.

Shapes: T frames, H W pixels, 2 is (x, y).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.training import colour, warp
from masklet.training.layers import Actor, Cutout, Layer, cut_out
from masklet.training.motion import WHOLE, Cuts, Motion, keep_cuts_outside, random_path
from masklet.training.warp import Affine, PointMap

BACKGROUND, VOID = 0, 255
Range = tuple[float, float]


LARGEST = 2.0
"""How much a cut-out is enlarged at most; more shows its pixels."""
ALIVE = Motion(shift=0.12, degrees=6, scale=1.08, shear_degrees=3, bend=0.015)
"""How things move by themselves."""


@dataclass(frozen=True, kw_only=True)
class CastConfig:
    """How many others play in a clip, and how they move."""

    motion: Motion = ALIVE
    most_pasted: int = 2
    """Objects from other pictures: from none to so many, drawn evenly."""
    pasted_side: Range = (0.15, 0.6)
    """Their longer side, as a share of the frame's shorter one."""
    followed: float = 0.6
    """How often a pasted object gets an id; else it is something that is not to be followed."""
    occluder: float = 0.4
    """How often something passes in front of an object."""
    from_the_first: float = 0.5
    """How often that thing is in front of the object in the first frame, and what it hides is seen only later."""
    occluder_side: Range = (0.4, 1.0)
    """Its longer side, as a share of the object's."""
    look_alike: float = 0.25
    """How often an object's twin is about."""
    told_apart: float = 0.5
    """How often a twin gets an id: near, in the same light and size, so that only its way tells who it is.
    Else it is another one, not to be followed."""
    late: float = 0.15
    """How often an object is not there in the first frames."""
    gone: float = 0.1
    """How often an object is away for some frames after the first."""


@dataclass(frozen=True, eq=False)
class Role:
    """An object of the clip that others are placed by."""

    layer: Layer
    middles_T: Sequence[FloatArray]
    """For every frame (x, y) of its middle."""


@dataclass(frozen=True)
class Stage:
    """The frame that all play in."""

    frames: int
    size_HW: tuple[int, int]

    @property
    def side(self) -> int:
        """Its shorter side in pixels."""
        return min(self.size_HW)


def cast_others(
    roles: Sequence[Role],
    cutouts: Sequence[Cutout],
    rng: np.random.Generator,
    config: CastConfig,
    stage: Stage,
    *,
    taken_ids: Sequence[int],
    picture_HW3: UInt8Array,
) -> tuple[list[Actor], list[Actor], list[Actor]]:
    """Return who plays behind the objects, among them and in front of them.

    What is pasted and followed gets the ids after the highest one taken, up to 254.
    """
    free_id = max((*taken_ids, 0)) + 1
    behind: list[Actor] = []
    for role in (role for role in roles if rng.random() < config.look_alike):
        followed = bool(rng.random() < config.told_apart) and free_id < VOID
        behind.append(
            twin(role, free_id, rng, config, stage) if followed else look_alike(role, rng, config, stage)
        )
        free_id += followed
    wanted = int(rng.integers(config.most_pasted + 1))
    pasted: list[Actor] = []
    for index in rng.permutation(len(cutouts))[:wanted]:
        followed = bool(rng.random() < config.followed) and free_id < VOID
        pasted.append(paste_one(cutouts[index], free_id if followed else BACKGROUND, rng, config, stage))
        free_id += followed
    front = []
    for role in roles:
        if rng.random() < config.occluder:
            shape = cutouts[int(rng.integers(len(cutouts)))] if len(cutouts) else blob(picture_HW3, rng)
            front.append(occluder(shape, role, rng, config, stage))
    return behind, pasted, front


def play(
    layer: Layer,
    object_id: int,
    spot: Callable[[list[Affine]], FloatArray],
    rng: np.random.Generator,
    motion: Motion,
    stage: Stage,
    *,
    scale: float = 1.0,
    mirrored: bool = False,
    present_T: Sequence[bool] = (),
    cuts: Cuts = WHOLE,
) -> Actor:
    """Return an actor on a random path; `spot` says where its middle is when the path's shift is 0.

    Sides that its picture's border cut off stay behind the border.
    """
    path_T = random_path(rng, stage.frames, motion, side=layer.side * scale, frame_side=stage.side)
    path_T = keep_cuts_outside(path_T, layer.half_2 * scale, cuts)
    place = warp.shift(*spot(path_T))
    form = warp.stretch(-scale if mirrored else scale, scale)
    poses_T = [place.after(pose).after(form) for pose in path_T]
    bends_T, reach = random_bends(layer, rng, motion, stage.frames)
    return Actor(layer, object_id, poses_T, bends_T, reach, present_T)


def random_bends(
    layer: Layer, rng: np.random.Generator, motion: Motion, frames: int
) -> tuple[list[PointMap], float]:
    """Return a thin plate per frame that bends further with every frame from a drawn one, and its largest move."""
    if motion.bend == 0:
        return [], 0.0
    height, width = layer.rgba_4hw.shape[1:]
    x, y = np.meshgrid(np.linspace(-width / 2, width / 2, 3), np.linspace(-height / 2, height / 2, 3))
    anchors_P2 = np.column_stack([x.ravel(), y.ravel()])
    moves_P2 = np.clip(rng.normal(0, 1, anchors_P2.shape), -2, 2) * motion.bend * min(height, width)
    steps_T = np.arange(frames) - rng.integers(frames)
    bends: list[PointMap] = [
        warp.ThinPlate(anchors_P2, step * moves_P2) if step else warp.IDENTITY for step in steps_T
    ]
    return bends, float(np.abs(moves_P2).max() * np.abs(steps_T).max())


def presence(rng: np.random.Generator, config: CastConfig, frames: int, *, first: bool) -> list[bool]:
    """Return present_T: mostly always, else from a later frame on, or away for a while after the first frame.

    With `first` it is there in the first frame.
    """
    present_T = np.ones(frames, bool)
    late, gone = rng.random(2) < (config.late, config.gone)
    if frames > 1 and late and not first:
        present_T[: rng.integers(1, frames)] = False
    elif frames > 1 and gone:
        leaves = rng.integers(1, frames)
        present_T[leaves : rng.integers(leaves + 1, frames + 1)] = False
    return [bool(each) for each in present_T]


def sized(cutout: Cutout, side: float) -> tuple[Layer, float]:
    """Return the cut-out as a layer and the scale at which its longer side is `side`; at most `LARGEST`."""
    scale = min(side / cutout.side, LARGEST)
    smaller = max(1, int(1 / scale))
    return cut_out(cutout.image_HW3, cutout.mask_HW, smaller=smaller), scale * smaller


def paste_one(cutout: Cutout, object_id: int, rng: np.random.Generator, config: CastConfig, stage: Stage) -> Actor:
    """Return an object from another picture that has its own way through the clip."""
    layer, scale = sized(cutout, rng.uniform(*config.pasted_side) * stage.side)
    return play(
        layer,
        object_id,
        lambda _path: rng.uniform(0.05, 0.95, 2) * stage.size_HW[::-1],
        rng,
        config.motion,
        stage,
        scale=scale,
        mirrored=bool(rng.random() < 0.5),
        present_T=presence(rng, config, stage.frames, first=False),
    )


def occluder(cutout: Cutout, role: Role, rng: np.random.Generator, config: CastConfig, stage: Stage) -> Actor:
    """Return something, not labelled, that is in front of the object in one frame."""
    layer, scale = sized(cutout, rng.uniform(*config.occluder_side) * role.layer.side)
    first = rng.random() < config.from_the_first
    when = 0 if first else int(rng.integers(min(1, stage.frames - 1), stage.frames))
    target_2 = role.middles_T[when] + rng.normal(0, 0.25, 2) * role.layer.side
    return play(
        layer,
        BACKGROUND,
        lambda path_T: target_2 - path_T[when].shift_2,
        rng,
        config.motion,
        stage,
        scale=scale,
        mirrored=bool(rng.random() < 0.5),
    )


def twin(role: Role, object_id: int, rng: np.random.Generator, config: CastConfig, stage: Stage) -> Actor:
    """Return the object once more, beside where it begins, on a way of its own."""
    aside_2 = rng.uniform(0.5, 1.3) * role.layer.side * _direction(rng)
    spot_2 = np.clip(role.middles_T[0] + aside_2, 0, np.array(stage.size_HW[::-1]) - 1.0)
    return play(
        role.layer,
        object_id,
        lambda _path: spot_2,
        rng,
        config.motion,
        stage,
        scale=rng.uniform(0.9, 1.1),
        mirrored=bool(rng.random() < 0.5),
    )


def _direction(rng: np.random.Generator) -> FloatArray:
    """Return a unit vector, mostly to a side: things stand beside each other."""
    angle = rng.normal(0, 0.4) + np.pi * rng.integers(2)
    return np.array([np.cos(angle), np.sin(angle)])


def look_alike(role: Role, rng: np.random.Generator, config: CastConfig, stage: Stage) -> Actor:
    """Return the object's twin, of another size and light, as far away as the best of some drawn places."""
    spots_P2 = rng.uniform(0.1, 0.9, (8, 2)) * stage.size_HW[::-1]
    distances_PT = np.linalg.norm(spots_P2[:, None] - np.array(role.middles_T)[None], axis=-1)
    spot_2 = spots_P2[distances_PT.min(axis=1).argmax()]
    brightness, saturation = rng.uniform(0.8, 1.2, 2)
    light = colour.look(brightness=brightness, saturation=saturation)
    return play(
        relit(role.layer, light),
        BACKGROUND,
        lambda _path: spot_2,
        rng,
        config.motion,
        stage,
        scale=rng.uniform(0.75, 1.25),
        mirrored=bool(rng.random() < 0.5),
    )


def relit(layer: Layer, look: colour.Look) -> Layer:
    """Return the layer in another light."""
    coverage_1hw = layer.rgba_4hw[3:]
    seen_3hw = layer.rgba_4hw[:3] / coverage_1hw.clamp(min=1e-6)
    (changed_3hw,) = colour.apply_looks(seen_3hw[None], [look])
    return Layer(torch.cat([changed_3hw * coverage_1hw, coverage_1hw]), layer.middle_2)


def blob(picture_HW3: UInt8Array, rng: np.random.Generator) -> Cutout:
    """Return a piece of the picture with a wavy round outline, a third to a half of its shorter side wide."""
    height, width = picture_HW3.shape[:2]
    radius = rng.uniform(0.15, 0.25) * min(height, width)
    middle_y, middle_x = rng.uniform(0.2, 0.8, 2) * (height, width)
    y, x = np.mgrid[:height, :width]
    angle_HW, waves = np.arctan2(y - middle_y, x - middle_x), np.arange(2, 6)[:, None, None]
    strength, phase = rng.normal(0, 0.12, 4)[:, None, None], rng.uniform(0, 2 * np.pi, 4)[:, None, None]
    outline_HW = 1 + (strength * np.cos(waves * angle_HW + phase)).sum(axis=0)
    mask_HW = np.hypot(y - middle_y, x - middle_x) <= radius * np.maximum(outline_HW, 0.3)
    return Cutout(picture_HW3, mask_HW)

"""Colour and quality of training frames: what a camera, the light and a codec do to the same scene.

Brightness, contrast, saturation, hue and grey are all linear in RGB, so any number of them is one 3x3 matrix
and an offset; gamma comes before it. Shapes: T frames, 3 is RGB, values 0..255.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from masklet.core.arrays import FloatArray, UInt8Array

LUMA_3 = np.array([0.299, 0.587, 0.114])
"""Shares of red, green and blue in brightness, ITU-R BT.601."""


@dataclass(frozen=True)
class Look:
    """What is done to colours c in 0..1: matrix_33 @ c ** gamma_3 + offset_3."""

    gamma_3: FloatArray
    matrix_33: FloatArray
    offset_3: FloatArray

    def after(self, first: "Look") -> "Look":
        """Return both looks as one; the gammas of both come first."""
        return Look(
            self.gamma_3 * first.gamma_3,
            self.matrix_33 @ first.matrix_33,
            self.matrix_33 @ first.offset_3 + self.offset_3,
        )


PLAIN = Look(np.ones(3), np.eye(3), np.zeros(3))


def look(
    *,
    brightness: float = 1.0,
    contrast: float = 1.0,
    saturation: float = 1.0,
    hue_degrees: float = 0.0,
    gamma_3: Sequence[float] | FloatArray = (1.0, 1.0, 1.0),
) -> Look:
    """Return the look of factors (1 changes nothing; saturation 0 is grey) and a turn about the grey axis.

    Contrast turns about middle grey.
    """
    saturate_33 = saturation * np.eye(3) + (1 - saturation) * np.tile(LUMA_3, (3, 1))
    matrix_33 = brightness * contrast * (_turn_about_grey(hue_degrees) @ saturate_33)
    return Look(np.asarray(gamma_3, dtype=float), matrix_33, np.full(3, 0.5 * (1 - contrast)))


def _turn_about_grey(degrees: float) -> FloatArray:
    """Return the rotation about (1, 1, 1) by Rodrigues' formula."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    cross_33 = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    return np.asarray(cosine * np.eye(3) + sine * cross_33 + (1 - cosine) / 3)


def apply_looks(images_T3HW: Tensor, looks_T: Sequence[Look]) -> Tensor:
    """Return images_T3HW, each frame with its look, held within 0..255."""
    return torch.stack([_apply(image_3HW, each) for image_3HW, each in zip(images_T3HW, looks_T, strict=True)])


def _apply(image_3HW: Tensor, look: Look) -> Tensor:
    if look is PLAIN:
        return image_3HW
    if not np.allclose(look.gamma_3, 1):
        gamma_311 = torch.from_numpy(look.gamma_3.astype(np.float32)).reshape(3, 1, 1)
        image_3HW = (image_3HW / 255).clamp_(min=0).pow_(gamma_311).mul_(255)
    matrix_33 = torch.from_numpy(look.matrix_33.astype(np.float32))
    offset_31 = torch.from_numpy((255 * look.offset_3).astype(np.float32)).reshape(3, 1)
    changed = torch.addmm(offset_31, matrix_33, image_3HW.reshape(3, -1))
    return changed.clamp_(0, 255).reshape(image_3HW.shape)


def blur(image_CHW: Tensor, sigma: float) -> Tensor:
    """Return the image under a Gaussian of `sigma` pixels; the border's pixels go on beyond it."""
    reach = max(1, round(2.5 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    height, width = image_CHW.shape[1:]
    padded = functional.pad(image_CHW[None], (reach,) * 4, mode="replicate")[0]
    columns, blurred = torch.zeros_like(padded[:, :height]), torch.zeros_like(image_CHW)
    for start, weight in enumerate((weights / weights.sum()).tolist()):  # faster than a convolution so small
        columns.add_(padded[:, start : start + height], alpha=weight)
    for start, weight in enumerate((weights / weights.sum()).tolist()):
        blurred.add_(columns[:, :, start : start + width], alpha=weight)
    return blurred


def add_noise(image_3HW: Tensor, sigma: float, rng: np.random.Generator) -> Tensor:
    """Return the image with normal noise of `sigma` grey levels in every value."""
    noise = rng.standard_normal(tuple(image_3HW.shape), dtype=np.float32)
    return image_3HW + sigma * torch.from_numpy(noise)


def through_jpeg(image_HW3: UInt8Array, quality: int) -> UInt8Array:
    """Return the image as JPEG of that quality (1..95) leaves it."""
    file = io.BytesIO()
    Image.fromarray(image_HW3).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))

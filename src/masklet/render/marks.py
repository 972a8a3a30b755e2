"""Outlines, boxes and prompts: the lines drawn over a picture."""

from __future__ import annotations

import cv2
import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.values import Box, MaskPrompt, Points, Prompt
from masklet.render.palette import Colour, colour_of
from masklet.render.regions import Region

POSITIVE: Colour = (40, 200, 80)
NEGATIVE: Colour = (235, 50, 50)
_WHITE: Colour = (255, 255, 255)


def draw_outline(image_HW3: UInt8Array, region: Region, *, colour: Colour, thickness: int) -> None:
    """Draw the outline of an object into the image, holes included."""
    contours, _ = cv2.findContours(
        region.mask_hw, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE, offset=(region.left, region.top)
    )
    cv2.drawContours(image_HW3, contours, -1, colour, thickness, cv2.LINE_AA)


def draw_box(image_HW3: UInt8Array, region: Region, *, colour: Colour, thickness: int) -> None:
    """Draw the box of an object into the image."""
    corner = (region.right - 1, region.bottom - 1)
    cv2.rectangle(image_HW3, (region.left, region.top), corner, colour, thickness, cv2.LINE_AA)


def draw_prompt(image_HW3: UInt8Array, prompt: Prompt) -> None:
    """Draw what was said of an object: + on it (green), - beside it (red), its box or its mask's outline."""
    pixels = max(4, round(min(image_HW3.shape[:2]) / 60))
    colour = colour_of(prompt.object_id)
    match prompt:
        case Points():
            for (x, y), label in zip(prompt.xy_P2.tolist(), prompt.labels_P.tolist(), strict=True):
                _draw_click(image_HW3, (round(x), round(y)), pixels, positive=bool(label))
        case Box():
            x1, y1, x2, y2 = (round(value) for value in prompt.xyxy)
            for thickness, shade in ((pixels // 2, _WHITE), (max(1, pixels // 5), colour)):
                cv2.rectangle(image_HW3, (x1, y1), (x2 - 1, y2 - 1), shade, thickness, cv2.LINE_AA)
        case MaskPrompt():
            mask_HW = np.ascontiguousarray(prompt.mask_HW).view(np.uint8)
            contours, _ = cv2.findContours(mask_HW, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
            for thickness, shade in ((pixels // 2, _WHITE), (max(1, pixels // 5), colour)):
                cv2.drawContours(image_HW3, contours, -1, shade, thickness, cv2.LINE_AA)


def _draw_click(image_HW3: UInt8Array, centre: tuple[int, int], pixels: int, *, positive: bool) -> None:
    """Draw a disk with a white rim and a white + or -."""
    x, y = centre
    arm, stroke = round(pixels * 0.55), max(1, pixels // 4)
    cv2.circle(image_HW3, centre, pixels + stroke, _WHITE, -1, cv2.LINE_AA)
    cv2.circle(image_HW3, centre, pixels, POSITIVE if positive else NEGATIVE, -1, cv2.LINE_AA)
    cv2.line(image_HW3, (x - arm, y), (x + arm, y), _WHITE, stroke, cv2.LINE_AA)
    if positive:
        cv2.line(image_HW3, (x, y - arm), (x, y + arm), _WHITE, stroke, cv2.LINE_AA)

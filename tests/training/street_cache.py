"""A cache of made-up streets: sky above road, and here and there a rare red post; by day, or darker at dusk."""

from __future__ import annotations

import numpy as np

from masklet.core.label_space import label_space
from masklet.training.cache import UncachedClip, build_cache

STREET = label_space("street", [("sky", (70, 130, 180)), ("road", (128, 64, 128)), ("post", (220, 20, 60))])
VOID = 255


def street(seed, *, post=False, dusk=False):
    """image_HW3 and labels_HW of 48 x 64 pixels."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((48, 64), np.uint8)
    labels[int(rng.integers(18, 30)) :] = 1
    if post:
        left = int(rng.integers(4, 50))
        labels[10:40, left : left + 6] = 2
    colours = np.array([[150, 190, 240], [110, 100, 110], [220, 40, 40]])
    image = colours[labels] + rng.integers(-12, 12, (48, 64, 3))
    if dusk:
        image = image * [0.5, 0.4, 0.35] + 10
    labels[:2] = VOID
    return np.clip(image, 0, 255).astype(np.uint8), labels


def street_cache(folder, *, labelled_dusk=True):
    """Build it: day-0 to day-7, dusk-0 to dusk-3, posts in the first two of each; dusk-video has no labels."""
    clips = [street_clip(f"day-{number}", [street(number, post=number < 2)]) for number in range(8)]
    dusk = [street(10 + number, post=number < 2, dusk=True) for number in range(4)]
    for number, (image, labels) in enumerate(dusk):
        clips.append(
            street_clip(f"dusk-{number}", [(image, labels if labelled_dusk else np.full_like(labels, VOID))])
        )
    frames = [street(20 + number, dusk=True)[0] for number in range(3)]
    clips.append(
        street_clip("dusk-video", [(image, np.full(image.shape[:2], VOID, np.uint8)) for image in frames])
    )
    return build_cache([clips], folder, label_space=STREET)


def street_clip(name, pairs):
    return UncachedClip(
        name=name,
        frames=[image for image, _ in pairs],
        labels=[labels for _, labels in pairs],
        source="made up",
        licence="none",
    )

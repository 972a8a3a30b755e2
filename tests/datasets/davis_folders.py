"""A small DAVIS on disk."""

from PIL import Image

from masklet.formats.davis import write_label_pngs
from samples import random_masklets


def make_davis(
    root,
    *,
    year=2017,
    resolution="480p",
    names=("dog", "cows"),
    frames=4,
    objects=3,
    size_HW=(40, 56),
    listed=None,
):
    """Write sequences of pictures and masks and their list; returns their truth."""
    truths = {
        name: random_masklets(seed=seed, frames=frames, objects=objects, size_HW=size_HW)
        for seed, name in enumerate(names)
    }
    for name, truth in truths.items():
        write_label_pngs(truth, root / "Annotations" / resolution / name)
        folder = root / "JPEGImages" / resolution / name
        folder.mkdir(parents=True)
        for index in range(frames):
            Image.new("RGB", truth.size_HW[::-1]).save(folder / f"{index:05d}.jpg")
    lists = root / f"ImageSets/{year}"
    lists.mkdir(parents=True, exist_ok=True)
    (lists / "val.txt").write_text("".join(f"{name}\n" for name in listed or names))
    return truths

"""Small videos made for tests: every picture wears its own number, so that order can be read off it."""

from fractions import Fraction
from itertools import count

import av
import numpy as np
from av.video.frame import VideoFrame

BITS = 8


def picture(number: int, size_HW=(48, 64)) -> np.ndarray:
    """A picture that says its number in eight upright bars, white for a bit that is set."""
    height, width = size_HW
    image_HW3 = np.full((height, width, 3), 40, dtype=np.uint8)
    image_HW3[:, :, 1] = np.linspace(0, 60, height, dtype=np.uint8)[:, None]
    bar = width // BITS
    for bit in range(BITS):
        if number >> bit & 1:
            image_HW3[:, bit * bar : (bit + 1) * bar] = 220
    return image_HW3


def number_in(image_HW3: np.ndarray) -> int:
    """The number a picture wears."""
    bar = image_HW3.shape[1] // BITS
    middle = image_HW3[image_HW3.shape[0] // 2].mean(axis=1)
    return sum(1 << bit for bit in range(BITS) if middle[bit * bar : (bit + 1) * bar].mean() > 128)


def encode(
    path,
    pictures,
    *,
    codec="libx264",
    pix_fmt="yuv420p",
    rate=25,
    pts=None,
    time_base=None,
    options=None,
    container_options=None,
    rotation=None,
    pixel_aspect=None,
    container_format=None,
):
    """Encode pictures; pts (in units of time_base) make a variable rate."""
    pictures = list(pictures)
    with av.open(str(path), "w", format=container_format, options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = time_base or Fraction(1, rate)
        if pixel_aspect:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for image_HW3, time in zip(pictures, pts or count(), strict=False):
            frame = VideoFrame.from_ndarray(image_HW3, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = time, stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def numbered(path, frames=40, *, size_HW=(48, 64), **settings):
    """A video whose pictures wear the numbers 0, 1, ..."""
    return encode(path, (picture(number, size_HW) for number in range(frames)), **settings)


def noisy(path, frames=40, *, size_HW=(96, 128), **settings):
    """A numbered video with noise, so that every frame has bytes to lose."""
    random = np.random.default_rng(0)
    noise_THW3 = random.integers(-20, 20, (frames, *size_HW, 3))
    pictures = [np.clip(picture(number, size_HW) + noise_THW3[number], 0, 255) for number in range(frames)]
    return encode(path, [one.astype(np.uint8) for one in pictures], **{"options": {"g": "10"}, **settings})

"""Arrays whose shapes belong together."""

import numpy as np

from masklet.core.errors import ShapeError


def require_same_shape(**arrays: np.ndarray) -> None:
    """Raise ShapeError unless all named arrays have one shape."""
    if len({array.shape for array in arrays.values()}) > 1:
        given = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ShapeError(f"Expected equal shapes, got {given}. `core.masks.resize` brings them together.")

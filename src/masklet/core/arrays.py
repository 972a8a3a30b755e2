"""Names for the arrays that travel through the package."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
UInt8Array = NDArray[np.uint8]
IntArray = NDArray[np.integer[Any]]
FloatArray = NDArray[np.floating[Any]]
AnyArray = NDArray[Any]

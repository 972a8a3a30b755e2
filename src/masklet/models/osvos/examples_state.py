"""Examples as named arrays, for the state of a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from masklet.core.arrays import AnyArray
from masklet.core.values import Frame
from masklet.models.protocols import Example


def examples_state(examples: Sequence[Example], name: str) -> dict[str, AnyArray]:
    """Return examples as arrays whose names begin with `name`."""
    arrays: dict[str, AnyArray] = {
        f"{name}.indices_N": np.array([each.frame.index for each in examples], np.int64)
    }
    for number, each in enumerate(examples):
        arrays[f"{name}.{number}.seconds"] = np.array(each.frame.seconds)
        arrays[f"{name}.{number}.image_HW3"] = each.frame.image_HW3
        arrays[f"{name}.{number}.mask_HW"] = each.mask_HW
        if each.others_HW is not None:
            arrays[f"{name}.{number}.others_HW"] = each.others_HW
    return arrays


def examples_from(state: Mapping[str, AnyArray], name: str) -> tuple[Example, ...]:
    """Return the examples that gave these arrays."""
    return tuple(
        Example(
            frame=Frame(index, float(state[f"{name}.{number}.seconds"]), state[f"{name}.{number}.image_HW3"]),
            mask_HW=state[f"{name}.{number}.mask_HW"],
            others_HW=state.get(f"{name}.{number}.others_HW"),
        )
        for number, index in enumerate(state[f"{name}.indices_N"].tolist())
    )

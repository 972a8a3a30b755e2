"""From shares of a pixel to a decision about it."""

from __future__ import annotations

import numpy as np

from masklet.core.arrays import FloatArray


def evidence(log_probability_Nhw: FloatArray, log_background_Nhw: FloatArray, rivals_NN: FloatArray) -> FloatArray:
    """Return evidence_Nhw: by how much an object is likelier than its background and its likeliest rival.

    Above 0 the place is the object's. Two neighbours' evidences are each other's negatives, so that interpolated
    masks leave neither gap nor overlap between them.

    >>> evidence(np.log([[[0.6]], [[0.3]]]), np.log([[[0.1]], [[0.1]]]), np.ones((2, 2))).ravel().round(2)
    array([ 0.69, -0.69])
    """
    best_Nhw = log_background_Nhw.copy()
    if rivals_NN.all():
        if len(log_probability_Nhw) > 1:
            best_Nhw = np.maximum(best_Nhw, _best_of_the_others(log_probability_Nhw))
        return log_probability_Nhw - best_Nhw
    for position, rivals_N in enumerate(rivals_NN):
        for other in np.flatnonzero(rivals_N):
            if other != position:
                best_Nhw[position] = np.maximum(best_Nhw[position], log_probability_Nhw[other])
    return log_probability_Nhw - best_Nhw


def _best_of_the_others(values_Nhw: FloatArray) -> FloatArray:
    """Return, for each object and place, the highest value of the other objects."""
    order = np.argpartition(values_Nhw, -2, axis=0)[-2:]
    second_1hw, first_1hw = order[:1], order[1:]
    others_Nhw = np.broadcast_to(np.take_along_axis(values_Nhw, first_1hw, axis=0), values_Nhw.shape).copy()
    np.put_along_axis(others_Nhw, first_1hw, np.take_along_axis(values_Nhw, second_1hw, axis=0), axis=0)
    return others_Nhw

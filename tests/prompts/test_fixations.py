"""Fixations by dispersion, held to the algorithm as its authors tell it, sample by sample."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.prompts.fixations import LONGEST_GAP, detect_fixations


def told_sample_by_sample(seconds_S, xy_S2, dispersion, duration):
    found, first = [], 0
    while first < len(seconds_S):
        last = first
        while last < len(seconds_S) and seconds_S[last] < seconds_S[first] + duration - 1e-9:
            last += 1

        def rests(stop, first=first):
            window = slice(first, stop + 1)
            joined = (np.diff(seconds_S[window]) <= LONGEST_GAP).all()
            return joined and np.ptp(xy_S2[window], axis=0).sum() <= dispersion

        if last < len(seconds_S) and last >= first + 2 and rests(last):
            while last + 1 < len(seconds_S) and rests(last + 1):
                last += 1
            found.append((seconds_S[first], seconds_S[last]))
            first = last + 1
        else:
            first += 1
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 150), st.floats(0, 40), st.integers(0, 2**32 - 1))
def test_fixations_are_those_of_the_paper(count, dispersion, seed):
    random = np.random.default_rng(seed)
    seconds_S = np.cumsum(random.choice([0.005, 0.02, 0.1], count, p=[0.8, 0.18, 0.02]))
    xy_S2 = np.cumsum(random.normal(0, 3, (count, 2)), axis=0)
    found = detect_fixations(seconds_S, xy_S2, dispersion=dispersion)
    expected = told_sample_by_sample(seconds_S, xy_S2, dispersion, 0.1)
    assert list(zip(found.start_F, found.end_F, strict=True)) == expected


def test_two_places_are_two_fixations_in_their_middles():
    xy_S2 = np.repeat([[10.0, 20], [90, 40]], 50, axis=0) + np.tile([[-1, 1], [1, -1]], (50, 1))
    found = detect_fixations(np.arange(100) / 100, xy_S2, dispersion=6)
    assert found.xy_F2 == pytest.approx(np.array([[10, 20], [90, 40]]))
    assert found.start_F.tolist() == [0, 0.5]


def test_a_long_fixation_is_one_and_a_blink_ends_it():
    seconds_S = np.concatenate([np.arange(400) / 200, 2.5 + np.arange(100) / 200])
    found = detect_fixations(seconds_S, np.zeros((500, 2)), dispersion=1)
    assert found.end_F.tolist() == [pytest.approx(399 / 200), pytest.approx(2.5 + 99 / 200)]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_of_too_few_samples_nothing_is_said(count):
    assert len(detect_fixations(np.arange(count) * 0.1, np.zeros((count, 2)), dispersion=9)) == 0

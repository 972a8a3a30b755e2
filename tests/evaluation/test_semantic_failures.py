"""A made-up coast: sea below, sky above, boats on the sea, and cars on a road in other pictures."""

import numpy as np
import pytest

from masklet.core.label_space import VOID, label_space
from masklet.datasets.labelled import LabelledPicture, PictureList
from masklet.evaluation.semantic import FailureConfig, evaluate_semantic, find_failures

COAST = label_space(
    "coast",
    [
        ("sky", (120, 180, 240)),
        ("sea", (20, 60, 160)),
        ("boat", (240, 240, 240)),
        ("car", (200, 40, 40)),
        ("road", (90, 90, 90)),
        ("hill", (60, 120, 60)),
        ("mountain", (70, 125, 70)),
    ],
)
SKY, SEA, BOAT, CAR, ROAD, HILL, MOUNTAIN = range(7)


def scene(ground, thing, *, top=60, left=20, size=(12, 20)):
    label_map_HW = np.full((100, 120), SKY, dtype=np.uint8)
    label_map_HW[50:] = ground
    label_map_HW[top : top + size[0], left : left + size[1]] = thing
    return label_map_HW


def pictures(*truths):
    def picture(index, truth_HW):
        image_HW3 = COAST.palette_256x3[np.where(truth_HW == VOID, 0, truth_HW)]
        return LabelledPicture(f"p{index}", COAST, lambda: image_HW3, lambda: truth_HW)

    return PictureList(COAST, tuple(picture(index, truth_HW) for index, truth_HW in enumerate(truths)))


def failures_of(truths, predictions, **config):
    data = pictures(*truths)
    said = dict(zip((one.name for one in data), predictions, strict=True))
    report = evaluate_semantic(data, lambda picture: said[picture.name])
    return find_failures(data, lambda picture: said[picture.name], report, config=FailureConfig(**config))


BOATS, CARS = scene(SEA, BOAT), scene(ROAD, CAR)


def test_a_car_on_the_sea_is_a_mismatched_relationship():
    on_the_sea = np.where(BOATS == BOAT, CAR, BOATS).astype(np.uint8)
    found = failures_of([BOATS] * 9 + [CARS], [on_the_sea] + [BOATS] * 8 + [CARS], often=0.5)
    (failure,) = found.examples["mismatched"]
    assert (failure.picture, failure.truth, failure.predicted, failure.area) == ("p0", BOAT, CAR, 240)
    assert failure.box == (20, 60, 40, 72)
    assert failure.why == "car beside sea: 0.0 % of its borders"


def test_a_car_that_is_taken_for_a_boat_often_is_a_confusion_where_both_may_be():
    truths = [BOATS, scene(SEA, CAR), CARS]  # here cars do lie beside the sea
    predictions = [np.where(BOATS == BOAT, CAR, BOATS).astype(np.uint8), truths[1], CARS]
    found = failures_of(truths, predictions)
    (failure,) = found.examples["confusion"]
    assert failure.why == "100 % of boat is taken for it"
    assert found.pixels["confusion"] == found.wrong_pixels == 240


def test_a_large_class_that_is_called_a_small_one_is_a_confusion_too():
    truth = scene(HILL, MOUNTAIN)
    called = truth.copy()
    called[80:90, 60:90] = MOUNTAIN
    found = failures_of([truth] * 3, [called] + [truth] * 2)
    assert found.examples["confusion"][0].why == "29 % of what is called mountain is hill"


def test_a_small_segment_that_its_surroundings_swallow_is_inconspicuous():
    small = scene(SEA, BOAT, size=(5, 6))
    swallowed = np.where(small == BOAT, SEA, small).astype(np.uint8)
    found = failures_of([small] * 20, [swallowed] + [small] * 19)
    (failure,) = found.examples["inconspicuous"]
    assert failure.why == "0.25 % of the picture, 0 % of it found"


def test_a_small_segment_taken_for_what_is_nowhere_near_is_not():
    small = scene(SEA, BOAT, size=(5, 6))
    taken = np.where(small == BOAT, ROAD, small).astype(np.uint8)
    found = failures_of([small] * 20, [taken] + [small] * 19)
    assert not found.examples["inconspicuous"]


@pytest.mark.parametrize(("thing", "kind"), [(MOUNTAIN, "inconspicuous"), (ROAD, "other")])
def test_what_looks_like_its_surroundings_is_inconspicuous(thing, kind):
    truth = scene(HILL, thing, size=(20, 25))  # 4 % of the picture
    swallowed = np.where(truth == thing, HILL, truth).astype(np.uint8)
    found = failures_of([truth] * 20, [swallowed] + [truth] * 19)
    assert found.regions[kind] == 1


def test_what_is_large_is_no_longer_inconspicuous():
    truth = scene(HILL, MOUNTAIN, size=(30, 60))
    swallowed = np.where(truth == MOUNTAIN, HILL, truth).astype(np.uint8)
    found = failures_of([truth] * 3, [swallowed] + [truth] * 2)
    assert found.regions["confusion"] == 1
    assert found.examples["confusion"][0].why == "33 % of mountain is taken for it"


def test_a_segment_that_is_mostly_found_is_not_lost():
    small = scene(SEA, BOAT, size=(5, 10))
    half = small.copy()
    half[60:65, 20:24] = SEA
    found = failures_of([small] * 20, [half] + [small] * 19)
    assert found.regions == {"inconspicuous": 0, "mismatched": 0, "confusion": 0, "other": 1}


def test_void_and_specks_are_left_out_and_specks_are_counted():
    truth, speck = BOATS.copy(), BOATS.copy()
    truth[:10] = VOID
    speck[:10] = ROAD
    speck[90, 100:105] = ROAD
    found = failures_of([truth], [speck])
    assert sum(found.regions.values()) == 0
    assert found.to_json()["in_smaller_regions"] == found.wrong_pixels == 5


def test_few_examples_are_alike():
    swallowed = np.where(BOATS == BOAT, SEA, BOATS).astype(np.uint8)
    found = failures_of([BOATS] * 9, [swallowed] * 9, kept_alike=2)
    assert found.regions["confusion"] == 9
    assert [one.picture for one in found.examples["confusion"]] == ["p0", "p1"]
    said = found.to_json()["kinds"]["confusion"]
    assert (said["share"], said["examples"][0]["truth"]) == (1, "boat")

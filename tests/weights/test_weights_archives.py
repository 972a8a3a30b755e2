import pytest

from masklet.core.errors import WeightsError
from masklet.weights.archives import open_member, require_digest
from toys import CONTENTS, sha256, toy_sdist, toy_wheel


@pytest.mark.parametrize("make", [toy_wheel, toy_sdist], ids=["wheel", "source archive"])
@pytest.mark.parametrize("name", CONTENTS)
def test_a_member_is_read_from_either_kind_of_archive(tmp_path, make, name):
    with open_member(make(tmp_path), f"toy/{name}") as stream:
        assert stream.read() == CONTENTS[name]


@pytest.mark.parametrize("make", [toy_wheel, toy_sdist], ids=["wheel", "source archive"])
def test_a_missing_member_is_named(tmp_path, make):
    with (
        pytest.raises(WeightsError, match="Expected toy/other in masklet_toy"),
        open_member(make(tmp_path), "toy/other"),
    ):
        pass


def test_a_file_that_is_no_archive_is_named(tmp_path):
    (tmp_path / "toy.whl").write_bytes(b"not an archive")
    with (
        pytest.raises(WeightsError, match=r"wheel or source archive, got toy\.whl"),
        open_member(tmp_path / "toy.whl", "a"),
    ):
        pass


def test_the_digest_of_an_archive_is_held_to_the_pin(tmp_path):
    wheel = toy_wheel(tmp_path)
    require_digest(wheel, sha256(wheel.read_bytes()))
    with pytest.raises(WeightsError, match="it was not unpacked"):
        require_digest(wheel, "0" * 64)

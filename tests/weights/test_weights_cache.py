import io

import pytest

from masklet.core.errors import WeightsError
from masklet.weights.cache import cached_path, put, state_of
from toys import CONTENTS, toy_weight

CONTENT = CONTENTS["toy.graph"]


@pytest.fixture
def weight():
    return toy_weight()


def test_a_file_comes_back_as_it_went(weight):
    file = weight.files[0]
    assert state_of(weight, file) == "missing"
    put(weight, file, io.BytesIO(CONTENT), origin="here")
    assert state_of(weight, file) == "ok"
    assert cached_path(weight, file).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CONTENT[:-1], id="cut off"),
        pytest.param(CONTENT + b"!", id="too long"),
        pytest.param(b"!" + CONTENT[1:], id="one byte changed"),
        pytest.param(b"", id="empty"),
    ],
)
def test_another_content_is_refused_and_leaves_nothing(weight, content, cache):
    with pytest.raises(WeightsError, match=r"toy\.graph with SHA-256 .* in here"):
        put(weight, weight.files[0], io.BytesIO(content), origin="here")
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_another_content_does_not_replace_what_is_there(weight):
    put(weight, weight.files[0], io.BytesIO(CONTENT), origin="here")
    with pytest.raises(WeightsError):
        put(weight, weight.files[0], io.BytesIO(b"no"), origin="there")
    assert state_of(weight, weight.files[0]) == "ok"


def test_a_changed_byte_is_damage(weight):
    put(weight, weight.files[0], io.BytesIO(CONTENT), origin="here")
    cached_path(weight, weight.files[0]).write_bytes(b"!" + CONTENT[1:])
    assert state_of(weight, weight.files[0]) == "damaged"


def test_an_endless_stream_is_read_no_further_than_the_file_is_long(weight):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(WeightsError):
        put(weight, weight.files[0], endless, origin="here")
    assert endless.given <= 2 << 20


def test_a_cache_that_cannot_be_written_is_named(weight, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MASKLET_CACHE", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="MASKLET_CACHE names another"):
        put(weight, weight.files[0], io.BytesIO(CONTENT), origin="here")

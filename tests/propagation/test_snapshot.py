"""Snapshots come back as they went, and a broken one is refused."""

import numpy as np
import pytest

from masklet.core.errors import FormatError
from masklet.propagation import nest, pack, read_snapshot, unnest, unpack, write_snapshot


def test_a_snapshot_comes_back_as_it_went(tmp_path):
    state = {"a/b": np.arange(6).reshape(2, 3), "text": pack({"x": [0.1, None, "é"]}), "file": np.zeros((0, 4))}
    write_snapshot(tmp_path / "s.npz", state)
    back = read_snapshot(tmp_path / "s.npz")
    assert set(back) == set(state)
    assert all((back[name] == array).all() and back[name].dtype == array.dtype for name, array in state.items())
    assert unpack(back["text"]) == {"x": [0.1, None, "é"]}
    assert [path.name for path in tmp_path.iterdir()] == ["s.npz"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04half"], ids=["empty", "text", "half"])
def test_a_damaged_snapshot_is_refused(tmp_path, content):
    (tmp_path / "s.npz").write_bytes(content)
    with pytest.raises(FormatError, match="snapshot"):
        read_snapshot(tmp_path / "s.npz")


def test_parts_are_nested_and_found_again():
    state = {**nest("inner", nest("core", {"x": np.ones(1)})), "x": np.zeros(1)}
    assert list(unnest("core", unnest("inner", state))) == ["x"]

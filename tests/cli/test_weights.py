import json

import pytest

from masklet.weights import WEIGHTS, cached_path
from toys import CONTENTS, toy_folder, toy_weight


@pytest.fixture(autouse=True)
def toy(tmp_path, monkeypatch):
    """An empty cache, and one weight more than there is."""
    monkeypatch.setenv("MASKLET_CACHE", str(tmp_path / "cache"))
    weight = toy_weight()
    monkeypatch.setitem(WEIGHTS, "toy", weight)
    return weight


@pytest.fixture
def mine(tmp_path):
    return toy_folder(tmp_path / "mine")


def test_list_says_of_every_weight_whether_it_is_here(masklet, mine):
    masklet("weights", "pull", "toy", "--from", mine)
    code, out, _ = masklet("weights", "list")
    states = {line.split()[0]: "ok" in line.split() for line in out.splitlines()}
    assert code == 0
    assert states == {name: name == "toy" or weight.shipped for name, weight in WEIGHTS.items()}


def test_list_as_json_has_digests_and_sources(masklet):
    code, out, _ = masklet("weights", "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert rows["picodet-s-416"]["sources"] == ["paddlelabel-ml==1.0.0"]
    assert [file["sha256"] for file in rows["toy"]["files"]] == [file.sha256 for file in WEIGHTS["toy"].files]
    assert rows["toy"]["bytes"] == sum(map(len, CONTENTS.values()))


def test_pull_then_path_then_verify(masklet, mine, toy):
    code, out, _ = masklet("weights", "pull", "toy", "--from", mine)
    assert (code, out.strip()) == (0, f"toy -> {cached_path(toy, toy.files[0])}")
    assert masklet("weights", "path", "toy", "--offline")[1].strip() == str(cached_path(toy, toy.files[0]))
    assert masklet("weights", "verify", "toy")[:2] == (0, f"{'toy':22} ok\n")


@pytest.mark.parametrize(
    ("harm", "state"),
    [
        pytest.param(lambda path: path.write_bytes(b"no"), "damaged", id="damaged"),
        pytest.param(lambda path: path.unlink(), "missing", id="missing"),
    ],
)
def test_verify_names_what_is_amiss(masklet, mine, toy, harm, state):
    masklet("weights", "pull", "toy", "--from", mine)
    harm(cached_path(toy, toy.files[1]))
    code, out, _ = masklet("weights", "verify", "toy", "--json")
    (row,) = json.loads(out)
    assert (code, row["state"]) == (1, state)
    assert [file["state"] for file in row["files"]] == ["ok", state]


def test_verify_of_all_does_not_mind_what_was_never_fetched(masklet):
    assert masklet("weights", "verify")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(("pull", "no-such-weight"), "got 'no-such-weight'", id="unknown name"),
        pytest.param(("pull", "toy", "--offline"), "network is off", id="offline"),
        pytest.param(("path", "toy", "--offline"), "network is off", id="path offline"),
        pytest.param(
            ("pull", "toy", "--from", "no-such-folder"),
            "a folder at no-such-folder, got none",
            id="missing source",
        ),
        pytest.param(("pull", "toy", "--from", "."), "toy.graph in the folder ., got none", id="missing file"),
    ],
)
def test_what_fails_is_one_sentence_on_stderr(masklet, words, message):
    code, out, err = masklet("weights", *words)
    assert (code, out) == (1, "")
    assert message in err
    assert len(err.strip().splitlines()) == 1


def test_a_damaged_file_is_repaired_by_overwrite(masklet, mine, toy):
    masklet("weights", "pull", "toy", "--from", mine)
    cached_path(toy, toy.files[0]).write_bytes(b"no")
    code, _, err = masklet("weights", "pull", "toy", "--from", mine)
    assert code == 1
    assert "damaged" in err
    assert masklet("weights", "pull", "toy", "--from", mine, "--overwrite")[0] == 0
    assert masklet("weights", "verify", "toy")[0] == 0


def test_weights_that_come_with_masklet_are_listed_found_and_verified(masklet, shipped_toy):
    rows = {row["name"]: row for row in json.loads(masklet("weights", "list", "--json")[1])}
    path = str(cached_path(shipped_toy, shipped_toy.files[0]))
    assert (rows["toy"]["shipped"], rows["toy"]["state"], rows["toy"]["path"]) == (True, "ok", path)
    assert masklet("weights", "path", "toy")[1].strip() == path
    assert masklet("weights", "pull", "toy", "--offline")[1].strip() == f"toy -> {path}"
    assert masklet("weights", "verify")[0] == 0
    cached_path(shipped_toy, shipped_toy.files[1]).unlink()
    assert masklet("weights", "verify")[0] == 1
    code, _, err = masklet("weights", "pull", "toy")
    assert (code, err.count("\n")) == (1, 1)
    assert "comes with masklet" in err

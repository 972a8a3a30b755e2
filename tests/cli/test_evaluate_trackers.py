"""masklet evaluate trackers as a user types it, with networks of small width that nobody trained."""

import json

import pytest

torch = pytest.importorskip("torch")

from datasets.davis_folders import make_davis  # noqa: E402
from masklet.models.unet.config import NetworkConfig  # noqa: E402
from masklet.models.unet.networks import make_network  # noqa: E402


@pytest.fixture
def words(tmp_path):
    """The command's words for a DAVIS of one sequence and both networks."""
    make_davis(tmp_path / "davis", year=2016, names=["dog"], objects=1)
    torch.manual_seed(0)
    for name, kind in (("siamese-unet", "siamese"), ("unet", "unet")):
        torch.save(make_network(NetworkConfig(kind=kind, width=4 / 64)).state_dict(), tmp_path / f"{name}.pt")
    own = [f"--tracker={name}={tmp_path / name}.pt" for name in ("unet", "siamese-unet")]
    return ["evaluate", "trackers", tmp_path / "davis", "-o", tmp_path / "out", *own]


def test_the_table_has_a_row_for_each_tracker_with_the_printed_figures(masklet, words):
    code, out, _ = masklet(*words, "--set", "size=32")
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    assert code == 0
    assert rows["copy"][4:7] == ["-"] * 3
    assert rows["unet"][0] == "unet"
    assert "59.5 56.5 62.4" in " ".join(out.split())
    assert "printed: 48 h on GPUs" in out


def test_as_released_frames_are_squares_and_count_alike(masklet, words, tmp_path):
    code, out, _ = masklet(*words, "--as-released", "--set", "size=32", "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["square"], report["mean"]) == (256, "frames")
    assert [row["row"] for row in report["rows"]] == ["copy", "unet", "siamese-unet"]
    settings = json.loads((tmp_path / "out/square-256/unet/dog.json").read_text())["settings"]
    for told in ("size=32", "margin=None", "first=False", "soft_feedback=True", "dropout=True"):
        assert told in settings["config"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param(["--tracker", "unet=none.pt"], "none.pt", id="no such file"),
        pytest.param(["--tracker", "u-net"], "got 'u-net'", id="unknown tracker"),
        pytest.param(["--set", "sighs=3"], "got 'sighs'", id="unknown setting"),
        pytest.param(["--sequence", "cat"], "cat", id="unknown sequence"),
    ],
)
def test_what_fails_is_one_sentence(masklet, words, more, message):
    code, out, err = masklet(*words, "--quiet", *more)
    assert (code, out) == (1, "")
    assert message in err
    assert err.count("\n") == 1

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ModelError, WeightsError  # noqa: E402
from masklet.core.values import Frame, MaskPrompt  # noqa: E402
from masklet.models import load_tracker  # noqa: E402
from masklet.models.layers.device import choose_device, choose_dtype  # noqa: E402
from masklet.models.xmem import XMemConfig  # noqa: E402
from masklet.models.xmem.loading import load  # noqa: E402
from models.xmem_parts import CPU, random_state  # noqa: E402


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "XMem.pth"
    torch.save(random_state(), path)
    return path


def test_without_a_file_it_says_which_to_bring():
    with pytest.raises(WeightsError, match=r"Expected a file of weights for xmem, got none.*XMem\.pth.*--weights"):
        load_tracker("xmem")


def test_a_file_that_is_brought_is_taken(file):
    threads = torch.get_num_threads()
    tracker = load_tracker("xmem", weights=file, threads=threads, precision="f32")
    image_HW3 = np.zeros((32, 32, 3), np.uint8)
    session = tracker.start()
    session.step(Frame(0, 0.0, image_HW3), [MaskPrompt(0, 4, np.ones((32, 32), bool))])
    assert session.step(Frame(1, 0.04, image_HW3)).object_ids == (4,)
    assert torch.get_num_threads() == threads


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"Expected a file of weights at .*gone\.pth.*got none"):
        load_tracker("xmem", weights=tmp_path / "gone.pth")


@pytest.mark.parametrize(("options", "told"), [
    pytest.param({"device": "abacus"}, r"Expected a device .*'abacus'", id="device"),
    pytest.param({"device": "cuda:77"}, r"Expected GPU 77 for 'cuda:77', got \d+", id="gpu"),
    pytest.param({"device": "cpu", "precision": "f16"}, r"Expected precision .* got f16, which needs", id="f16"),
    pytest.param({"device": "cpu", "precision": "f8"}, r"Expected a precision .*'f8'", id="precision"),
])  # fmt: skip
def test_what_is_not_to_be_had_is_refused(file, options, told):
    with pytest.raises(ModelError, match=told):
        load(file, **options)


@pytest.mark.parametrize("settings", [
    {"memory_every": 0}, {"fewest_frames": 1}, {"most_frames": 5}, {"top_k": 0}, {"long_term": -1},
    {"short_side": 8},
], ids=lambda settings: next(iter(settings)))  # fmt: skip
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ModelError, match=rf"Expected {next(iter(settings))} of XMem .*, got"):
        XMemConfig(**settings)


def test_auto_takes_bf16_only_where_the_processor_has_it(monkeypatch):
    for has_it, dtype in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr("masklet.models.layers.device.has_bf16", lambda _device, has_it=has_it: has_it)
        assert choose_dtype("auto", CPU) == dtype
    assert choose_device("cpu") == CPU

"""Where networks in torch compute: names of devices and precisions, with and without GPUs."""

import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ModelError  # noqa: E402
from masklet.models.layers.device import choose_device, choose_precision  # noqa: E402
from masklet.training.device import own_device  # noqa: E402


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)


@pytest.mark.usefixtures("two_gpus")
def test_a_name_without_number_takes_the_current_gpu_or_the_one_that_is_said():
    assert choose_device("auto") == torch.device("cuda")
    assert choose_device("cuda", gpu=1) == torch.device("cuda:1")
    assert choose_device("cuda:0", gpu=1) == torch.device("cuda:0")
    assert choose_device("cpu", gpu=1) == torch.device("cpu")


@pytest.mark.usefixtures("two_gpus")
def test_a_process_of_several_learns_on_its_own_gpu(monkeypatch):
    assert own_device("auto") == torch.device("cuda:0")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert own_device("auto") == torch.device("cuda:1")
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(ModelError, match="Expected GPU 2 for 'cuda', got 2 GPUs"):
        own_device("auto")


def test_what_is_no_device_or_precision_is_one_sentence():
    with pytest.raises(ModelError, match=r"Expected a device such as .* got 'tpu9'"):
        choose_device("tpu9")
    with pytest.raises(ModelError, match=r"Expected a precision .* got 'f8'"):
        choose_precision("f8", torch.device("cpu"))

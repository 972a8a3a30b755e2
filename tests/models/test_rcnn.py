import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import MissingExtraError, WeightsError  # noqa: E402
from masklet.core.label_spaces.coco import COCO_THINGS  # noqa: E402
from masklet.core.values import Frame  # noqa: E402
from masklet.models import load_detector  # noqa: E402
from models.rcnn_parts import looks_closely_at_little, made_up, needs_torchvision, save_made_up  # noqa: E402

FRAME = Frame(0, 0.0, np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "own.pth"
    save_made_up("mask-rcnn", 1, path)
    return path


def refused(name, weights):
    with pytest.raises(WeightsError) as raised:
        load_detector(name, weights=weights)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_without_weights_it_says_what_to_bring(monkeypatch):
    monkeypatch.setattr("masklet.models._module", lambda *_: None)
    with pytest.raises(WeightsError, match=r"weights for mask-rcnn, got none.*MaskRCNN_ResNet50_FPN_V2_Weights"):
        load_detector("mask-rcnn")


@pytest.mark.parametrize(("text", "told"), [
    pytest.param("raise RuntimeError('operator torchvision::nms does not exist')",
                 r"not built for the torch .* \(operator torchvision::nms does not exist\).*masklet\[torch\]",
                 id="built for another torch"),
    pytest.param("raise ModuleNotFoundError('none', name='torchvision')",
                 r"The model faster-rcnn needs an optional package: pip install 'masklet\[torch\]'", id="missing"),
])  # fmt: skip
def test_a_torchvision_that_cannot_be_used_is_told_of(monkeypatch, tmp_path, text, told):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision/__init__.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith(("torchvision", "masklet.models.rcnn."))]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingExtraError, match=told):
        load_detector("faster-rcnn", weights=tmp_path / "own.pth")
    with pytest.raises(MissingExtraError, match=told):
        load_detector("faster-rcnn", weights="FasterRCNN_ResNet50_FPN_Weights.COCO_V1")


@needs_torchvision
class TestFiles:
    def test_classes_are_those_of_coco(self, file):
        assert load_detector("mask-rcnn", weights=file).classes == COCO_THINGS

    def test_a_detector_of_own_classes_numbers_them(self, tmp_path):
        save_made_up("faster-rcnn", 2, tmp_path / "own.pth", classes=3)
        assert load_detector("faster-rcnn", weights=tmp_path / "own.pth").classes == ("class 1", "class 2")

    def test_detections_are_those_of_torchvision(self, tmp_path):
        network = save_made_up("faster-rcnn", 1, tmp_path / "own.pth")
        detector = load_detector("faster-rcnn", weights=tmp_path / "own.pth").restricted(threshold=0)
        for each in (network, detector.network):
            looks_closely_at_little(each)
        found = detector.detect(FRAME)
        with torch.inference_mode():
            (theirs,) = network([torch.tensor(FRAME.image_HW3).permute(2, 0, 1) / 255])
        assert len(found) > 0
        assert set(found.scores_N.tolist()) <= set(theirs["scores"].double().tolist())

    def test_files_from_before_0_13_are_read(self, tmp_path):
        from masklet.models.rcnn.layout import build

        network = made_up("mask-rcnn", 1)
        older = {}
        for name, value in network.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            older[_older_name(name)] = value
        assert "rpn.head.conv.weight" in older
        assert "roi_heads.mask_head.mask_fcn4.bias" in older
        torch.save(older, tmp_path / "own.pth")
        again = build("mask-rcnn", older, tmp_path / "own.pth").state_dict()
        assert all(torch.equal(again[name], value) for name, value in network.state_dict().items()
                   if not name.endswith("num_batches_tracked"))  # fmt: skip

    def test_another_kind_is_named(self, file):
        assert "Expected weights of faster-rcnn in" in refused("faster-rcnn", file)

    def test_another_network_is_named(self, tmp_path):
        torch.save({"fc.weight": torch.zeros(3, 4)}, tmp_path / "own.pth")
        assert "is it the file of another network?" in refused("faster-rcnn", tmp_path / "own.pth")

    def test_a_part_of_the_tensors_is_refused(self, tmp_path):
        state = made_up("faster-rcnn", 2).state_dict()
        del state["backbone.body.layer1.0.conv1.weight"]
        torch.save(state, tmp_path / "own.pth")
        assert "backbone.body.layer1.0.conv1.weight is missing" in refused("faster-rcnn", tmp_path / "own.pth")

    def test_half_a_file_is_refused(self, file, tmp_path):
        (tmp_path / "half.pth").write_bytes(file.read_bytes()[:100_000])
        assert "cut short" in refused("mask-rcnn", tmp_path / "half.pth")

    def test_a_file_with_code_is_not_run(self, tmp_path):
        torch.save({"model": made_up("faster-rcnn", 1, classes=2)}, tmp_path / "own.pth")
        assert "pickled code, which is not run" in refused("faster-rcnn", tmp_path / "own.pth")

    @pytest.mark.parametrize(("name", "told"), [
        pytest.param("MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1", "and the network is off", id="not here"),
        pytest.param("MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V9", "Expected the name of weights", id="unknown"),
    ])  # fmt: skip
    def test_official_names_are_known(self, monkeypatch, tmp_path, name, told):
        monkeypatch.setenv("MASKLET_OFFLINE", "1")
        monkeypatch.setenv("TORCH_HOME", str(tmp_path))
        assert told in refused("mask-rcnn", name)


def _older_name(name):
    parts = name.split(".")
    if "fpn" in name:
        return ".".join(parts[:4] + parts[-1:])
    if name.startswith("rpn.head.conv."):
        return f"rpn.head.conv.{parts[-1]}"
    if name.startswith("roi_heads.mask_head."):
        return f"roi_heads.mask_head.mask_fcn{int(parts[2]) + 1}.{parts[-1]}"
    return name

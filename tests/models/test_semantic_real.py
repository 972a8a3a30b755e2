"""ESPNet with its authors' weights on real streets."""

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.label_spaces import CAMVID, CITYSCAPES, values_between  # noqa: E402
from masklet.core.values import Frame  # noqa: E402
from masklet.models import load_semantic  # noqa: E402

pytestmark = pytest.mark.shared


@pytest.fixture
def pictures(shared):
    """Five pictures of CamVid's test, with their labels."""
    names = (shared / "CamVid/test.txt").read_text().split()[::6]
    frames = []
    for index, name in enumerate(names):
        file = next((shared / "CamVid/test").glob(f"{name}.*"))
        image_HW3 = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
        truth_HW = cv2.imread(str(shared / f"CamVid/testannot/{name}.png"), cv2.IMREAD_UNCHANGED)
        frames.append((Frame(index, 0.0, image_HW3), truth_HW))
    return frames


def pixel_accuracy(model, pictures):
    to_camvid = values_between(model.label_space, CAMVID)
    right = total = 0
    for frame, truth_HW in pictures:
        known_HW = truth_HW < len(CAMVID)
        right += int((to_camvid[model.label(frame)] == truth_HW)[known_HW].sum())
        total += int(known_HW.sum())
    return right / total


@pytest.mark.parametrize(("file", "space", "side", "least"), [
    pytest.param("decoder_espnet_p_2_q_8_camvid.pth", CAMVID, 360, 0.80, id="CamVid"),
    pytest.param("decoder_espnet_p_2_q_8.pth", CITYSCAPES, 512, 0.55, id="Cityscapes"),
    pytest.param("encoder_espnet_p_2_q_8.pth", CITYSCAPES, 512, 0.55, id="ESPNet-C"),
])  # fmt: skip
def test_streets_are_labelled_as_people_label_them(shared, pictures, file, space, side, least):
    model = load_semantic(
        "espnet", weights=shared / "weights/espnet_cityscapes" / file, threads=1, precision="f32"
    )
    assert (model.label_space, model.card.size.shorter_side) == (space, side)
    assert pixel_accuracy(model, pictures if side == 360 else pictures[:2]) > least
    assert np.isfinite(model.scores(pictures[0][0])).all()

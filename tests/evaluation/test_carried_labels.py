"""Carried labels against true ones."""

import numpy as np
import pytest

from masklet.core.errors import EvaluationError
from masklet.core.label_space import VOID, label_space
from masklet.evaluation.carried_labels import class_iou, evaluate_carried, printed
from masklet.formats.class_png import write_class_png
from masklet.formats.label_maps import LabelMaps
from masklet.formats.label_space import write_label_space

SPACE = label_space("two", [("road", (1, 1, 1)), ("car", (2, 2, 2)), ("bus", (3, 3, 3))])
TURNED = label_space("turned", [("car", (2, 2, 2)), ("road", (1, 1, 1))])


def maps_of(folder, maps, space):
    folder.mkdir()
    write_label_space(space, folder / "label_space.json")
    for index, values in maps.items():
        write_class_png(folder / f"{index}.png", np.array(values, np.uint8), space)
    return LabelMaps(folder, ["0", "1", "2"])


def test_figures_are_those_of_the_frames_after_the_first(tmp_path):
    truth = maps_of(tmp_path / "t", {0: [[1, 1, 1, 1]], 2: [[0, 1, 2, VOID]]}, SPACE)
    carried = maps_of(tmp_path / "c", {0: [[1, 1, 0, 0]], 1: [[0, 0, 0, 0]], 2: [[1, 0, 0, 0]]}, TURNED)
    report = evaluate_carried(carried, truth).to_json()
    assert report["frames"] == 1
    assert report["IoU"] == {"road": 1.0, "car": 0.5}
    assert report["mIoU"] == 0.75
    assert report["mIoU_all_classes"] == 0.5  # a bus that was not there at first cannot be found
    assert report["accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert report["copied_accuracy"] == pytest.approx(1 / 3, abs=1e-4)
    assert report["by_frame"] == {"2": pytest.approx(2 / 3, abs=1e-4)}
    assert printed(report).startswith("mIoU 75.0 %")


def test_a_class_that_is_nowhere_has_no_figure():
    assert np.isnan(class_iou(np.array([[2, 0, 0], [0, 0, 0]]))[1])


@pytest.mark.parametrize(
    ("truth", "says"),
    [
        pytest.param({0: [[0, 1]]}, "at least one frame after the first", id="no frame"),
        pytest.param({1: [[0, 1, 1]]}, "2x1 pixels as the carried ones, got 3x1", id="another size"),
    ],
)
def test_truth_that_does_not_belong_is_one_sentence(tmp_path, truth, says):
    carried = maps_of(tmp_path / "c", {0: [[0, 1]], 1: [[0, 1]]}, SPACE)
    with pytest.raises(EvaluationError, match=says):
        evaluate_carried(carried, maps_of(tmp_path / "t", truth, SPACE))

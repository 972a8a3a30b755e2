import json

import numpy as np
import pytest

from labelled_samples import SPACE, ColourModel, street, write_folder, write_png
from masklet.core.errors import EvaluationError, FormatError
from masklet.core.label_space import VOID, label_space
from masklet.datasets.labelled import PictureList
from masklet.datasets.labelled_folder import LabelledFolder
from masklet.evaluation.problems import ProblemsError
from masklet.evaluation.semantic import by_model, evaluate_semantic, of_folder
from masklet.evaluation.semantic.outputs import evaluate_into
from masklet.formats.class_folder import open_class_folder
from masklet.formats.class_png import read_class_png
from masklet.metrics.classes import confusion_matrix

PIXELS = 23 * 32  # the last row is void


@pytest.fixture
def data(tmp_path):
    return LabelledFolder(write_folder(tmp_path / "data"), SPACE)


def write_predictions(folder, *, spoil=None):
    for index in range(3):
        write_png(folder / f"frame_{index:03d}.png", street(index), SPACE.palette_256x3)
    if spoil:
        spoil(folder)
    return folder


def test_a_model_that_knows_all_colours_is_right(data):
    figures = evaluate_semantic(data, by_model(ColourModel(), SPACE)).figures()
    assert [figures[name] for name in ("mIoU", "boundary-mIoU", "pixel-accuracy", "frequency-weighted-IoU")] == [
        1
    ] * 4
    assert (figures["pictures"], figures["classes"], figures["pixels"]) == (3, 3, 3 * PIXELS)


def test_mistakes_are_counted_over_all_pictures(data):
    report = evaluate_semantic(data, by_model(ColourModel(mistaken=[("cart", "road")]), SPACE))
    assert report.counts_LM.tolist() == [[1152, 0, 0, 0], [0, 912, 0, 0], [0, 144, 0, 0]]
    rows = {row["class"]: row for row in report.classes()}
    assert rows["cart"]["iou"] == rows["cart"]["accuracy"] == rows["cart"]["boundary_iou"] == 0
    assert rows["cart"]["precision"] is None
    assert rows["road"]["iou"] == pytest.approx(912 / 1056)
    assert rows["grass"]["share"] == pytest.approx(1152 / (3 * PIXELS))
    assert report.pictures[0].accuracy == pytest.approx(1 - 48 / PIXELS)
    said = json.loads(json.dumps(report.to_json()))
    assert said["confusion"]["counts"] == report.counts_LM.tolist()
    assert said["per_picture"]["frame_002"]["pixels"] == PIXELS


def test_a_model_of_another_space_is_brought_over(data):
    other = label_space("other", [("cart", (200, 40, 40)), ("road", (90, 90, 90))])
    report = evaluate_semantic(data, by_model(ColourModel(other), SPACE))
    assert report.counts_LM[2].tolist() == [0, 0, 144, 0]
    with pytest.raises(FormatError, match="a way is known"):
        by_model(ColourModel(label_space("x", [("a", (1, 1, 1))])), SPACE)


def test_what_is_not_said_is_wrong_and_in_a_column_of_its_own(data):
    def predict(picture):
        return np.where(street(int(picture.name[-3:])) == 2, VOID, picture.read_labels()).astype(np.uint8)

    report = evaluate_semantic(data, predict)
    assert report.counts_LM[:, 3].tolist() == [0, 0, 144]


def test_folders_of_pngs_are_compared_by_name(data, tmp_path):
    folder = open_class_folder(write_predictions(tmp_path / "out"), SPACE)
    assert evaluate_semantic(data, of_folder(folder, SPACE)).figures()["mIoU"] == 1


def test_names_may_lie_in_folders_and_end_as_tools_leave_them(data, tmp_path):
    for index, name in enumerate(("city/frame_000", "frame_001_leftImg8bit", "frame_002")):
        write_png(tmp_path / f"out/{name}.png", street(index))
    folder = open_class_folder(tmp_path / "out", SPACE)
    assert evaluate_semantic(data, of_folder(folder, SPACE)).figures()["mIoU"] == 1


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(lambda folder: (folder / "frame_001.png").unlink(), "frame_001 is missing", id="missing"),
        pytest.param(
            lambda folder: write_png(folder / "frame_001.png", street(size_HW=(30, 40))),
            "frame_001 is 40x30, not 32x24",
            id="size",
        ),
        pytest.param(
            lambda folder: write_png(folder / "frame_001.png", np.full((24, 32), 7)),
            r"frame_001 cannot be read \(Expected labels 0 to 2 of signals .*got 7",
            id="unknown ids",
        ),
        pytest.param(
            lambda folder: write_png(folder / "frame_001.png", np.full((24, 32, 3), 7)),
            r"got 1 others such as \(7, 7, 7\)",
            id="unknown colours",
        ),
        pytest.param(
            lambda folder: (folder / "frame_001.png").write_bytes(b"?"), "could not read it", id="damaged"
        ),
        pytest.param(
            lambda folder: (
                [write_png(folder / f"{name}/frame_001.png", street()) for name in "ab"]
                and (folder / "frame_001.png").unlink()
            ),
            "frame_001 is there 2 times",
            id="twice",
        ),
    ],
)
def test_everything_that_cannot_be_compared_is_said_at_once(data, tmp_path, spoil, reason):
    def both(folder):
        spoil(folder)
        (folder / "frame_002.png").unlink()

    folder = open_class_folder(write_predictions(tmp_path / "out", spoil=both), SPACE)
    with pytest.raises(ProblemsError, match=reason) as found:
        evaluate_semantic(data, of_folder(folder, SPACE), where=folder.root)
    assert len(found.value.problems) == 2
    assert "2 problems" in str(found.value)


def test_a_damaged_truth_is_named(data, tmp_path):
    write_png(tmp_path / "data/labels/frame_001.png", np.full((24, 32), 9))
    with pytest.raises(FormatError, match="labels 0 to 2 of signals"):
        evaluate_semantic(data, by_model(ColourModel(), SPACE))


def test_nothing_to_compare_is_an_error():
    with pytest.raises(EvaluationError, match="at least one picture"):
        evaluate_semantic(PictureList(SPACE, ()), by_model(ColourModel(), SPACE))


def test_all_there_is_to_look_at_is_written(data, tmp_path):
    model = ColourModel(mistaken=[("cart", "road")])
    out = tmp_path / "out"
    report, failures = evaluate_into(data, by_model(model, SPACE), out, keep_labels=True)
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    kinds = {f"failures/{kind}.png" for kind, found in failures.examples.items() if found}
    labels = {f"labels/frame_{index:03d}.png" for index in range(3)}
    assert written == {"report.json", "confusion.png", "run.json"} | kinds | labels
    assert kinds
    assert len(model.seen) == 3  # labels are kept, not made again
    kept_HW = read_class_png(out / "labels/frame_001.png", SPACE)
    assert confusion_matrix(kept_HW, street(1), 3)[2].tolist() == [0, 48, 0, 0]
    said = json.loads((out / "report.json").read_text())
    assert said["global"]["mIoU"] == report.figures()["mIoU"]
    assert said["failures"]["wrong_pixels"] == 3 * 48
    again = evaluate_semantic(data, of_folder(open_class_folder(out), SPACE))
    assert again.counts_LM.tolist() == report.counts_LM.tolist()


def test_nothing_is_left_of_an_evaluation_that_fails(data, tmp_path):
    folder = open_class_folder(
        write_predictions(tmp_path / "p", spoil=lambda p: (p / "frame_000.png").unlink()), SPACE
    )
    with pytest.raises(ProblemsError):
        evaluate_into(data, of_folder(folder, SPACE), tmp_path / "out", keep_labels=False)
    assert not (tmp_path / "out").exists()

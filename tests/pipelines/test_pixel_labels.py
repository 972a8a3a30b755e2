import json

import numpy as np
import pytest

from labelled_samples import SPACE, ColourModel, painted, street, write_png
from masklet.core.errors import FormatError, OutputError, ShapeError, SourceError
from masklet.core.label_space import label_space
from masklet.formats.class_folder import open_class_folder
from masklet.models.layers.looks import LooksConfig
from masklet.pipelines.pixel_labels import SemanticJob, label_pixels
from masklet.sources import open_source, write_video

ANY = "masklet-s"
"""The name of a network whose weights are there; the model itself is given."""


@pytest.fixture
def frames(tmp_path):
    for index in range(5):
        write_png(tmp_path / f"frames/{index:05d}.png", painted(street(index)))
    return str(tmp_path / "frames")


def job(source, **settings):
    return SemanticJob(source=source, model=ANY, **settings)


def test_every_frame_gets_a_label_png_and_all_there_is_to_look_at(frames, tmp_path):
    record = label_pixels(job(frames), tmp_path / "run", model=ColourModel())
    labels = open_class_folder(tmp_path / "run")
    assert labels.label_space == SPACE
    assert list(labels.paths) == [f"{index:05d}" for index in range(5)]
    assert labels.read("00003").tolist() == street(3).tolist()
    assert record == json.loads((tmp_path / "run/run.json").read_text())
    assert (record["status"], record["frames"]) == ("done", 5)
    assert list(record["shares"]) == ["grass", "road", "cart"]
    assert record["shares"]["cart"] == pytest.approx(48 / (24 * 32), abs=1e-6)
    assert len(list(open_source(tmp_path / "run/overlay.mp4").read())) == 5
    assert (tmp_path / "run/sheet.png").is_file()


def test_a_video_is_labelled_every_few_frames(tmp_path):
    pictures = [np.repeat(np.repeat(painted(street(index)), 2, axis=0), 2, axis=1) for index in range(6)]
    write_video(tmp_path / "video.mp4", pictures, frames_per_second=10, crf=0)
    record = label_pixels(job(str(tmp_path / "video.mp4"), every=3), tmp_path / "run", model=ColourModel())
    assert [path.name for path in sorted((tmp_path / "run/labels").iterdir())] == ["00000.png", "00003.png"]
    assert record["frames"] == 2
    overlay = open_source(tmp_path / "run/overlay.mp4")
    assert [round(frame.seconds, 2) for frame in overlay.read()] == [0, 0.3]


def test_pictures_of_any_size_are_labelled_one_by_one(tmp_path):
    write_png(tmp_path / "stills/a.png", painted(street()))
    write_png(tmp_path / "stills/b7.png", painted(street(size_HW=(30, 60))))
    record = label_pixels(job(str(tmp_path / "stills"), stills=True), tmp_path / "run", model=ColourModel())
    assert record["input"]["pictures"] == 2
    assert open_class_folder(tmp_path / "run").read("b7").shape == (30, 60)
    assert {path.name for path in (tmp_path / "run/overlays").iterdir()} == {"a.jpg", "b7.jpg"}
    assert not (tmp_path / "run/overlay.mp4").exists()


def test_labels_are_brought_to_another_space(frames, tmp_path):
    larger = label_space(
        "larger", [("cart", (1, 2, 3)), ("grass", (4, 5, 6)), ("road", (7, 8, 9)), ("x", (0, 0, 1))]
    )
    label_pixels(job(frames, label_space=larger), tmp_path / "run", model=ColourModel())
    labels = open_class_folder(tmp_path / "run")
    assert labels.label_space == larger
    assert np.unique(labels.read("00000")).tolist() == [0, 1, 2]
    with pytest.raises(FormatError, match="a way is known"):
        label_pixels(
            job(frames, label_space=label_space("y", [("z", (1, 1, 1))])), tmp_path / "y", model=ColourModel()
        )
    assert not (tmp_path / "y").exists()


def test_a_model_may_look_several_times(frames, tmp_path):
    model = ColourModel()
    label_pixels(job(frames, looks=LooksConfig(mirror=True)), tmp_path / "run", model=model)
    assert len(model.seen) == 10


def test_a_run_that_was_stopped_goes_on(frames, tmp_path):
    class Stopping(ColourModel):
        def label(self, frame):
            if len(self.seen) == 2:
                raise KeyboardInterrupt
            return super().label(frame)

    with pytest.raises(KeyboardInterrupt):
        label_pixels(job(frames), tmp_path / "run", model=Stopping())
    with pytest.raises(OutputError, match="--resume"):
        label_pixels(job(frames), tmp_path / "run", model=ColourModel())
    with pytest.raises(OutputError, match="got others for every"):
        label_pixels(job(frames, every=2), tmp_path / "run", model=ColourModel(), resume=True)
    model = ColourModel()
    record = label_pixels(job(frames), tmp_path / "run", model=model, resume=True)
    assert (len(model.seen), record["frames"], record["frames_before_resume"]) == (3, 5, 2)
    assert label_pixels(job(frames), tmp_path / "run", model=model, resume=True) == record
    assert len(model.seen) == 3


def test_what_is_replaced_is_a_run(frames, tmp_path):
    label_pixels(job(frames), tmp_path / "run", model=ColourModel())
    label_pixels(job(frames, every=4), tmp_path / "run", model=ColourModel(), overwrite=True)
    assert len(list((tmp_path / "run/labels").iterdir())) == 2
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("x")
    with pytest.raises(OutputError, match="no run of masklet made"):
        label_pixels(job(frames), tmp_path / "mine", model=ColourModel(), overwrite=True)


def test_a_model_that_gives_another_size_is_named(frames, tmp_path):
    class Small(ColourModel):
        def label(self, frame):
            return super().label(frame)[::2]

    with pytest.raises(ShapeError, match=r"labels of \(24, 32\) of the model, got \(12, 32\)"):
        label_pixels(job(frames), tmp_path / "run", model=Small())


@pytest.mark.parametrize(
    ("source", "settings", "reason"),
    [
        pytest.param("nowhere", {}, "found nothing there", id="no video"),
        pytest.param("nowhere", {"stills": True}, "found nothing there", id="no folder"),
        pytest.param("frames", {"every": 0}, "got every 0", id="every"),
    ],
)
def test_what_cannot_be_labelled_is_named(frames, tmp_path, source, settings, reason):
    with pytest.raises(SourceError, match=reason):
        label_pixels(job(str(tmp_path / source), **settings), tmp_path / "run", model=ColourModel())


def test_pictures_of_one_name_are_refused(tmp_path):
    for suffix in ("png", "bmp"):
        write_png(tmp_path / f"stills/a.{suffix}", painted(street()))
    with pytest.raises(SourceError, match="pictures of different names"):
        label_pixels(job(str(tmp_path / "stills"), stills=True), tmp_path / "run", model=ColourModel())

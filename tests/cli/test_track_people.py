"""masklet person-masks, masklet track --trajectories, masklet evaluate person as their user calls them."""

import json

import pytest

from fakes import PaintedTracker
from masklet.core.boxes import box_of_mask
from masklet.masklets import open_masklets
from masklet.sources import write_video
from painted_people import FRAMES, SIZE_HW, boxes_at, image_at


def words(street, *more, homography="H.txt", person=1, out="run"):
    return (
        street / "frames",
        *("--trajectories", street / "people.txt"),
        *(("--homography", street / homography) if homography else ()),
        *(("--person", person) if person is not None else ()),
        *("--convention", "uv", "-o", street / out),
        *more,
    )


def test_step_1_says_what_became_of_the_frames(masklet, street):
    code, out, _ = masklet("person-masks", *words(street, "--examples", 4))
    assert code == 0
    assert "convention uv, as said" in out
    assert "4 kept" in out
    assert (street / "run/steps.png").is_file()


def test_a_person_is_followed_and_measured(masklet, street):
    code, out, _ = masklet("track", *words(street, "--example-count", 3, "--no-overlay"))
    assert code == 0
    assert "1 object in 24 frames" in out
    write_boxes(street / "gt.txt")
    code, out, _ = masklet("evaluate", "person", street / "run", "--truth", street / "gt.txt", "--json")
    mean = json.loads(out)["mean"]
    assert code == 0
    assert mean["box_iou"] > 0.75
    assert mean["area_on_others"] < 0.05


def write_boxes(path):
    rows = [
        f"{index + 1},{person},{x1},{y1},{x2 - x1},{y2 - y1},1,-1,-1,-1\n"
        for index in range(FRAMES)
        for person, (x1, y1, x2, y2) in boxes_at(index).items()
    ]
    path.write_text("".join(rows))


def test_people_of_a_sequence_are_measured_with_and_without_the_check(masklet, street, monkeypatch):
    monkeypatch.setattr("masklet.experiments.surveillance.load_tracker", lambda name, **options: PaintedTracker())
    for old, new in (
        ("frames", "img1"),
        ("people.txt", "trajectories_world.txt"),
        ("H.txt", "H_image_to_world.txt"),
    ):
        (street / old).rename(street / new)
    (street / "gt").mkdir()
    write_boxes(street / "gt/gt.txt")
    code, out, _ = masklet("evaluate", "surveillance", street, "-o", street / "out", "--person", 1)
    assert code == 0
    assert out.index("plain") < out.index("pID1") < out.rindex("checked") < out.rindex("pID1")


def test_several_people_have_a_run_each(masklet, street):
    code, out, _ = masklet("track", *words(street, "--person", 3, "--no-overlay", "--json"))
    assert code == 0
    assert [record["settings"]["more"]["person"] for record in json.loads(out)] == [1, 3]
    far = open_masklets(street / "run/pID3/masklets.jsonl").frame(0).masks_NHW[0]
    assert box_of_mask(far) == tuple(map(float, boxes_at(0)[3]))


def test_a_run_of_a_person_is_a_run_like_any_other(masklet, street):
    masklet("track", *words(street, "--format", "coco-video", "-q"))
    for name in (
        "run.json",
        "masks",
        "overlay.mp4",
        "sheet.png",
        "tracks.txt",
        "exports/coco-video.json",
        "examples",
    ):
        assert (street / "run" / name).exists(), name


def test_step_2_takes_the_folder_of_step_1(masklet, street):
    masklet("person-masks", *words(street, "--examples", 4, out="step1"))
    code, out, _ = masklet(
        "track", street / "frames", "--examples", street / "step1", "-o", street / "run", "--no-overlay"
    )
    assert code == 0
    assert "4 examples" in out


def test_a_video_file_will_do(masklet, street):
    write_video(street / "video.mp4", [image_at(index) for index in range(FRAMES)], frames_per_second=25, crf=1)
    given = [street / "video.mp4" if word == street / "frames" else word for word in words(street)]
    assert masklet("person-masks", *given, "--threshold", 0.99)[0] == 1
    assert SIZE_HW == (120, 160)


@pytest.mark.parametrize(
    ("more", "options", "code", "says"),
    [
        pytest.param([], {"person": 9}, 1, "(1, 2, 3), got 9", id="person not in the file"),
        pytest.param([], {"person": None}, 2, "--person", id="nobody named"),
        pytest.param([], {"homography": None}, 1, "--homography FILE", id="no homography"),
        pytest.param([], {"homography": "none.txt"}, 1, "none.txt", id="a homography that is missing"),
        pytest.param(["--first-frame", 500], {}, 1, "frames 0 to 23 of the video", id="times outside the video"),
        pytest.param(["--limit", 0.1], {}, 0, "", id="a limit that real feet keep"),
        pytest.param(["--detect", "person"], {}, 2, "got --detect", id="detections beside"),
        pytest.param(["--direction", "backward"], {}, 2, "no --direction", id="a direction"),
    ],
)
def test_bad_input_is_one_sentence(masklet, street, more, options, code, says):
    got, _, err = masklet("track", *words(street, *more, **options), "--no-overlay", "-q")
    assert got == code
    assert says in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err
    assert code != 1 or err.count("\n") == 1

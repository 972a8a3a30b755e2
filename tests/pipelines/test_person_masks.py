"""Step 1: masks of a person from annotated positions, and why frames are dropped."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fakes import PaintedSegmenter
from masklet.core.boxes import mask_of_box
from masklet.core.errors import FormatError, OutputError, PromptError
from masklet.formats.person_examples import read_person_examples
from masklet.pipelines.person_masks import Networks, PersonMaskConfig, make_person_masks
from masklet.pipelines.person_masks.job import PersonMaskJob, run
from masklet.pipelines.person_masks.make import frames_to_look_at
from masklet.pipelines.person_scene import SceneFiles, open_scene
from masklet.sources import frames_at, open_source
from painted_people import BLUE_ID, FRAMES, GREEN_ID, RED_ID, SIZE_HW, PeopleDetector, boxes_at

HIDDEN = range(10, 16)
"""Red is behind green, in part or all."""


def files(street, **changes):
    return replace(
        SceneFiles(trajectories=street / "people.txt", homography=street / "H.txt", convention="uv"), **changes
    )


def made(street, person_id=RED_ID, *, masks=False, scene=None, **config):
    source = open_source(street / "frames")
    scene = open_scene(scene or files(street), source.info)
    networks = Networks(detector=PeopleDetector(masks=masks), segmenter=PaintedSegmenter())
    return make_person_masks(source, scene, person_id, networks, PersonMaskConfig(**config))


def painted(index, person_id):
    """What is seen of a person: red without what green hides."""
    mask_HW = mask_of_box(boxes_at(index)[person_id], SIZE_HW)
    return mask_HW & ~mask_of_box(boxes_at(index)[GREEN_ID], SIZE_HW) if person_id == RED_ID else mask_HW


@pytest.mark.parametrize(("maker", "masks"), [("segmenter", False), ("detector", True)])
def test_a_mask_is_made_where_a_detection_confirms_the_position(street, maker, masks):
    found = made(street, maker=maker, masks=masks, examples=None)
    seen = {frame.frame_index for frame in found.kept}
    assert set(range(10)) <= seen
    for frame in found.kept[:10]:
        assert np.array_equal(frame.example.mask_HW, painted(frame.frame_index, RED_ID))


def test_other_people_are_masked_beside_the_person_by_their_ids(street):
    frame = made(street, examples=None).kept[0]
    assert sorted(frame.neighbours) == [GREEN_ID, BLUE_ID]
    assert np.array_equal(frame.neighbours[BLUE_ID], painted(0, BLUE_ID))
    both_HW = painted(0, GREEN_ID) | painted(0, BLUE_ID)
    assert np.array_equal(frame.example.others_HW, both_HW)


def test_so_many_examples_as_asked_for_are_spread_over_the_time(street):
    found = made(street, examples=3)
    assert len(found.kept) == 3
    assert found.kept[0].frame_index < 8 < found.kept[-1].frame_index
    assert found.counts()["more than asked for"] > 0


def test_every_frame_looked_at_has_an_outcome(street):
    found = made(street, examples=3)
    assert all((frame.reason is None) == (frame.example is not None) for frame in found.frames)
    assert sum(found.counts().values()) == len(found.frames) == 12


def test_the_size_of_people_comes_from_their_detections(street):
    _, y1, _, y2 = made(street).size.box_at(np.array([50.0, 70]))
    assert y2 - y1 == pytest.approx(40, abs=6)


@pytest.mark.parametrize("method", ["mog2", "knn"])
def test_what_moves_inside_the_box_is_a_mask(street, method):
    found = made(street, maker="background", subtraction=method, examples=None)
    for frame in found.kept:
        assert not (frame.example.mask_HW & ~mask_of_box(frame.box, SIZE_HW)).any()
    overlap = [(f.example.mask_HW & painted(f.frame_index, RED_ID)).sum() for f in found.kept]
    assert max(overlap) > 0.8 * 14 * 40


def test_who_never_moves_has_no_mask_by_what_moves(street):
    with pytest.raises(PromptError, match="x empty mask"):
        made(street, BLUE_ID, maker="background")


def write_by_hand(folder, values):
    """Label PNGs: value by person id, frames 2 and 5."""
    folder.mkdir()
    for index in (2, 5):
        labels_HW = np.zeros(SIZE_HW, dtype=np.uint8)
        for person_id, value in values.items():
            labels_HW[painted(index, person_id)] = value
        Image.fromarray(labels_HW).save(folder / f"{index:05d}.png")
    return folder


@pytest.mark.parametrize(
    ("values", "others"),
    [
        pytest.param({RED_ID: 255}, [], id="black and white"),
        pytest.param({RED_ID: 1, GREEN_ID: 2}, [GREEN_ID], id="ids"),
    ],
)
def test_masks_may_be_drawn_by_hand(street, values, others):
    found = made(street, maker="hand", by_hand=write_by_hand(street / "drawn", values))
    assert [frame.frame_index for frame in found.kept] == [2, 5]
    assert np.array_equal(found.examples[0].mask_HW, painted(2, RED_ID))
    assert found.examples[0].others_HW.sum() == sum(painted(2, other).sum() for other in others)
    assert found.counts() == {"kept": 2, "no mask by hand": FRAMES - 2}


def test_masks_of_another_size_or_name_are_refused(street):
    folder = street / "drawn"
    folder.mkdir()
    Image.new("L", (9, 9), 255).save(folder / "first.png")
    with pytest.raises(FormatError, match="named as frames"):
        made(street, maker="hand", by_hand=folder)
    Image.new("L", (9, 9), 255).save(folder / "00001.png")
    with pytest.raises(FormatError, match=r"160x120 .* got 9x9"):
        made(street, maker="hand", by_hand=folder)


def moved(street, x, y):
    """The trajectories with everybody a way off, in pixels."""
    rows = [line.split() for line in (street / "people.txt").read_text().splitlines()]
    text = "\n".join(f"{f} {p} {float(a) * 2 + x} {float(b) * 2 + y}" for f, p, a, b in rows)
    (street / "moved.txt").write_text(text)
    return SceneFiles(trajectories=street / "moved.txt", coordinates="pixels")


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        pytest.param(lambda s: made(s, 9), r"a person of .*people\.txt \(1, 2, 3\), got 9", id="not in the file"),
        pytest.param(
            lambda s: made(s, scene=files(s, first_frame=900)), "frames 0 to 23 of the video", id="times outside"
        ),
        pytest.param(
            lambda s: made(s, scene=moved(s, 900, 0)), "160x120 picture, got none", id="outside the picture"
        ),
        pytest.param(lambda s: made(s, scene=moved(s, 0, -25)), "x too far", id="never detected"),
        pytest.param(
            lambda s: made(s, scene=files(s, homography=None)), "--homography FILE.*got none", id="no homography"
        ),
        pytest.param(
            lambda s: made(s, scene=files(s, coordinates="pixels")),
            "no homography with",
            id="a homography too many",
        ),
        pytest.param(lambda s: made(s, threshold=0.95), "x no detection", id="nothing sure enough"),
        pytest.param(lambda s: made(s, maker="detector"), "boxes alone on frame", id="a detector without masks"),
        pytest.param(lambda s: made(s, maker="chalk"), "mask maker", id="no such maker"),
        pytest.param(lambda s: made(s, anchor="ear"), "an anchor", id="no such anchor"),
        pytest.param(lambda s: made(s, maker="hand"), "folder of masks made by hand", id="no folder of masks"),
    ],
)
def test_bad_input_is_one_sentence(street, ask, says):
    with pytest.raises(PromptError, match=says):
        ask(street)


def test_a_homography_that_is_singular_is_one_sentence(street):
    (street / "H.txt").write_text("1 0 0\n2 0 0\n0 0 1\n")
    with pytest.raises(FormatError, match=r"H\.txt.*singular"):
        made(street)


def test_a_position_outside_the_picture_drops_its_frame(street):
    found = made(street, scene=moved(street, -11.5, 0), limit=400, examples=None)
    assert found.frames[0].reason is None
    found = made(street, scene=moved(street, -16, 0), limit=400, examples=None)
    assert found.frames[0].reason == "outside the picture"


def test_hidden_people_are_dropped_or_masked_as_far_as_they_are_seen(street):
    for frame in made(street, examples=None, most_overlap=1.0).kept:
        assert not (frame.example.mask_HW & ~painted(frame.frame_index, RED_ID)).any()
    tight = made(street, examples=None, most_overlap=0.2)
    assert {frame.frame_index for frame in tight.frames if frame.reason == "overlapped"} & set(HIDDEN)


def test_frames_far_apart_are_read_without_what_lies_between(street):
    source = open_source(np.zeros((200, 2, 2, 3), dtype=np.uint8))
    assert [frame.index for frame in frames_at(source, {150, 3, 5})] == [3, 5, 150]
    assert list(frames_at(source, [])) == []


def test_which_frames_a_detector_is_asked_on():
    annotated = list(range(0, 100, 2))
    assert frames_to_look_at(annotated, PersonMaskConfig(every=10)) == (0, 20, 40, 60, 80)
    assert len(frames_to_look_at(annotated, PersonMaskConfig(examples=5))) == 20
    assert frames_to_look_at(annotated, PersonMaskConfig(examples=None)) == tuple(annotated)


def job(street, **changes):
    return replace(
        PersonMaskJob(
            source=str(street / "frames"),
            scene=files(street),
            person_id=RED_ID,
            config=PersonMaskConfig(examples=4),
        ),
        **changes,
    )


def test_step_1_leaves_examples_a_sheet_and_a_report(street):
    report = run(job(street), street / "out")
    assert report == json.loads((street / "out/person_masks.json").read_text())
    assert report["counts"]["kept"] == 4
    person_id, examples = read_person_examples(street / "out")
    assert (person_id, len(examples)) == (RED_ID, 4)
    assert np.array_equal(examples[0].mask_HW, painted(examples[0].frame.index, RED_ID))
    with Image.open(street / "out/steps.png") as sheet:
        assert sheet.width > 900


def test_what_is_there_is_replaced_only_when_asked(street):
    run(job(street), street / "out")
    with pytest.raises(OutputError, match="--overwrite"):
        run(job(street), street / "out")
    run(job(street, config=PersonMaskConfig(examples=2)), street / "out", overwrite=True)
    assert len(read_person_examples(street / "out")[1]) == 2
    with pytest.raises(OutputError, match="no masks of a person"):
        run(job(street), street)

"""One person by its trajectory: masks over the whole time, whatever the tracker."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fakes import RED, PaintedTracker
from masklet.core.boxes import mask_of_box
from masklet.core.errors import FormatError, ModelError, OutputError, PromptError
from masklet.core.rle import decode
from masklet.core.values import FrameMasks
from masklet.formats.person_examples import write_person_examples
from masklet.masklets import open_masklets
from masklet.pipelines import Extras
from masklet.pipelines.person_masks import PersonMaskConfig
from masklet.pipelines.person_scene import SceneFiles
from masklet.pipelines.surveillance import SurveillanceJob, follow_person
from painted_people import BLUE_ID, FRAMES, GREEN_ID, RED_ID, SIZE_HW, boxes_at

PLAIN = Extras(overlay=False)


def job(street, **changes):
    scene = SceneFiles(trajectories=street / "people.txt", homography=street / "H.txt", convention="uv")
    plain = SurveillanceJob(
        source=str(street / "frames"),
        person_id=RED_ID,
        scene=scene,
        making=PersonMaskConfig(examples=3),
        frames_per_example=None,
    )
    return replace(plain, **changes)


def seen(index):
    """What is seen of red."""
    return mask_of_box(boxes_at(index)[RED_ID], SIZE_HW) & ~mask_of_box(boxes_at(index)[GREEN_ID], SIZE_HW)


def masks_of(folder):
    masklets = open_masklets(folder / "masklets.jsonl")
    return {index: masklets.objects(index) for index in masklets.frame_indices}


def test_a_person_is_masked_over_its_whole_time(street):
    record = follow_person(job(street), street / "run", extras=PLAIN)
    masks = masks_of(street / "run")
    assert (record["status"], len(masks)) == ("done", FRAMES)
    right = [len(m) == 1 and np.array_equal(decode(m[0].rle), seen(index)) for index, m in masks.items()]
    assert sum(right) >= FRAMES - 5
    assert all(item.object_id == RED_ID for items in masks.values() for item in items)


def test_the_examples_and_what_was_dropped_are_kept_beside_the_run(street):
    follow_person(job(street), street / "run", extras=PLAIN)
    report = json.loads((street / "run/examples/person_masks.json").read_text())
    assert report["counts"]["kept"] == 3
    assert (street / "run/examples/steps.png").is_file()


def only_from(street, first, last):
    """The trajectories with red in these frames alone."""
    rows = (street / "people.txt").read_text().splitlines()
    kept = [row for row in rows if float(row.split()[1]) != RED_ID or first <= float(row.split()[0]) <= last]
    (street / "people.txt").write_text("\n".join(kept))


def test_a_run_has_the_frames_of_the_span_alone(street):
    only_from(street, 3, 8)
    record = follow_person(job(street), street / "run", extras=PLAIN)
    assert record["settings"]["span"] == [3, 9]
    masklets = open_masklets(street / "run/masklets.jsonl")
    assert masklets.frame_indices == tuple(range(6))
    assert masklets.frame_name(0) == "00003"
    assert np.array_equal(decode(masklets.objects(0)[0].rle), seen(3))


def test_frames_before_the_first_example_are_walked_backward(street):
    folder = street / "drawn"
    drawn_at(folder, 8)
    by_hand = PersonMaskConfig(maker="hand", by_hand=folder)
    record = follow_person(job(street, making=by_hand), street / "run", extras=PLAIN)
    assert record["settings"]["direction"] == "both"
    assert np.array_equal(decode(masks_of(street / "run")[1][0].rle), seen(1))


def drawn_at(folder, index):
    from PIL import Image

    folder.mkdir()
    Image.fromarray(seen(index).astype(np.uint8) * 255).save(folder / f"{index:05d}.png")


class SpillingTracker(PaintedTracker):
    """Gives everybody to the object: what P2's network did with people alike."""

    def start(self):
        return SpillingSession(super().start())

    def restore(self, state):
        return SpillingSession(super().restore(state))


class SpillingSession:
    def __init__(self, inner):
        self._inner = inner

    def step(self, frame, prompts=()):
        masks = self._inner.step(frame, prompts)
        everybody_HW = (frame.image_HW3 != (90, 90, 90)).any(axis=2)
        return FrameMasks(
            masks.frame_index, masks.object_ids, np.stack([everybody_HW] * len(masks.object_ids)), masks.scores_N
        )

    def __getattr__(self, name):
        return getattr(self._inner, name)


class Learner(SpillingTracker):
    """Learns from examples; its sessions need no prompt."""

    def __init__(self):
        self.learned = []

    def learn(self, object_id, examples):
        self.learned.append((object_id, [example.frame.index for example in examples]))
        assert all(example.others_HW is not None for example in examples)
        return Learned(object_id)


class Learned(SpillingTracker):
    def __init__(self, object_id):
        self._object_id = object_id

    def start(self):
        session = super().start()
        session._inner._colours[self._object_id] = RED
        return session


def on_others(folder):
    """Pixels that cannot be red's: on green outside red's box, or on blue."""
    total = 0
    for index, items in masks_of(folder).items():
        own_HW = mask_of_box(boxes_at(index)[RED_ID], SIZE_HW)
        for other in (GREEN_ID, BLUE_ID):
            theirs_HW = mask_of_box(boxes_at(index)[other], SIZE_HW) & ~own_HW
            total += sum((decode(item.rle) & theirs_HW).sum() for item in items)
    return total


@pytest.mark.parametrize("tracker", [SpillingTracker, Learner], ids=["prompted", "learning"])
def test_the_check_takes_off_what_lies_on_other_people(street, tracker):
    follow_person(job(street, check=None), street / "plain", extras=PLAIN, tracker=tracker())
    follow_person(job(street), street / "checked", extras=PLAIN, tracker=tracker())
    assert on_others(street / "plain") > 20_000
    assert on_others(street / "checked") < 0.1 * on_others(street / "plain")


def test_a_tracker_that_learns_is_given_the_examples_first_and_no_prompts(street):
    learner = Learner()
    record = follow_person(job(street), street / "run", extras=PLAIN, tracker=learner)
    ((object_id, frames),) = learner.learned
    assert (object_id, len(frames)) == (RED_ID, 3)
    assert record["settings"]["prompts"] == []
    assert record["settings"]["more"]["kept"] == frames
    assert len(masks_of(street / "run")) == FRAMES


def test_a_run_that_is_finished_learns_nothing_again(street):
    follow_person(job(street), street / "run", extras=PLAIN, tracker=Learner())
    again = Learner()
    follow_person(job(street), street / "run", extras=PLAIN, tracker=again, resume=True)
    assert again.learned == []


class Failing(SpillingTracker):
    """Its loss came to no number."""

    def learn(self, object_id, examples):
        raise ModelError("Expected a loss that is a number, got NaN.")


def test_learning_that_fails_stops_the_run_with_its_reason(street):
    with pytest.raises(ModelError, match="got NaN"):
        follow_person(job(street), street / "run", extras=PLAIN, tracker=Failing())
    record = json.loads((street / "run/run.json").read_text())
    assert (record["status"], record["reason"]) == ("stopped", "Expected a loss that is a number, got NaN.")


@pytest.mark.parametrize(("tracker", "count"), [(PaintedTracker, 6), (Learner, 3)], ids=["prompted", "learning"])
def test_a_tracker_that_takes_prompts_gets_more_examples_of_a_long_time(street, tracker, count):
    record = follow_person(job(street, frames_per_example=4), street / "run", extras=PLAIN, tracker=tracker())
    assert len(record["settings"]["more"]["kept"]) == count


class Told(PaintedTracker):
    """Remembers which objects it was told of."""

    def __init__(self):
        self.objects = set()

    def start(self):
        session, step = super().start(), None
        step = session.step

        def told(frame, prompts=()):
            self.objects |= {prompt.object_id for prompt in prompts}
            return step(frame, prompts)

        session.step = told
        return session


@pytest.mark.parametrize(("follow_others", "told"), [(True, {1, 2, 3}), (False, {1})], ids=["all", "alone"])
def test_other_people_are_followed_beside_the_person(street, follow_others, told):
    tracker = Told()
    follow_person(job(street, follow_others=follow_others), street / "run", extras=PLAIN, tracker=tracker)
    assert tracker.objects == told


def test_step_2_works_with_a_folder_of_examples_alone(street):
    follow_person(job(street), street / "run", extras=PLAIN)
    alone = SurveillanceJob(source=str(street / "frames"), examples=street / "run/examples")
    record = follow_person(alone, street / "again", extras=PLAIN)
    assert record["settings"]["more"]["person"] == RED_ID
    assert len(masks_of(street / "again")) == FRAMES


def test_a_run_goes_on_where_it_was_and_refuses_other_settings(street):
    first = follow_person(job(street), street / "run", extras=PLAIN)
    assert follow_person(job(street), street / "run", extras=PLAIN, resume=True) == first
    with pytest.raises(OutputError, match="others for more"):
        follow_person(job(street, check=None), street / "run", extras=PLAIN, resume=True)
    with pytest.raises(OutputError, match="--overwrite"):
        follow_person(job(street), street / "run", extras=PLAIN)


def late(street):
    """Examples of a frame that red's time does not have."""
    follow_person(job(street), street / "run", extras=PLAIN)
    only_from(street, 23, 23)
    return job(street, examples=street / "run/examples")


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        pytest.param(lambda s: job(s, person_id=9), PromptError, "got 9", id="person not in the file"),
        pytest.param(lambda s: job(s, person_id=None), PromptError, "trajectories and the id", id="nobody named"),
        pytest.param(lambda s: job(s, scene=None), PromptError, "or a folder of examples", id="nothing given"),
        pytest.param(
            late, PromptError, "an example of person 1 in frames 23 to 23", id="examples of another time"
        ),
        pytest.param(
            lambda s: job(s, examples=s / "nowhere"), FormatError, "no such folder", id="no folder of examples"
        ),
        pytest.param(
            lambda s: job(s, scene=replace(job(s).scene, trajectories=s / "none.txt")),
            FormatError,
            r"none\.txt, got: No such file",
            id="no trajectories",
        ),
    ],
)
def test_bad_input_is_one_sentence(street, ask, error, says):
    with pytest.raises(error, match=says):
        follow_person(ask(street), street / "out", extras=PLAIN)
    assert not (street / "out").exists()


def test_a_person_numbered_0_is_no_object(street):
    text = (street / "people.txt").read_text().replace("\t1.0\t", "\t0.0\t")
    (street / "people.txt").write_text(text)
    with pytest.raises(PromptError, match="from 1 on"):
        follow_person(job(street, person_id=0), street / "out", extras=PLAIN)


def test_examples_of_somebody_else_are_found_by_their_id(street):
    follow_person(job(street), street / "run", extras=PLAIN)
    from masklet.formats.person_examples import read_person_examples

    _, examples = read_person_examples(street / "run/examples")
    write_person_examples(street / "run/examples", 5, examples)
    with pytest.raises(FormatError, match="say which one"):
        follow_person(
            SurveillanceJob(source=str(street / "frames"), examples=street / "run/examples"), street / "out"
        )


def test_what_is_coloured_otherwise_is_not_the_person(street):
    """Somebody painted blue stands where red should be."""
    found = follow_person(job(street, making=PersonMaskConfig(examples=3)), street / "run", extras=PLAIN)
    assert found["settings"]["more"]["check"]["alike"] == 0.5
    repaint(street, range(4))
    again = job(street, examples=street / "run/examples")
    follow_person(again, street / "again", extras=PLAIN, tracker=Learner())
    assert [bool(items) for items in masks_of(street / "again").values()][:6] == [False] * 4 + [True] * 2


def repaint(street, frames):
    from PIL import Image

    for index in frames:
        path = street / f"frames/{index:05d}.png"
        with Image.open(path) as image:
            image_HW3 = np.array(image)
        image_HW3[seen(index)] = (40, 60, 230)
        Image.fromarray(image_HW3).save(path)

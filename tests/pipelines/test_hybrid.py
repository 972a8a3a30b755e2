"""Hybrid: newcomers are picked up, the gone are ended, ids stay, a cut ends them all."""

import numpy as np
import pytest

from fakes import BLUE, GREEN, GROUND, RED, PaintedDetector, PaintedSegmenter, PaintedTracker, frame_of, walkers
from masklet.core.values import Box, Frame
from masklet.pipelines.hybrid import Hybrid
from masklet.pipelines.hybrid_config import HybridConfig
from masklet.pipelines.prompted import Prompted

WHITE = (250, 250, 250)


def hybrid(*, first_object_id=1, detector=None, **config):
    settings = HybridConfig(
        classes=("thing",), **{"detect_every": 1, "end_after": 3, "unsure_below": None, **config}
    )
    tracker = Prompted(PaintedTracker(), PaintedSegmenter())
    detector = detector or PaintedDetector(ground=(GROUND, WHITE))
    return Hybrid(detector, PaintedSegmenter(), tracker, settings, first_object_id=first_object_id)


def run(model, video_THW3, prompts=None):
    session = model.start()
    return [
        session.step(Frame(index, index / 25, image), (prompts or {}).get(index, ()))
        for index, image in enumerate(video_THW3)
    ]


def test_a_newcomer_gets_a_new_id_and_the_first_keeps_its_own():
    ids = [masks.object_ids for masks in run(hybrid(), walkers())]
    assert ids[:4] == [(1,)] * 4
    assert ids[4:9] == [(1, 2)] * 5


def test_who_is_gone_is_ended():
    masks = run(hybrid(), walkers(20))
    assert masks[-1].object_ids == (1,)
    assert not masks[10].masks_NHW[masks[10].object_ids.index(2)].any()


def test_with_one_look_a_shot_newcomers_stay_out():
    detector = PaintedDetector()
    ids = {masks.object_ids for masks in run(hybrid(detector=detector, detect_every=None), walkers())}
    assert ids == {(1,)}
    assert detector.asked == [0]


def test_the_only_look_waits_for_something_to_see():
    video = np.concatenate([np.stack([frame_of(0, []).image_HW3] * 3), walkers()])
    masks = run(hybrid(detect_every=None), video)
    assert [len(frame.object_ids) for frame in masks[:5]] == [0, 0, 0, 1, 1]


def test_the_detector_is_asked_every_k_frames():
    detector = PaintedDetector()
    run(hybrid(detector=detector, detect_every=5), walkers())
    assert detector.asked == [0, 5, 10]


def test_a_weak_detection_supports_but_begins_nothing():
    detector = PaintedDetector(scores={RED: 0.4})
    assert all(not masks.object_ids for masks in run(hybrid(detector=detector), walkers(4)))


def test_where_something_is_nearly_new_the_detector_is_asked_again():
    class Growing(PaintedDetector):
        def detect(self, frame):
            self._scores = {RED: 0.3 + 0.1 * frame.index}
            return super().detect(frame)

    detector = Growing()
    still = [frame_of(0, [(RED, 5, 10, 17, 40)]).image_HW3] * 10
    run(hybrid(detector=detector, detect_every=2, new_from=0.8), still)
    assert detector.asked == [0, 2, 4, 5, 7, 9]  # 0.7 at frame 4 is nearly 0.8


@pytest.mark.parametrize(("later", "seen"), [(0.6, (1,)), (0.2, ())])
def test_a_track_that_began_with_certainty_may_go_on_with_less(later, seen):
    class Fading(PaintedDetector):
        def detect(self, frame):
            self._scores = {RED: 0.95 if frame.index == 0 else later}
            return super().detect(frame)

    still = [frame_of(0, [(RED, 5, 10, 17, 40)]).image_HW3] * 12
    assert run(hybrid(detector=Fading(), new_from=0.8), still)[-1].object_ids == seen


def test_who_comes_back_is_known_again():
    there, away = [(RED, 10, 10, 30, 40)], []
    video = np.stack([frame_of(0, there if i < 3 or i > 12 else away).image_HW3 for i in range(16)])
    masks = run(hybrid(), video)
    assert masks[10].object_ids == ()
    assert masks[-1].object_ids == (1,)


@pytest.mark.parametrize(("later", "ids"), [(0.6, (1,)), (0.4, ())])
def test_who_was_lost_may_come_back_with_less_certainty(later, ids):
    class Fading(PaintedDetector):
        def detect(self, frame):
            self._scores = {RED: 0.95 if frame.index < 3 else later}
            return super().detect(frame)

    there, away = [(RED, 10, 10, 30, 40)], []
    video = np.stack([frame_of(0, there if i < 3 or i > 12 else away).image_HW3 for i in range(16)])
    assert run(hybrid(detector=Fading(), new_from=0.8), video)[-1].object_ids == ids


def test_a_look_alike_elsewhere_is_somebody_new():
    here, far = [(RED, 0, 0, 6, 6)], [(RED, 70, 50, 76, 56)]
    video = np.stack([frame_of(0, here if i < 3 else [] if i < 10 else far).image_HW3 for i in range(12)])
    masks = run(hybrid(), video)
    assert masks[-1].object_ids == (2,)


def test_no_id_is_carried_over_a_cut():
    video = np.concatenate([walkers(6), walkers(6, ground=WHITE)])
    masks = run(hybrid(), video)
    before = {i for frame in masks[:6] for i in frame.object_ids}
    after = {i for frame in masks[6:] for i in frame.object_ids}
    assert before == {1, 2}
    assert after == {3, 4}


def test_who_a_person_pointed_out_outlives_cut_and_detector():
    video = np.concatenate([walkers(6), walkers(6, ground=WHITE)])
    silent = PaintedDetector(ground=(GROUND, WHITE, RED, GREEN))
    masks = run(hybrid(first_object_id=8, detector=silent), video, {0: [Box(0, 7, (5, 10, 17, 40))]})
    assert {frame.object_ids for frame in masks} == {(7,)}


def test_found_ids_leave_room_for_ids_given_by_hand():
    masks = run(hybrid(first_object_id=4), walkers(6), {0: [Box(0, 3, (5, 10, 17, 40))]})
    assert masks[0].object_ids == (3,)
    assert masks[5].object_ids == (3, 4)


def test_a_mask_the_detector_disagrees_with_is_made_anew():
    class DriftingTracker(PaintedTracker):
        def start(self):
            session = super().start()
            honest, prompted = session.step, []

            def step(frame, prompts=()):
                prompted.extend(prompt.frame_index for prompt in prompts)
                masks = honest(frame, prompts)
                masks.masks_NHW[:, :25] = False  # only the feet are followed
                return masks

            session.step, self.prompted = step, prompted
            return session

    tracker = DriftingTracker()
    model = Hybrid(
        PaintedDetector(),
        PaintedSegmenter(),
        tracker,
        HybridConfig(classes=("thing",), detect_every=1, correct_after=3, unsure_below=None),
    )
    run(model, walkers(4))
    assert tracker.prompted == [0, 3]


class DoubtingTracker(PaintedTracker):
    """Is sure of all its masks but for those of some frames."""

    def __init__(self, unsure):
        self.unsure, self.prompted = unsure, []

    def start(self):
        session = super().start()
        honest = session.step

        def step(frame, prompts=()):
            self.prompted.extend(prompt.frame_index for prompt in prompts)
            masks = honest(frame, prompts)
            masks.scores_N[:] = 0.5 if frame.index in self.unsure else 0.9
            return masks

        session.step = step
        return session


def test_after_a_score_fell_the_detector_is_asked_once_and_the_object_segmented_anew():
    detector, tracker = PaintedDetector(), DoubtingTracker(unsure=(3, 4, 5))
    config = HybridConfig(classes=("thing",), detect_every=8, refresh_after=None, unsure_below=0.8)
    still = [frame_of(0, [(RED, 5, 10, 17, 40)]).image_HW3] * 12
    run(Hybrid(detector, PaintedSegmenter(), tracker, config), still)
    assert detector.asked == [0, 4]
    assert tracker.prompted == [0, 4]


def test_masks_carry_class_names():
    assert run(hybrid(), walkers(2))[1].labels_N == ("thing",)


@pytest.mark.parametrize("at", [0, 4, 7, 11], ids="after_{}".format)
def test_a_restored_session_goes_on_as_if_nothing_had_been(at):
    video = walkers(14)
    model = hybrid()
    expected = run(model, video)
    session = model.start()
    for index in range(at):
        session.step(Frame(index, 0.0, video[index]))
    restored = model.restore({name: array.copy() for name, array in session.state().items()})
    for index in range(at, len(video)):
        masks = restored.step(Frame(index, 0.0, video[index]))
        assert masks.object_ids == expected[index].object_ids
        assert (masks.masks_NHW == expected[index].masks_NHW).all()
        assert masks.scores_N.tolist() == expected[index].scores_N.tolist()


def test_a_copy_goes_its_own_way():
    video = walkers(6)
    session = hybrid().start()
    session.step(Frame(0, 0.0, video[0]))
    branch = session.copy()
    branch.remove(1)
    assert session.object_ids == (1,)
    assert branch.object_ids == ()


def test_two_detections_of_one_object_make_one_track():
    class Double(PaintedDetector):
        def detect(self, frame):
            once = super().detect(frame)
            return once.select(np.array([0, 0]))

    assert run(hybrid(detector=Double()), walkers(3))[-1].object_ids == (1,)


def test_blue_is_a_thing_of_its_own():
    video = np.stack([frame_of(0, [(RED, 5, 5, 15, 20), (BLUE, 40, 20, 60, 50)]).image_HW3] * 3)
    assert run(hybrid(), video)[-1].object_ids == (1, 2)

"""The four capabilities a network may offer. Weights are fixed; what is remembered of a video is a session."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from masklet.core.arrays import AnyArray, BoolArray, FloatArray, UInt8Array
from masklet.core.label_space import LabelSpace
from masklet.core.values import Detections, Frame, FrameMasks, Prompt


@runtime_checkable
class Detector(Protocol):
    """Finds objects of known classes in one picture."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names it can find."""
        ...

    def detect(self, frame: Frame) -> Detections:
        """Return what is in the frame, best first, boxes clipped to the picture."""
        ...

    def restricted(self, classes: Collection[str] | None = None, threshold: float | None = None) -> Detector:
        """Return a detector of these classes and scores only, sharing the network; None leaves as it is."""
        ...


@runtime_checkable
class Segmenter(Protocol):
    """Turns prompts on one picture into masks."""

    def segment(self, frame: Frame, prompts: Sequence[Prompt]) -> FrameMasks:
        """Return one mask for each object id among the prompts, in order of first mention.

        Several prompts of one object are taken together. The frame's embedding, where the network has one,
        is kept, so that more prompts on the same frame cost little.
        """
        ...


class Session(Protocol):
    """What a tracker remembers of one video. Its memory is bounded whatever the length of the video."""

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed."""
        ...

    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame and return the masks of all objects followed, an empty one where unseen.

        Prompts of this frame add objects or correct known ones. Frames come in any order the caller walks
        them (forward or backward); a frame stepped is a frame remembered.
        """
        ...

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        ...

    def copy(self) -> Session:
        """Return a session that goes on from here by itself (undo, branches)."""
        ...

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays, for `Tracker.restore`; no objects, no pickles."""
        ...


@runtime_checkable
class SharingSession(Protocol):
    """A session that also says how its objects share the pixels, where masks say only who has the most."""

    def shares(self) -> FloatArray:
        """Return share_NHW (float32, 0 to 1) of the objects followed, in the order of `object_ids`, on the frame
        that was stepped last; what they leave of 1 is the background's."""
        ...


@runtime_checkable
class Tracker(Protocol):
    """Follows objects through a video; sessions share its weights."""

    def start(self) -> Session:
        """Return a session that remembers nothing yet."""
        ...

    def restore(self, state: Mapping[str, AnyArray]) -> Session:
        """Return a session that goes on exactly where the one that gave this state stood."""
        ...


@dataclass(frozen=True, kw_only=True)
class Example:
    """A frame of a video of which an object's mask is known."""

    frame: Frame
    mask_HW: BoolArray
    others_HW: BoolArray | None = None
    """Pixels that are known to be of other objects alike; none: nothing is known of them."""


@runtime_checkable
class OnlineLearner(Tracker, Protocol):
    """A tracker that learns an object from examples before it segments (OSVOS); plain trackers take prompts."""

    def learn(self, object_id: int, examples: Sequence[Example]) -> Tracker:
        """Return a tracker whose sessions follow the object from their first frame on.

        Raise PromptError where no example shows the object, ModelError where learning came to no number.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One step of online training."""

    step: int
    """Counted from 0."""
    steps: int
    """Steps at most."""
    seconds: float
    """Since learning began."""
    seconds_left: float
    """Until steps or time are over, at the pace so far."""
    loss: float
    learning_rate: float


class LearningProgress(Protocol):
    """Hands on the steps of online training and may show how far they are."""

    def __call__(self, object_id: int, moments: Iterable[Moment]) -> Iterator[Moment]:
        """Yield every step of learning an object."""
        ...


class Learned(Protocol):
    """What online training made of an object."""

    def write(self, folder: Path, object_id: int) -> None:
        """Write weights, OBJECT.csv (a row for each step, `step` and `loss` among its columns) and the like, in
        place of what the folder has of that object; raise OutputError where that fails."""
        ...


@runtime_checkable
class WatchedLearner(Protocol):
    """A tracker whose online training can be watched, in `learn` and where its sessions are prompted."""

    def watched(
        self, progress: LearningProgress | None = None, keep: Callable[[int, Learned], None] | None = None
    ) -> Tracker:
        """Return the same tracker; every step of its online training is handed through `progress`, and `keep` is
        called with what came of it whenever an object has been learned, for the first time or anew."""
        ...


@runtime_checkable
class SemanticModel(Protocol):
    """Gives every pixel a class."""

    @property
    def label_space(self) -> LabelSpace:
        """The classes; a pixel's value in the label map is a position in it."""
        ...

    def scores(self, frame: Frame) -> FloatArray:
        """Return logits_LHW (float32) at the size of the frame; their softmax over L are probabilities."""
        ...

    def label(self, frame: Frame) -> UInt8Array:
        """Return label_map_HW: the best class of every pixel, or VOID (255) where nothing is said."""
        ...

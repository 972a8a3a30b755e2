"""The four capabilities a network may offer. Weights are fixed; what is remembered of a video is a session."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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


@runtime_checkable
class Learned(Protocol):
    """What an `OnlineLearner` made, which can say how."""

    def write_learned(self, folder: Path) -> Mapping[int, tuple[list[int], list[float]]]:
        """Write each object's weights and losses into a folder; return steps and losses by object."""
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

"""What OSVOS remembers of a video: a network for each object, and the frames it learned from.

Shapes: N objects, H W pixels.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import AnyArray, BoolArray, FloatArray
from masklet.core.masks import mask_iou, without_fragments
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.layers.friends import Friends, are_friends, befriended
from masklet.models.layers.given import given_masks, not_followed
from masklet.models.osvos.examples_state import examples_from, examples_state
from masklet.models.osvos.head import OsvosNetwork
from masklet.models.osvos.learner import Learner
from masklet.models.osvos.looking import sure_parts
from masklet.models.protocols import Example

_ANOTHER = 0.2
"""A correction that overlaps less with what was found is of something else: what was learned before is dropped."""


@dataclass(frozen=True, eq=False)
class Known:
    """An object: the network that segments it, and what that was learned from."""

    network: OsvosNetwork
    examples: tuple[Example, ...]

    @property
    def area_share(self) -> float | None:
        """How much of its frames the object filled where it was learned, the mean; None where nothing was."""
        shares = [float(each.mask_HW.mean()) for each in self.examples if each.mask_HW.any()]
        return sum(shares) / len(shares) if shares else None


class OsvosSession:
    """A `Session`: a prompted mask is learned at once, then every frame is segmented by itself.

    All it remembers is replaced, never changed, so that copies share it safely.
    """

    def __init__(self, learner: Learner, known: Mapping[int, Known]) -> None:
        self._learner = learner
        self._known = dict(known)
        self._friends: Friends = frozenset()
        self._size_HW: tuple[int, int] | None = None

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed, in the order of their coming."""
        return tuple(self._known)

    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take a frame and return the masks of all objects followed, an empty one where unseen.

        A mask prompt is returned as it came, with score 1, and is learned: by itself where the object is new or
        was taken for something else, with the masks of earlier frames otherwise; the masks of other objects on
        the frame are what it is not. Raise PromptError for points, boxes, a mask of another size, of another
        frame or empty for a new object, ShapeError for a frame of another size than the ones before.
        """
        return self.steps([frame], prompts)[0]

    def steps(self, frames: Sequence[Frame], prompts: Sequence[Prompt] = ()) -> list[FrameMasks]:
        """Take frames of one size at once, prompts being of the first, and return their masks: as `step` for each,
        in one batch of the network."""
        first = frames[0]
        given = given_masks(first, prompts, followed=self._known, size_HW=self._size_HW)
        for frame in frames[1:]:
            given_masks(frame, (), followed=self._known, size_HW=first.size_HW)
        self._size_HW = first.size_HW
        friends = befriended(self._friends, given)
        self._known = self._known | {
            object_id: self._learned(first, object_id, given, friends)
            for object_id, mask_HW in given.items()
            if mask_HW.any()
        }
        self._friends = friends
        found = {
            object_id: self._learner.probabilities(
                known.network, [frame.image_HW3 for frame in frames], known.area_share
            )
            for object_id, known in self._known.items()
        }
        masks = []
        for number, frame in enumerate(frames):
            probability = {object_id: each_BHW[number] for object_id, each_BHW in found.items()}
            masks.append(self._masks(frame, probability, given if number == 0 else {}))
        return masks

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        if object_id not in self._known:
            raise not_followed(object_id, self.object_ids)
        self._known = {each: known for each, known in self._known.items() if each != object_id}
        self._friends = frozenset(pair for pair in self._friends if object_id not in pair)

    def copy(self) -> OsvosSession:
        """Return a session that goes on from here by itself."""
        return copy.copy(self)

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays: the weights of each object's network among them."""
        arrays: dict[str, AnyArray] = {
            "size_HW": np.array(self._size_HW or (), dtype=np.int64),
            "object_ids_N": np.array(self.object_ids, dtype=np.int64),
            "friends_K2": np.array(sorted(self._friends), dtype=np.int64).reshape(-1, 2),
        }
        for object_id, known in self._known.items():
            for name, value in known.network.state_dict().items():
                arrays[f"{object_id}.network.{name}"] = value.detach().cpu().numpy()
            arrays |= examples_state(known.examples, f"{object_id}.examples")
        return arrays

    @classmethod
    def from_state(cls, learner: Learner, state: Mapping[str, AnyArray]) -> OsvosSession:
        """Return a session that goes on where the one that gave this state stood."""
        known = {}
        for object_id in state["object_ids_N"].tolist():
            prefix = f"{object_id}.network."
            weights = {
                name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)
            }
            known[object_id] = Known(learner.network_of(weights), examples_from(state, f"{object_id}.examples"))
        session = cls(learner, known)
        size_HW = [int(value) for value in state["size_HW"]]
        session._size_HW = (size_HW[0], size_HW[1]) if size_HW else None
        session._friends = frozenset((first, second) for first, second in state["friends_K2"].tolist())
        return session

    def _learned(self, frame: Frame, object_id: int, given: Mapping[int, BoolArray], friends: Friends) -> Known:
        """Return the object as it is known after its prompt."""
        mask_HW = given[object_id]
        others_HW = np.zeros(frame.size_HW, dtype=bool)
        for other, other_HW in given.items():
            if other != object_id and not are_friends(friends, object_id, other):
                others_HW |= other_HW & ~mask_HW
        before: tuple[Example, ...] = ()
        if object_id in self._known:
            known = self._known[object_id]
            found_HW = (
                self._learner.probabilities(known.network, [frame.image_HW3])[0] > self._learner.config.decided_at
            )
            if float(mask_iou(found_HW[None], mask_HW[None])[0, 0]) >= _ANOTHER:
                before = known.examples
        example = Example(frame=frame, mask_HW=mask_HW, others_HW=others_HW if others_HW.any() else None)
        examples = self._learner.kept((*before, example))
        return Known(self._learner.learn(object_id, examples).network, examples)

    def _masks(
        self, frame: Frame, probability: Mapping[int, FloatArray], given: Mapping[int, BoolArray]
    ) -> FrameMasks:
        """Return masks that share no pixel but with friends; a pixel is the likeliest rival's."""
        config = self._learner.config
        ids = tuple(dict.fromkeys((*self._known, *given)))
        masks_NHW, scores = np.zeros((len(ids), *frame.size_HW), dtype=bool), np.zeros(len(ids))
        for position, object_id in enumerate(ids):
            if object_id in given:
                masks_NHW[position], scores[position] = given[object_id], float(given[object_id].any())
                continue
            own_HW = probability[object_id]
            mask_HW = sure_parts(own_HW, threshold=config.decided_at, sure=config.sure)
            for other in ids:
                if other == object_id or are_friends(self._friends, object_id, other):
                    continue
                mask_HW &= ~given[other] if other in given else own_HW >= probability[other]
            if config.fragments:
                mask_HW = without_fragments(mask_HW, config.fragments)
            masks_NHW[position] = mask_HW
            scores[position] = float(own_HW[mask_HW].mean()) if mask_HW.any() else 0.0
        return FrameMasks(frame.index, ids, masks_NHW, scores)

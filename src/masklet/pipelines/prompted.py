"""A tracker that takes masks, made to take points and boxes too: a segmenter turns them into masks first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from masklet.core.arrays import AnyArray
from masklet.core.errors import PromptError
from masklet.core.values import Frame, FrameMasks, MaskPrompt, Points, Prompt
from masklet.models.protocols import Segmenter, Session, Tracker


class Prompted:
    """Tracker whose sessions take any prompt; see `PromptedSession`."""

    def __init__(self, tracker: Tracker, segmenter: Segmenter) -> None:
        self._tracker = tracker
        self._segmenter = segmenter

    def start(self) -> PromptedSession:
        """Return a session that remembers nothing yet."""
        return PromptedSession(self._tracker.start(), self._segmenter)

    def restore(self, state: Mapping[str, AnyArray]) -> PromptedSession:
        """Return a session that goes on where the one that gave this state stood."""
        return PromptedSession(self._tracker.restore(state), self._segmenter)


class PromptedSession:
    """The inner session, with masks in place of clicks and boxes.

    Clicks on an object that is already followed correct the mask it would have on this frame.
    """

    def __init__(self, session: Session, segmenter: Segmenter) -> None:
        self._session = session
        self._segmenter = segmenter

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed."""
        return self._session.object_ids

    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame; raise PromptError where a click or box shows no object."""
        masks_given = [prompt for prompt in prompts if isinstance(prompt, MaskPrompt)]
        to_segment: list[Prompt] = [prompt for prompt in prompts if not isinstance(prompt, MaskPrompt)]
        if to_segment:
            segmented = self._segment(frame, to_segment, prompts)
            replaced = {mask.object_id for mask in segmented}
            masks_given = [mask for mask in masks_given if mask.object_id not in replaced] + segmented
        return self._session.step(frame, masks_given)

    def _segment(self, frame: Frame, to_segment: list[Prompt], prompts: Sequence[Prompt]) -> list[MaskPrompt]:
        found = self._segmenter.segment(frame, [*self._masks_to_correct(frame, to_segment, prompts), *to_segment])
        asked = {prompt.object_id for prompt in to_segment}
        masks = [
            MaskPrompt(frame.index, object_id, mask_HW)
            for object_id, mask_HW in zip(found.object_ids, found.masks_NHW, strict=True)
            if object_id in asked
        ]
        for mask in masks:
            if not mask.mask_HW.any():
                raise PromptError(
                    f"Expected an object at the prompt of object {mask.object_id} on frame {frame.index}, "
                    "found nothing there; move the click or draw a box around it."
                )
        return masks

    def _masks_to_correct(
        self, frame: Frame, to_segment: list[Prompt], prompts: Sequence[Prompt]
    ) -> list[MaskPrompt]:
        """Return the masks that clicks refer to: one given beside them, else what the session expects here."""
        clicked = {prompt.object_id for prompt in to_segment if isinstance(prompt, Points)}
        given = [p for p in prompts if isinstance(p, MaskPrompt) and p.object_id in clicked]
        known = clicked & set(self._session.object_ids) - {prompt.object_id for prompt in given}
        if not known:
            return given
        expected = self._session.copy().step(frame)
        return given + [
            MaskPrompt(frame.index, object_id, mask_HW)
            for object_id, mask_HW in zip(expected.object_ids, expected.masks_NHW, strict=True)
            if object_id in known and mask_HW.any()
        ]

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        self._session.remove(object_id)

    def copy(self) -> PromptedSession:
        """Return a session that goes on from here by itself."""
        return PromptedSession(self._session.copy(), self._segmenter)

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        return self._session.state()

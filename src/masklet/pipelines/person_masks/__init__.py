"""Masks of one person, made from annotated positions; what to learn from or to begin with."""

from masklet.pipelines.person_masks.make import Networks, make_person_masks
from masklet.pipelines.person_masks.outcome import PersonFrame, PersonMasks
from masklet.pipelines.person_masks.settings import MAKERS, PersonMaskConfig

__all__ = ["MAKERS", "Networks", "PersonFrame", "PersonMaskConfig", "PersonMasks", "make_person_masks"]

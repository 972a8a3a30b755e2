"""What can go wrong while a network learns."""

from masklet.core.errors import MaskletError


class TrainingError(MaskletError):
    """Settings that do not fit, a recipe that is not one, or a run that cannot go on."""

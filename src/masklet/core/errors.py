"""Every error a user can cause: one sentence that says what was expected, what came, what to do next."""


class MaskletError(Exception):
    """The parent of all of them. The command line prints its message alone and exits with 1."""


class ShapeError(MaskletError):
    """Arrays whose shapes do not belong together."""


class SourceError(MaskletError):
    """A video, folder or camera that cannot be read."""


class PromptError(MaskletError):
    """A point, box or mask that does not fit the video or the model."""


class FormatError(MaskletError):
    """A file that is not what its format says, or values a format cannot hold."""


class WeightsError(MaskletError):
    """Trained weights that are missing, damaged or not what was asked for."""


class ModelError(MaskletError):
    """A network that is not known, or that cannot do what it is asked for."""


class OutputError(MaskletError):
    """An output folder or file that cannot be written."""


class EvaluationError(MaskletError):
    """Predictions and truth that cannot be compared."""


class MissingExtraError(MaskletError):
    """A part of masklet whose optional package is not installed."""

    def __init__(self, what: str, *, extra: str) -> None:
        super().__init__(f"{what} needs an optional package: pip install 'masklet[{extra}]'.")

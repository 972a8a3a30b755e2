"""One file per benchmark: where its files lie and what its splits are. Iterating one opens no picture."""

from masklet.datasets.clip import Clip
from masklet.datasets.davis import Davis2016, Davis2017
from masklet.datasets.mot import MotSequence, mot_sequences
from masklet.datasets.youtube_vos import YoutubeVos

__all__ = ["Clip", "Davis2016", "Davis2017", "MotSequence", "YoutubeVos", "mot_sequences"]

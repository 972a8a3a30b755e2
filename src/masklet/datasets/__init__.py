"""One file per benchmark: where its files lie and what its splits are. Iterating one opens no picture."""

from masklet.datasets.cityscapes import Cityscapes
from masklet.datasets.clip import Clip
from masklet.datasets.coco_persons import CocoPersons, YoloPersons
from masklet.datasets.davis import Davis2016, Davis2017
from masklet.datasets.layouts import open_people
from masklet.datasets.mose import Mose
from masklet.datasets.mot import MotSequence, mot_sequences
from masklet.datasets.mots import MotsSequence, mots_sequences
from masklet.datasets.ochuman import OCHuman
from masklet.datasets.penn_fudan import PennFudan
from masklet.datasets.people import People, PeoplePicture, PicturedPeople
from masklet.datasets.pie import Pie, PieTracks, PieVideo
from masklet.datasets.pie_clips import PieClip, draw_test_clips, pie_clips, split_clips
from masklet.datasets.single_objects import SingleObjects, write_single_objects
from masklet.datasets.youtube_vos import YoutubeVos

__all__ = [
    "Cityscapes",
    "Clip",
    "CocoPersons",
    "Davis2016",
    "Davis2017",
    "Mose",
    "MotSequence",
    "MotsSequence",
    "OCHuman",
    "PennFudan",
    "People",
    "PeoplePicture",
    "PicturedPeople",
    "Pie",
    "PieClip",
    "PieTracks",
    "PieVideo",
    "SingleObjects",
    "YoloPersons",
    "YoutubeVos",
    "draw_test_clips",
    "mot_sequences",
    "mots_sequences",
    "open_people",
    "pie_clips",
    "split_clips",
    "write_single_objects",
]

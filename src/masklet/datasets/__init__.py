"""One file per benchmark: where its files lie and what its splits are. Iterating one opens no picture."""

from masklet.datasets.ade20k import Ade20k
from masklet.datasets.camvid import CamVid
from masklet.datasets.cityscapes import Cityscapes
from masklet.datasets.class_statistics import ClassStatistics, class_statistics
from masklet.datasets.clip import Clip
from masklet.datasets.coco_persons import CocoPersons, YoloPersons
from masklet.datasets.davis import Davis2016, Davis2017
from masklet.datasets.labelled import (
    LabelledPicture,
    LabelledPictures,
    PictureList,
    joined,
    only_videos,
    videos_of,
)
from masklet.datasets.labelled_folder import LabelledFolder
from masklet.datasets.labelled_layouts import open_labelled
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
from masklet.datasets.via import ViaPictures
from masklet.datasets.voc import VocSegmentation
from masklet.datasets.youtube_vos import YoutubeVos

__all__ = [
    "Ade20k",
    "CamVid",
    "Cityscapes",
    "ClassStatistics",
    "Clip",
    "CocoPersons",
    "Davis2016",
    "Davis2017",
    "LabelledFolder",
    "LabelledPicture",
    "LabelledPictures",
    "Mose",
    "MotSequence",
    "MotsSequence",
    "OCHuman",
    "PennFudan",
    "People",
    "PeoplePicture",
    "PictureList",
    "PicturedPeople",
    "Pie",
    "PieClip",
    "PieTracks",
    "PieVideo",
    "SingleObjects",
    "ViaPictures",
    "VocSegmentation",
    "YoloPersons",
    "YoutubeVos",
    "class_statistics",
    "draw_test_clips",
    "joined",
    "mot_sequences",
    "mots_sequences",
    "only_videos",
    "open_labelled",
    "open_people",
    "pie_clips",
    "split_clips",
    "videos_of",
    "write_single_objects",
]

"""What a person or a sensor says about objects: points, boxes and masks, from flags, files and label maps;
trajectories, and the way from the ground into the picture."""

from masklet.prompts.check import check_prompts
from masklet.prompts.file import SCHEMA, parse_prompts, prompts_to_json, read_prompts, write_prompts
from masklet.prompts.flags import MaskFlag, parse_box, parse_mask, parse_points, prompts_from_flags
from masklet.prompts.ground import GroundMap, Pixels, ProportionalApproximation
from masklet.prompts.group import group_by_frame
from masklet.prompts.homography import Convention, Homography, Judgement, judge_convention, read_homography
from masklet.prompts.label_map import ReadLabelMap, mask_prompts, only_mask
from masklet.prompts.positions import Positions
from masklet.prompts.trajectories import Trajectories, Trajectory
from masklet.prompts.trajectory_file import read_trajectories

__all__ = [
    "SCHEMA",
    "Convention",
    "GroundMap",
    "Homography",
    "Judgement",
    "MaskFlag",
    "Pixels",
    "Positions",
    "ProportionalApproximation",
    "ReadLabelMap",
    "Trajectories",
    "Trajectory",
    "check_prompts",
    "group_by_frame",
    "judge_convention",
    "mask_prompts",
    "only_mask",
    "parse_box",
    "parse_mask",
    "parse_points",
    "parse_prompts",
    "prompts_from_flags",
    "prompts_to_json",
    "read_homography",
    "read_prompts",
    "read_trajectories",
    "write_prompts",
]

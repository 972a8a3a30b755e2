"""What a person or a sensor says about objects: points, boxes and masks, from flags, files and label maps."""

from masklet.prompts.check import check_prompts
from masklet.prompts.file import SCHEMA, parse_prompts, prompts_to_json, read_prompts, write_prompts
from masklet.prompts.flags import MaskFlag, parse_box, parse_mask, parse_points, prompts_from_flags
from masklet.prompts.group import group_by_frame
from masklet.prompts.label_map import ReadLabelMap, mask_prompts, only_mask

__all__ = [
    "SCHEMA",
    "MaskFlag",
    "ReadLabelMap",
    "check_prompts",
    "group_by_frame",
    "mask_prompts",
    "only_mask",
    "parse_box",
    "parse_mask",
    "parse_points",
    "parse_prompts",
    "prompts_from_flags",
    "prompts_to_json",
    "read_prompts",
    "write_prompts",
]

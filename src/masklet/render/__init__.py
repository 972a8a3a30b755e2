"""Pictures of masks: overlays, cut-outs, contact sheets, videos; one colour for each id throughout."""

from masklet.render.overlay import overlay
from masklet.render.palette import colour_of
from masklet.render.sheet import contact_sheet, evenly
from masklet.render.styles import cut_out, masks_only, side_by_side
from masklet.render.video import Draw, render_sheet, render_video, write_picture

__all__ = [
    "Draw",
    "colour_of",
    "contact_sheet",
    "cut_out",
    "evenly",
    "masks_only",
    "overlay",
    "render_sheet",
    "render_video",
    "side_by_side",
    "write_picture",
]

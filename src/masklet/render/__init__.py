"""Pictures of masks: overlays, cut-outs, contact sheets, videos; one colour for each id throughout."""

from masklet.render.overlay import overlay
from masklet.render.palette import colour_of
from masklet.render.sheet import contact_sheet, evenly
from masklet.render.styles import Draw, beside, cut_out, masks_only, only, side_by_side
from masklet.render.video import (
    SHEET_TILES,
    render_frames,
    render_sheet,
    render_video,
    require_picture_name,
    sheet_frame,
    write_picture,
)

__all__ = [
    "SHEET_TILES",
    "Draw",
    "beside",
    "colour_of",
    "contact_sheet",
    "cut_out",
    "evenly",
    "masks_only",
    "only",
    "overlay",
    "render_frames",
    "render_sheet",
    "render_video",
    "require_picture_name",
    "sheet_frame",
    "side_by_side",
    "write_picture",
]

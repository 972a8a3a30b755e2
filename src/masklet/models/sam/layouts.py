"""The layouts that trained weights come in: that of segment-anything, which is ours, and that of transformers.

Both hold the same tensors under other names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

_UNUSED = ("image_encoder.norm_head.", "image_encoder.head.")
"""The released MobileSAM file still holds the classifier that its encoder was first trained with."""

_FROM_TRANSFORMERS = tuple(
    (re.compile(pattern), ours)
    for pattern, ours in (
        (
            r"^shared_image_embedding\.positional_embedding$",
            r"prompt_encoder.shared_embedding.positional_embedding",
        ),
        (
            r"^prompt_encoder\.shared_embedding\.positional_embedding$",
            r"prompt_encoder.pe_layer.positional_encoding_gaussian_matrix",
        ),
        (r"^vision_encoder\.patch_embed\.projection\.", r"image_encoder.patch_embed.proj."),
        (r"^vision_encoder\.layers\.(\d+)\.layer_norm(\d)\.", r"image_encoder.blocks.\1.norm\2."),
        (r"^vision_encoder\.layers\.", r"image_encoder.blocks."),
        (r"^vision_encoder\.neck\.conv1\.", r"image_encoder.neck.0."),
        (r"^vision_encoder\.neck\.layer_norm1\.", r"image_encoder.neck.1."),
        (r"^vision_encoder\.neck\.conv2\.", r"image_encoder.neck.2."),
        (r"^vision_encoder\.neck\.layer_norm2\.", r"image_encoder.neck.3."),
        (r"^vision_encoder\.", r"image_encoder."),
        (r"^prompt_encoder\.point_embed\.", r"prompt_encoder.point_embeddings."),
        (r"^prompt_encoder\.mask_embed\.conv1\.", r"prompt_encoder.mask_downscaling.0."),
        (r"^prompt_encoder\.mask_embed\.layer_norm1\.", r"prompt_encoder.mask_downscaling.1."),
        (r"^prompt_encoder\.mask_embed\.conv2\.", r"prompt_encoder.mask_downscaling.3."),
        (r"^prompt_encoder\.mask_embed\.layer_norm2\.", r"prompt_encoder.mask_downscaling.4."),
        (r"^prompt_encoder\.mask_embed\.conv3\.", r"prompt_encoder.mask_downscaling.6."),
        (
            r"^mask_decoder\.transformer\.layers\.(\d)\.layer_norm(\d)\.",
            r"mask_decoder.transformer.layers.\1.norm\2.",
        ),
        (r"^mask_decoder\.transformer\.layer_norm_final_attn\.", r"mask_decoder.transformer.norm_final_attn."),
        (r"^mask_decoder\.upscale_conv1\.", r"mask_decoder.output_upscaling.0."),
        (r"^mask_decoder\.upscale_layer_norm\.", r"mask_decoder.output_upscaling.1."),
        (r"^mask_decoder\.upscale_conv2\.", r"mask_decoder.output_upscaling.3."),
        (r"^(mask_decoder\.(?:output_hyper|iou_pred).+)\.layers\.0\.", r"\1.layers.1."),
        (r"^(mask_decoder\.(?:output_hyper|iou_pred).+)\.proj_in\.", r"\1.layers.0."),
        (r"^(mask_decoder\.(?:output_hyper|iou_pred).+)\.proj_out\.", r"\1.layers.2."),
    )
)
"""Applied one after the other; the code of places is there twice, or once under either name."""


def released(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights under the names of segment-anything, from either layout; what is never used is left out."""
    if any(name.startswith("vision_encoder.") for name in state):
        return {_renamed(name): value for name, value in state.items()}
    return {name: value for name, value in state.items() if not name.startswith(_UNUSED)}


def _renamed(name: str) -> str:
    for pattern, ours in _FROM_TRANSFORMERS:
        name = pattern.sub(ours, name)
    return name

"""Detectors of transformers with few channels and made-up weights, in folders as transformers keeps them."""

import json

from masklet.core.label_spaces.coco import COCO_THINGS

NAMES = {0: "person", 1: "motorbike", 2: "N/A", 3: "sofa", 4: "Unicorn"}


def save_tiny(model_type, folder, *, seed=0, names=NAMES):
    """Write config.json and model.safetensors of a small network of this kind; return the network."""
    import torch
    import transformers
    from transformers.utils import logging

    torch.manual_seed(seed)
    config = _CONFIGS[model_type](transformers)
    config.id2label = dict(names)
    config.label2id = {name: number for number, name in names.items()}
    network = transformers.AutoModelForObjectDetection.from_config(config).eval()
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    network.save_pretrained(folder)
    if bars:
        logging.enable_progress_bar()
    if model_type == "rf_detr":
        say(folder, size={"height": 112, "width": 112})
    return network


def say(folder, **said):
    """Write preprocessor_config.json."""
    (folder / "preprocessor_config.json").write_text(json.dumps(said))


def coco_names():
    """COCO's 91 numbers, as DETR's files name them: those it does not use are N/A."""
    unused = (0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
    used = iter(COCO_THINGS)
    return {number: "N/A" if number in unused else next(used) for number in range(91)}


def _rt_detr(name):
    def config(transformers):
        backbone = transformers.RTDetrResNetConfig(
            embedding_size=8, hidden_sizes=[8, 16, 32, 64], depths=[1] * 4, layer_type="basic",
            out_features=["stage2", "stage3", "stage4"],
        )  # fmt: skip
        channels = {"encoder_in_channels": [16, 32, 64]}
        return getattr(transformers, name)(backbone_config=backbone, **channels, **_SMALL_ENCODER)

    return config


def _d_fine(transformers):
    backbone = transformers.HGNetV2Config(
        embedding_size=8, stem_channels=[3, 8, 8], hidden_sizes=[16, 16, 32, 32], depths=[1] * 4,
        stage_in_channels=[8, 16, 16, 32], stage_mid_channels=[8] * 4, stage_out_channels=[16, 16, 32, 32],
        stage_num_blocks=[1] * 4, stage_numb_of_layers=[1] * 4, stage_kernel_size=[3] * 4,
        stage_downsample=[False, True, True, True], stage_light_block=[False] * 4,
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    return transformers.DFineConfig(backbone_config=backbone, encoder_in_channels=[16, 32, 32], **_SMALL_ENCODER)


def _detr(name, *, stages=("stage4",), **more):
    def config(transformers):
        backbone = transformers.ResNetConfig(
            embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1] * 4, layer_type="basic",
            out_features=list(stages),
        )  # fmt: skip
        width = {"hidden_size": 32} if name == "DabDetrConfig" else {"d_model": 32}
        return getattr(transformers, name)(
            use_timm_backbone=False, backbone=None, backbone_config=backbone, num_queries=20, encoder_layers=1,
            decoder_layers=2, encoder_ffn_dim=32, decoder_ffn_dim=32, encoder_attention_heads=2,
            decoder_attention_heads=2, **width, **more,
        )  # fmt: skip

    return config


def _yolos(transformers):
    return transformers.YolosConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=[64, 96],
        num_detection_tokens=10,
    )  # fmt: skip


def _rf_detr(transformers):
    backbone = transformers.RfDetrDinov2Config(
        hidden_size=24, num_hidden_layers=4, num_attention_heads=2, image_size=56, patch_size=14, num_windows=2,
        out_features=["stage2", "stage4"],
    )  # fmt: skip
    return transformers.RfDetrConfig(
        backbone_config=backbone, d_model=32, num_queries=20, group_detr=2, decoder_layers=2,
        decoder_self_attention_heads=2, decoder_cross_attention_heads=2, decoder_n_points=2, decoder_ffn_dim=32,
    )  # fmt: skip


_SMALL_ENCODER = {
    "encoder_hidden_dim": 32,
    "encoder_layers": 1,
    "encoder_ffn_dim": 32,
    "encoder_attention_heads": 2,
    "d_model": 32,
    "num_queries": 30,
    "decoder_in_channels": [32, 32, 32],
    "decoder_ffn_dim": 32,
    "decoder_layers": 2,
    "decoder_attention_heads": 2,
    "num_denoising": 0,
}

_CONFIGS = {
    "rt_detr": _rt_detr("RTDetrConfig"),
    "rt_detr_v2": _rt_detr("RTDetrV2Config"),
    "d_fine": _d_fine,
    "detr": _detr("DetrConfig"),
    "conditional_detr": _detr("ConditionalDetrConfig"),
    "deformable_detr": _detr("DeformableDetrConfig", stages=("stage2", "stage3", "stage4")),
    "dab-detr": _detr("DabDetrConfig"),
    "yolos": _yolos,
    "rf_detr": _rf_detr,
}
MODEL_TYPES = tuple(_CONFIGS)

"""Our SAM gives the numbers of transformers' SAM, and takes its weights, with random weights of a tiny network."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from masklet.models.sam.layouts import released  # noqa: E402
from masklet.models.sam.network import Sam  # noqa: E402
from tiny_sam import CELLS, TINY_SAM  # noqa: E402


@pytest.fixture(scope="module")
def theirs():
    from transformers import SamConfig, SamModel

    encoder, config = TINY_SAM.encoder, TINY_SAM
    torch.manual_seed(0)
    model = SamModel(
        SamConfig(
            vision_config={
                "hidden_size": encoder.width,
                "output_channels": config.channels,
                "num_hidden_layers": encoder.depth,
                "num_attention_heads": encoder.heads,
                "image_size": config.side,
                "patch_size": encoder.patch,
                "window_size": encoder.window,
                "global_attn_indexes": list(encoder.global_blocks),
                "mlp_dim": 4 * encoder.width,
                "num_pos_feats": config.channels // 2,
            },
            prompt_encoder_config={
                "hidden_size": config.channels,
                "image_size": config.side,
                "patch_size": encoder.patch,
            },
            mask_decoder_config={
                "hidden_size": config.channels,
                "mlp_dim": config.hidden,
                "num_hidden_layers": config.depth,
                "num_attention_heads": config.heads,
            },
        )
    ).eval()
    for parameter in model.parameters():  # theirs begin at 0 or near it, where nothing would show
        torch.nn.init.normal_(parameter, std=0.2)
    model.prompt_encoder.shared_embedding = (
        model.shared_image_embedding
    )  # one code of places, as in released files
    return model


@pytest.fixture(scope="module")
def ours(theirs):
    network = Sam(TINY_SAM).eval()
    network.load_state_dict(released(theirs.state_dict()))
    return network


@pytest.fixture(scope="module")
def image():
    return torch.randn(1, 3, TINY_SAM.side, TINY_SAM.side, generator=torch.Generator().manual_seed(1))


def close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_the_embedding_is_theirs(ours, theirs, image):
    expected = theirs.get_image_embeddings(image)
    assert expected.std() > 0.1
    close(ours.encode(image), expected)


@pytest.mark.parametrize("known", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize(
    ("points", "box"),
    [
        pytest.param([[20.0, 30.0]], None, id="point"),
        pytest.param([[20.0, 30.0], [90.0, 11.5]], None, id="points"),
        pytest.param([], [10.0, 12.0, 90.0, 70.0], id="box"),
        pytest.param([[20.0, 30.0]], [10.0, 12.0, 90.0, 70.0], id="point and box"),
    ],
)
@torch.no_grad()
def test_masks_and_scores_are_theirs(ours, theirs, image, points, box, known):
    labels = [1, 0][: len(points)]
    mask_11HW = torch.randn(1, 1, 4 * CELLS, 4 * CELLS) if known else None
    expected = [
        theirs(
            pixel_values=image,
            input_points=torch.tensor([[points]]) if points else None,
            input_labels=torch.tensor([[labels]]) if points else None,
            input_boxes=torch.tensor([[box]]) if box else None,
            input_masks=mask_11HW,
            multimask_output=multimask,
        )
        for multimask in (False, True)
    ]
    corners = [box[:2], box[2:]] if box else [[0.0, 0.0]]
    logits, scores = ours.decode(
        ours.encode(image),
        torch.tensor([points + corners]),
        torch.tensor([labels + ([2, 3] if box else [-1])]),
        None if mask_11HW is None else mask_11HW[:, 0],
    )
    close(logits, torch.cat([part.pred_masks[:, 0] for part in expected], dim=1))
    close(scores, torch.cat([part.iou_scores[:, 0] for part in expected], dim=1))

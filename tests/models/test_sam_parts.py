"""The parts of SAM agree with their equations, written out in float64."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.models.sam.config import SIZES  # noqa: E402
from masklet.models.sam.layers import ChannelNorm, from_windows, to_windows  # noqa: E402
from masklet.models.sam.network import Sam  # noqa: E402
from tiny_sam import CELLS, TINY_MOBILE_SAM, TINY_SAM, random_sam  # noqa: E402

pytestmark = pytest.mark.usefixtures("no_gradients")


@pytest.fixture
def no_gradients():
    with torch.no_grad():
        yield


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def close(ours, expected):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(expected), rtol=1e-9, atol=1e-9)


def softmax(logits):
    share = np.exp(logits - logits.max())
    return share / share.sum()


@pytest.mark.parametrize(("size_hw", "size"), [((6, 9), 3), ((5, 7), 3), ((2, 2), 4)], ids=str)
def test_windows_come_back_as_they_went(size_hw, size):
    feature = numbers(2, *size_hw, 4)
    windows = to_windows(feature, size)
    assert windows.shape == (2 * math.ceil(size_hw[0] / size) * math.ceil(size_hw[1] / size), size * size, 4)
    assert windows.abs().sum() == pytest.approx(feature.abs().sum())  # beyond the edge is 0
    assert torch.equal(from_windows(windows, size, size_hw), feature)


def test_a_window_is_a_square_of_neighbours():
    place = torch.arange(36).reshape(1, 6, 6, 1)
    assert to_windows(place, 3)[1, :, 0].tolist() == [3, 4, 5, 9, 10, 11, 15, 16, 17]


def test_the_channels_of_a_cell_are_normalised():
    norm = ChannelNorm(5).double()
    norm.weight[:], norm.bias[:] = numbers(5), numbers(5, seed=1)
    feature = numbers(1, 5, 2, 3, seed=2)
    cell = feature[0, :, 1, 2]
    expected = (cell - cell.mean()) / (cell.var(correction=0) + 1e-6).sqrt() * norm.weight + norm.bias
    close(norm(feature)[0, :, 1, 2], expected)


@pytest.mark.parametrize("block", [0, 1], ids=["window", "whole"])
def test_attention_of_the_vit_adds_relative_positions(block):
    attention = random_sam(TINY_SAM).double().image_encoder.blocks[block].attn
    side = 3 if block == 0 else CELLS
    token = numbers(1, side * side, 16)
    query, key, value = (attention.qkv.weight @ token[0].T + attention.qkv.bias[:, None]).reshape(3, 2, 8, -1)
    asking = side + 1  # row 1, column 1
    expected = []
    for head in range(2):
        q = query[head, :, asking]
        logits = [
            q @ key[head, :, other] / math.sqrt(8)
            + q @ attention.rel_pos_h[1 - other // side + side - 1]
            + q @ attention.rel_pos_w[1 - other % side + side - 1]
            for other in range(side * side)
        ]
        expected.append(value[head].numpy() @ softmax(np.array(logits)))
    close(
        attention(token, (side, side))[0, asking],
        attention.proj.weight @ torch.tensor(np.concatenate(expected)) + attention.proj.bias,
    )


def test_attention_of_the_tiny_vit_adds_a_bias_for_each_distance():
    attention = random_sam(TINY_MOBILE_SAM).double().image_encoder.layers[1].blocks[0].attn
    heads, window, width = 2, 5, 8
    token = numbers(1, window**2, width)
    parts = attention.qkv(attention.norm(token))[0].reshape(-1, heads, 3, width // heads)
    asking = 7  # row 1, column 2
    expected = []
    for head in range(heads):
        query, key, value = parts[:, head].unbind(1)
        logits = [
            query[asking] @ key[other] / math.sqrt(width // heads)
            + attention.attention_biases[head, abs(1 - other // window) * window + abs(2 - other % window)]
            for other in range(window**2)
        ]
        expected.append(softmax(np.array(logits)) @ value.numpy())
    close(
        attention(token)[0, asking],
        attention.proj.weight @ torch.tensor(np.concatenate(expected)) + attention.proj.bias,
    )


def test_points_are_sines_and_cosines_of_their_place_and_what_they_are():
    encoder = random_sam().double().prompt_encoder
    x, y, side = 20.0, 31.0, 128
    angle = (
        2
        * np.pi
        * (
            np.array([2 * 20.5 / side - 1, 2 * 31.5 / side - 1])
            @ encoder.pe_layer.positional_encoding_gaussian_matrix.numpy()
        )
    )
    place = np.concatenate([np.sin(angle), np.cos(angle)])
    tokens = encoder.points(
        torch.full((1, 5, 2), x).double() + torch.tensor([0, y - x]), torch.tensor([[0, 1, 2, 3, -1]]), side
    )
    for kind in range(4):
        close(tokens[0, kind], place + encoder.point_embeddings[kind].weight[0].numpy())
    close(tokens[0, 4], encoder.not_a_point_embed.weight[0])


def test_the_middle_of_a_cell_has_the_place_of_a_point_there():
    places = random_sam().prompt_encoder.pe_layer
    grid = places.grid(CELLS, CELLS)
    np.testing.assert_allclose(grid[:, 2, 5], places(torch.tensor([5.5, 2.5]) / CELLS), atol=1e-6)


def test_masks_known_count_where_they_are_given():
    encoder = random_sam().prompt_encoder
    known = encoder.masks(torch.randn(2, 32, 32), torch.tensor([True, False]))
    assert known.shape == (2, 32, CELLS, CELLS)
    assert known[0].std() > 0
    assert torch.equal(known[1], encoder.no_mask_embed.weight[0][:, None, None].expand(-1, CELLS, CELLS))


@pytest.mark.parametrize("config", [TINY_SAM, TINY_MOBILE_SAM], ids=lambda config: config.title)
@pytest.mark.parametrize("cells", [CELLS, CELLS // 2])
def test_a_square_of_another_size_has_other_cells(config, cells):
    network = random_sam(config)
    feature = network.encode(torch.randn(2, 3, 16 * cells, 16 * cells))
    assert feature.shape == (2, 32, cells, cells)
    logits, scores = network.decode(feature, torch.full((2, 1, 2), 9.0), torch.ones(2, 1, dtype=torch.long))
    assert (logits.shape, scores.shape) == ((2, 4, 4 * cells, 4 * cells), (2, 4))


@pytest.mark.parametrize(
    ("size", "parameters"),
    [
        pytest.param("tiny", 10_130_092 - 321_640, id="tiny"),  # without the classifier
        pytest.param("vit-b", 93_735_472, id="vit-b"),
        pytest.param("vit-l", 312_342_832, id="vit-l"),
        pytest.param("vit-h", 641_090_608, id="vit-h"),
    ],
)
def test_the_networks_are_as_large_as_the_released_ones(size, parameters, monkeypatch):
    for layer in (torch.nn.Linear, torch.nn.Conv2d):
        monkeypatch.setattr(layer, "reset_parameters", lambda layer: None)  # memory not written is not taken
    network = Sam(SIZES[size])
    assert sum(value.numel() for value in network.parameters()) == parameters


def test_objects_do_not_depend_on_each_other():
    network = random_sam().double()
    feature = numbers(1, 32, CELLS, CELLS).expand(3, -1, -1, -1)
    xy, label = numbers(3, 2, 2, seed=1) * 20 + 60, torch.tensor([[1, -1], [0, 1], [2, 3]])
    known, is_known = numbers(3, 32, 32, seed=2), torch.tensor([False, True, True])
    together, scores = network.decode(feature, xy, label, known, is_known)
    alone = [
        network.decode(feature[:1], xy[n : n + 1], label[n : n + 1], known[n : n + 1] if n else None)
        for n in range(3)
    ]
    close(together, torch.cat([logits for logits, _ in alone]))
    close(scores, torch.cat([iou for _, iou in alone]))

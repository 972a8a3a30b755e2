"""Released files load in either layout, strictly; anything else is one clear sentence."""

import builtins

import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import MissingExtraError, WeightsError  # noqa: E402
from masklet.models.layers.state_files import read_state  # noqa: E402
from masklet.models.sam.layouts import released  # noqa: E402
from masklet.models.sam.loading import load_network  # noqa: E402
from tiny_sam import TINY_MOBILE_SAM, TINY_SAM, random_sam  # noqa: E402

PLACES = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"
NAMES = [  # transformers, segment-anything
    ("shared_image_embedding.positional_embedding", PLACES),
    ("prompt_encoder.shared_embedding.positional_embedding", PLACES),
    ("vision_encoder.pos_embed", "image_encoder.pos_embed"),
    ("vision_encoder.patch_embed.projection.bias", "image_encoder.patch_embed.proj.bias"),
    ("vision_encoder.layers.11.layer_norm2.weight", "image_encoder.blocks.11.norm2.weight"),
    ("vision_encoder.layers.3.attn.rel_pos_h", "image_encoder.blocks.3.attn.rel_pos_h"),
    ("vision_encoder.layers.3.mlp.lin1.weight", "image_encoder.blocks.3.mlp.lin1.weight"),
    ("vision_encoder.neck.layer_norm2.bias", "image_encoder.neck.3.bias"),
    ("prompt_encoder.point_embed.2.weight", "prompt_encoder.point_embeddings.2.weight"),
    ("prompt_encoder.mask_embed.conv3.weight", "prompt_encoder.mask_downscaling.6.weight"),
    ("mask_decoder.transformer.layers.1.layer_norm4.bias", "mask_decoder.transformer.layers.1.norm4.bias"),
    ("mask_decoder.transformer.layers.1.mlp.lin1.bias", "mask_decoder.transformer.layers.1.mlp.lin1.bias"),
    ("mask_decoder.transformer.layer_norm_final_attn.bias", "mask_decoder.transformer.norm_final_attn.bias"),
    ("mask_decoder.upscale_conv2.weight", "mask_decoder.output_upscaling.3.weight"),
    *(
        (f"mask_decoder.{mlp}.{theirs}.weight", f"mask_decoder.{mlp}.layers.{ours}.weight")
        for mlp in ("output_hypernetworks_mlps.3", "iou_prediction_head")
        for ours, theirs in enumerate(("proj_in", "layers.0", "proj_out"))
    ),
]


@pytest.mark.parametrize(("theirs", "ours"), NAMES, ids=[theirs for theirs, _ in NAMES])
def test_a_name_of_transformers_has_ours(theirs, ours):
    state = released({theirs: torch.ones(1), "vision_encoder.neck.conv1.weight": torch.zeros(1)})
    assert state[ours] == 1


@pytest.fixture
def file(tmp_path):
    return tmp_path / "mine.pth"


@pytest.mark.parametrize("config", [TINY_SAM, TINY_MOBILE_SAM], ids=lambda config: config.title)
def test_a_released_file_gives_the_network_its_weights(file, config):
    state = random_sam(config).state_dict()
    unused = {"image_encoder.norm_head.bias": torch.ones(3), "image_encoder.head.weight": torch.ones(3, 3)}
    torch.save({**state, **unused}, file)
    loaded = load_network(file, config)
    assert not loaded.training
    assert all(torch.equal(value, state[name]) for name, value in loaded.state_dict().items())


def test_a_file_of_half_precision_is_taken(file):
    torch.save({name: value.half() for name, value in random_sam().state_dict().items()}, file)
    assert load_network(file, TINY_SAM).mask_decoder.iou_token.weight.dtype == torch.float32


def test_a_safetensors_file_is_taken(tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    state = random_sam().state_dict()
    safetensors.save_file(state, tmp_path / "model.safetensors")
    assert torch.equal(
        load_network(tmp_path / "model.safetensors", TINY_SAM).state_dict()["image_encoder.pos_embed"],
        state["image_encoder.pos_embed"],
    )
    (tmp_path / "half.safetensors").write_bytes((tmp_path / "model.safetensors").read_bytes()[:5000])
    with pytest.raises(WeightsError, match="cannot be read"):
        read_state(tmp_path / "half.safetensors")


def test_safetensors_that_are_not_installed_are_named(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"")
    monkeypatch.setattr(
        "masklet.models.layers.state_files.import_module", lambda name: builtins.__import__("no_such_package")
    )
    with pytest.raises(MissingExtraError, match=r"masklet\[torch\]"):
        read_state(tmp_path / "model.safetensors")


class Code:
    def __reduce__(self):
        return (print, ("this was run",))


def half(file):
    torch.save(random_sam().state_dict(), file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def other_network(file):
    torch.save(random_sam(TINY_MOBILE_SAM).state_dict(), file)


def other_size(file):
    torch.save({**random_sam().state_dict(), "image_encoder.pos_embed": torch.zeros(1, 4, 4, 16)}, file)


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        pytest.param(lambda file: None, "Expected a file of weights at .*, got none", id="no file"),
        pytest.param(half, "cannot be read: it is cut short", id="half a file"),
        pytest.param(lambda file: file.write_bytes(b""), "cannot be read", id="empty file"),
        pytest.param(lambda file: file.write_text("weights"), "cannot be read", id="text"),
        pytest.param(lambda file: torch.save({"a": Code()}, file), "pickled code, which is not run", id="code"),
        pytest.param(lambda file: torch.save([1, 2], file), "tensors by name.*got a list", id="no names"),
        pytest.param(
            lambda file: torch.save({"epoch": 3, "model": {}}, file),
            "tensors by name.*something else under epoch, model",
            id="a whole training",
        ),
        pytest.param(
            other_network,
            r"weights of tiny SAM in .*another network: image_encoder\.blocks.* is not there in the file",
            id="other network",
        ),
        pytest.param(
            other_size,
            r"pos_embed is \(1, 4, 4, 16\) in the file and \(1, 8, 8, 16\) in tiny SAM \(1 such",
            id="other size",
        ),
    ],
)
def test_what_is_no_weights_of_this_network_is_one_clear_sentence(file, capsys, write, expected):
    write(file)
    with pytest.raises(WeightsError, match=expected) as raised:
        load_network(file, TINY_SAM)
    assert "\n" not in str(raised.value)
    assert capsys.readouterr().out == ""

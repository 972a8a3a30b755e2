"""Every network that labels pixels, with made-up weights in each of its kinds of files, keeps to the contract."""

import pytest

from models.contracts.semantic_contract import SemanticContract
from models.rcnn_parts import needs_torchvision
from models.semantic_parts import EXPORTED, RELEASED, SMALL, export_made_up, save_made_up, save_made_up_release
from networks import loaded, names_of

KINDS = [
    *(pytest.param((name, save_made_up), id=name) for name in sorted(SMALL)),
    *(pytest.param((name, save_made_up_release), id=f"{name} as released") for name in RELEASED),
    *(pytest.param((name, export_made_up), id=f"{name} exported") for name in EXPORTED),
    pytest.param(("torchvision-fcn", save_made_up_release), id="torchvision-fcn", marks=needs_torchvision),
]


@pytest.fixture(scope="module", params=KINDS)
def made_up(request, tmp_path_factory):
    pytest.importorskip("torch")
    from masklet.models import load_semantic
    from masklet.models.layers.semantic_config import SemanticConfig

    name, write = request.param
    file = write(name, tmp_path_factory.mktemp("weights"))
    config = SemanticConfig(shorter_side=48) if write is save_made_up_release else None
    return load_semantic(name, weights=file, precision="f32", threads=1, config=config)


class TestNetworksWithMadeUpWeights(SemanticContract):
    @pytest.fixture
    def model(self, made_up):
        return made_up


@pytest.mark.weights
class TestNetworksOfTheToolkit(SemanticContract):
    @pytest.fixture(params=names_of("semantic"))
    def model(self, request):
        return loaded(request.param)

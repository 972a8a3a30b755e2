"""Where torch and its kin are not installed, everything but training and the networks in torch works."""

import subprocess
import sys
from pathlib import Path

import pytest

import masklet

TESTS = Path(__file__).parent
HIDDEN = ("torch", "torchvision", "timm", "transformers")
NEEDS_TORCH = {
    "models.layers.aggregation",
    "models.layers.balanced",
    "models.layers.bilinear",
    "models.layers.bf16",
    "models.layers.device",
    "models.layers.filling",
    "models.layers.mobilenet_v2",
    "models.layers.normalising",
    "models.layers.released",
    "models.layers.resizing",
    "models.layers.resnet",
    "models.layers.semantic_network",
    "models.layers.state_files",
    "models.layers.torchvision_files",
    "models.layers.unet_blocks",
    "models.masklet_s.network",
    "models.masklet_s.export",
    "models.semantic.export",
    "models.semantic.files",
    "models.semantic.loading",
    "models.semantic.runner",
}
"""And all of masklet.training but what makes and reads the clip cache, and what is in these:"""
NETWORKS_IN_TORCH = (
    "models.detr.",
    "models.espnet.",
    "models.fcn.",
    "models.feature_pyramid.",
    "models.hrnet.",
    "models.osvos.",
    "models.pspnet.",
    "models.rcnn.",
    "models.sam.",
    "models.semantic_s.",
    "models.unet.",
    "models.unet_semantic.",
    "models.xmem.",
)
CLIP_CACHE = {
    "training.cache",
    "training.cache_runs",
    "training.cache_sources",
    "training.clips",
    "training.polygons",
}

WITHOUT = f"""
import importlib.machinery, sys

class Without(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {HIDDEN!r} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Without
"""
COMMAND = """
from masklet.cli import main
sys.argv[0] = "masklet"
main()
"""
PAINTED = f"""
sys.path.insert(0, {str(TESTS)!r})
import fakes
from masklet.pipelines import job
for kind in ("Detector", "Segmenter", "Tracker"):
    fake = getattr(fakes, f"Painted{{kind}}")
    setattr(job, f"load_{{kind.lower()}}", lambda name, fake=fake, **options: fake())
"""


def without_torch(code, *words):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code, *map(str, words)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def modules():
    """The modules that do without torch, below masklet."""
    root = Path(masklet.__file__).parent
    names = {".".join(path.relative_to(root).with_suffix("").parts) for path in root.rglob("*.py")}
    names = {name.removesuffix(".__init__") for name in names if not name.endswith("__main__")} - {"__init__"}
    in_torch = ("training.", *NETWORKS_IN_TORCH)
    return sorted({name for name in names - NEEDS_TORCH if not name.startswith(in_torch)} | CLIP_CACHE)


def test_every_module_can_be_imported():
    code = "import importlib\nfor name in sys.argv[1:]:\n    importlib.import_module(f'masklet.{name}')\n"
    assert len(modules()) > 100
    code, _, told = without_torch(code, *modules())
    assert code == 0, told


@pytest.mark.parametrize("name", sorted(NEEDS_TORCH | {"training.losses", "models.sam.loading"}))
def test_what_needs_torch_is_missed(name):
    code, _, told = without_torch(f"import masklet.{name}")
    assert (code, told.splitlines()[-1]) == (1, "ModuleNotFoundError: No module named 'torch'")


@pytest.mark.parametrize(("words", "expected"), [
    pytest.param(["--help"], "track", id="help"),
    pytest.param(["train", "--list"], "masklet-s: ", id="recipes"),
])  # fmt: skip
def test_commands_run(words, expected):
    code, said, told = without_torch(COMMAND, *words)
    assert (code, expected in said) == (0, True), told


def test_training_says_what_it_needs(tmp_path):
    code, _, told = without_torch(COMMAND, "train", "masklet-s", "-o", tmp_path / "run")
    assert (code, told) == (1, "masklet: Training needs an optional package: pip install 'masklet[torch]'.\n")


def test_a_network_that_labels_pixels_says_what_it_needs_unless_it_was_exported(tmp_path):
    (tmp_path / "my.pt").touch()
    load = f"import masklet\nmasklet.load_model('semantic-s', weights='{tmp_path}/my.pt')"
    code, _, told = without_torch(load)
    expected = (
        "The model semantic-s, in a file that is no exported graph, needs an optional package: "
        "pip install 'masklet[torch]'."
    )
    assert (code, told.splitlines()[-1]) == (1, f"masklet.core.errors.MissingExtraError: {expected}")


def test_a_network_in_torch_says_what_it_needs():
    code, _, told = without_torch("import masklet\nmasklet.load_model('mobile-sam')")
    expected = "The model mobile-sam needs an optional package: pip install 'masklet[torch]'."
    assert (code, told.splitlines()[-1]) == (1, f"masklet.core.errors.MissingExtraError: {expected}")


def test_a_video_is_tracked(tmp_path):
    from fakes import walkers
    from masklet.render import write_picture

    (tmp_path / "frames").mkdir()
    for index, image_HW3 in enumerate(walkers(3)):
        write_picture(tmp_path / f"frames/{index}.png", image_HW3)
    box = "0:1:5,10,17,40"
    words = ("track", tmp_path / "frames", "--box", box, "-o", tmp_path / "run", "--no-overlay")
    code, said, told = without_torch(PAINTED + COMMAND, *words)
    assert (code, said.startswith("1 object in 3 frames")) == (0, True), told

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from fakes import GREEN, RED, PaintedSegmenter, frame_of  # noqa: E402
from masklet.core.values import Box, Frame, MaskPrompt  # noqa: E402
from masklet.models.unet.config import AS_RELEASED, NetworkConfig, SessionConfig  # noqa: E402
from masklet.models.unet.networks import make_network  # noqa: E402
from masklet.models.unet.runner import Runner, ready  # noqa: E402
from masklet.models.unet.tracker import UNetTracker  # noqa: E402
from masklet.pipelines.prompted import Prompted  # noqa: E402
from models.contracts.tracker_contract import TrackerContract, assert_same, disk, mask_of, scene  # noqa: E402

CPU = torch.device("cpu")


class ByColour:
    """A network that takes for the object what has its colours in any of the remembered frames."""

    config = NetworkConfig()

    def __init__(self):
        self.encoded, self.told = 0, []

    def encode(self, picture_B3HW, mask_B1HW):
        self.encoded += 1
        return (torch.cat([picture_B3HW, mask_B1HW], dim=1),)

    def decode(self, now, memories):
        self.told.append(len(memories))
        seen_MP = torch.cat([memory[0][0].flatten(1) for memory in memories], dim=1)
        own_K3 = seen_MP[:3, seen_MP[3] > 0.9].mT
        picture_P3 = now[0][0, :3].flatten(1).mT
        if not len(own_K3):
            return torch.full((1, 1, *now[0].shape[-2:]), -9.0)
        nearest_P = torch.cdist(picture_P3, own_K3).amin(dim=1)
        return (40 * (0.12 - nearest_P)).reshape(1, 1, *now[0].shape[-2:])


def tracker_of(network=None, **settings):
    return UNetTracker(Runner(network or ByColour(), device=CPU, dtype=torch.float32), SessionConfig(**settings))


class TestItKeepsToTheContract(TrackerContract):
    long = 60

    @pytest.fixture(params=["first", "lasting", "whole frames"])
    def tracker(self, request):
        settings = {
            "first": {},
            "lasting": {"lasting": 2, "every": 3},
            "whole frames": {"margin": None, "first": False},
        }
        return tracker_of(size=64, **settings[request.param])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param({"first": False}, [1, 1, 1, 1, 1], id="the frame before"),
        pytest.param({}, [1, 2, 2, 2, 2], id="and the first"),
        pytest.param({"lasting": 2, "every": 2}, [1, 2, 2, 3, 3], id="and more"),
    ],
)
def test_the_network_is_told_as_many_frames_as_are_wanted(settings, told):
    network = ByColour()
    session = tracker_of(network, size=32, **settings).start()
    session.step(scene(0), [MaskPrompt(0, 1, disk(1, 0))])
    for index in range(1, 6):
        session.step(scene(index))
    assert network.told == told


def test_every_frame_is_encoded_once_as_it_is_looked_at_and_once_as_it_is_remembered():
    network = ByColour()
    session = tracker_of(network, size=32).start()
    session.step(scene(0), [MaskPrompt(0, 1, disk(1, 0))])
    for index in range(1, 5):
        session.step(scene(index))
    assert network.encoded == 1 + 4 * 2


def test_the_frame_comes_with_the_last_mask_as_a_guess():
    network = ByColour()
    session = tracker_of(network, size=32).start()
    session.step(scene(0), [MaskPrompt(0, 1, disk(1, 0))])
    masks = []
    decode = network.decode
    network.decode = lambda now, memories: (
        masks.append((now[0][0, 3], memories[-1][0][0, 3])) or decode(now, memories)
    )
    session.step(scene(1))
    ((guess_HW, own_HW),) = masks
    torch.testing.assert_close(guess_HW, 0.5 * own_HW)


def test_a_small_object_is_looked_at_closely():
    small_HW = np.zeros((120, 180), bool)
    small_HW[50:56, 80:86] = True
    image_HW3 = np.full((120, 180, 3), 90, np.uint8)
    image_HW3[small_HW] = (230, 40, 40)
    session = tracker_of(size=32).start()
    session.step(Frame(0, 0.0, image_HW3), [MaskPrompt(0, 1, small_HW)])
    found_HW = session.step(Frame(1, 0.1, image_HW3)).masks_NHW[0]
    assert (found_HW ^ small_HW).sum() <= 4


def test_a_lost_object_is_found_again_elsewhere():
    session = tracker_of(size=64).start()
    session.step(scene(0), [MaskPrompt(0, 1, disk(1, 0))])
    for index in range(1, 12):
        session.step(scene(index, present=(2, 3)))
    found_HW = mask_of(session.step(scene(60)), 1)
    truth_HW = disk(1, 60)
    assert (found_HW & truth_HW).sum() / (found_HW | truth_HW).sum() > 0.7


def test_a_box_starts_it_by_the_object_within():
    session = Prompted(tracker_of(size=64), PaintedSegmenter()).start()
    places = [[(RED, 5 + 2 * index, 10, 25 + 2 * index, 40), (GREEN, 55, 20, 70, 50)] for index in range(4)]
    began = session.step(frame_of(0, places[0]), [Box(0, 7, (3, 8, 27, 42))])
    assert began.object_ids == (7,)
    assert began.masks_NHW[0].sum() == 20 * 30
    for index in (1, 2, 3):
        found_HW = mask_of(session.step(frame_of(index, places[index])), 7)
        truth_HW = (frame_of(index, places[index]).image_HW3 == RED).all(axis=2)
        assert (found_HW & truth_HW).sum() / (found_HW | truth_HW).sum() > 0.8


def test_as_released_the_output_goes_back_in_undecided():
    class Unsure(ByColour):
        def decode(self, now, memories):
            self.last = memories[-1][0][0, 3]
            return torch.full((1, 1, *now[0].shape[-2:]), 1.0)

    network = Unsure()
    session = UNetTracker(Runner(network, device=CPU, dtype=torch.float32), AS_RELEASED).start()
    session.step(scene(0), [MaskPrompt(0, 1, disk(1, 0))])
    session.step(scene(1))
    session.step(scene(2))
    assert network.last.min() == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-3)


def test_dropout_of_the_baseline_is_off_unless_it_is_to_be_as_released():
    network = make_network(NetworkConfig(kind="unet", width=4 / 64))
    assert not any(module.training for module in ready(network, CPU, dropout=False).modules())
    dropping = [m for m in ready(network, CPU, dropout=True).modules() if m.training]
    assert dropping
    assert all(isinstance(module, torch.nn.Dropout) for module in dropping)


@pytest.mark.parametrize("kind", ["siamese", "unet"])
def test_real_networks_step_and_are_restored_with_the_same_bits(kind):
    torch.manual_seed(0)
    network = ready(make_network(NetworkConfig(kind=kind, width=4 / 64)), CPU, dropout=False)
    tracker = UNetTracker(Runner(network, device=CPU, dtype=torch.float32), SessionConfig(size=32))
    session = tracker.start()
    session.step(scene(0), [MaskPrompt(0, 1, disk(1, 0)), MaskPrompt(0, 2, disk(2, 0))])
    session.step(scene(1))
    restored = tracker.restore(session.state())
    for index in (2, 3):
        assert_same(restored.step(scene(index)), session.step(scene(index)))

import pytest

torch = pytest.importorskip("torch")

from masklet.models.unet.config import NetworkConfig  # noqa: E402
from masklet.models.unet.window import window_of  # noqa: E402
from masklet.training.imperfect import Imperfection, imperfect  # noqa: E402
from masklet.training.mask_rollout import Rollout, boxes_around, cut, pasted, roll_out  # noqa: E402

PERFECT = Imperfection(chance=0.0, empty=0.0)
PLAIN = {"rescaled": 0.0, "imperfection": PERFECT, "size": 32}


def square(left, top, side=16, size=64):
    mask_HW = torch.zeros(size, size)
    mask_HW[top : top + side, left : left + side] = 1
    return mask_HW


def clip(frames=4, clips=2):
    """A square that moves by 2 pixels a frame."""
    mask_BTHW = torch.stack(
        [torch.stack([square(10 + 2 * t, 12 + 8 * b) for t in range(frames)]) for b in range(clips)]
    )
    return mask_BTHW[:, :, None].repeat(1, 1, 3, 1, 1) * 0.8, mask_BTHW.to(torch.uint8)


class Painted:
    """A network that takes for the object what is bright, and keeps what it was shown."""

    config = NetworkConfig()

    def __init__(self, drawn=None):
        self.shown, self.drawn = [], drawn

    def encode(self, picture_B3HW, mask_B1HW):
        return (torch.cat([picture_B3HW, mask_B1HW], dim=1),)

    def decode(self, now, memories):
        self.shown.append((now[0], [memory[0] for memory in memories]))
        return 20 * (now[0][:, :1] - 0.4) if self.drawn is None else self.drawn.expand(len(now[0]), 1, 32, 32)


@pytest.mark.parametrize("margin", [0.0, 0.5, 3.0, None])
def test_windows_are_those_of_a_session(margin):
    mask_BHW = torch.stack([square(0, 5), square(40, 40, side=20), square(20, 30, side=2)])
    for mask_HW, box_4 in zip(mask_BHW, boxes_around(mask_BHW, margin), strict=True):
        rows, columns = mask_HW.any(1).nonzero()[:, 0], mask_HW.any(0).nonzero()[:, 0]
        box_xyxy = tuple(float(v) for v in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
        window = window_of(box_xyxy, (64, 64), margin=margin, size=32)
        assert box_4.tolist() == [window.left, window.top, window.right, window.bottom]


def test_an_empty_mask_is_looked_for_everywhere():
    assert boxes_around(torch.zeros(1, 40, 64), 0.5).tolist() == [[0, 0, 64, 40]]


def test_what_was_cut_comes_back_to_its_place():
    mask_BHW = torch.stack([square(8, 12), square(40, 30)])
    box_B4 = torch.tensor([[0.0, 4.0, 32.0, 36.0], [32.0, 24.0, 64.0, 56.0]])
    squares_B1hw = cut(mask_BHW[:, None], box_B4, 32)
    torch.testing.assert_close(squares_B1hw[0, 0], mask_BHW[0, 4:36, 0:32])
    torch.testing.assert_close(pasted(squares_B1hw, box_B4, (64, 64))[:, 0], mask_BHW)


def test_the_networks_own_masks_are_followed():
    frames, labels = clip()
    network = Painted()
    drawn = list(roll_out(network, frames, labels, Rollout(own=1.0, **PLAIN)))
    assert len(drawn) == 3
    for each in drawn:
        assert ((each.logits_Bhw > 0) == (each.truth_Bhw > 0.5)).float().mean() > 0.97
        assert each.known_Bhw.all()
    for (now, memories), last in zip(network.shown[1:], labels[:, 1:].float().unbind(1), strict=False):
        assert len(memories) == 2
        guess = cut(last[:, None], boxes_around(last, 0.5), 32)[:, 0]
        torch.testing.assert_close(memories[-1][:, 3].round(), guess.round(), atol=1.0, rtol=0)
        torch.testing.assert_close(now[:, 3], 0.5 * memories[-1][:, 3])


def test_the_first_frame_stays_in_memory_with_its_true_mask():
    frames, labels = clip()
    network = Painted()
    list(roll_out(network, frames, labels, Rollout(**PLAIN)))
    true = cut(labels[:, :1].float(), boxes_around(labels[:, 0].float(), 0.5), 32)[:, 0]
    for _, (first, _latest) in network.shown:
        torch.testing.assert_close(first[:, 3], true)


def test_without_the_first_frame_there_is_one_memory():
    network = Painted()
    list(roll_out(network, *clip(), Rollout(first=False, **PLAIN)))
    assert [len(memories) for _, memories in network.shown] == [1, 1, 1]


def test_a_lost_object_goes_on_from_the_truth():
    network = Painted(drawn=torch.full((1, 1, 1, 1), -5.0))
    frames, labels = clip()
    list(roll_out(network, frames, labels, Rollout(own=1.0, **PLAIN)))
    assert all(memories[-1][:, 3].flatten(1).sum(1).gt(0).all() for _, memories in network.shown)


def test_void_is_not_known():
    frames, labels = clip()
    labels[:, :, :8] = 255
    (drawn, *_) = roll_out(Painted(), frames, labels, Rollout(margin=None, **PLAIN))
    assert not drawn.known_Bhw[:, :3].any()
    assert drawn.known_Bhw[:, 5:].all()


def test_faults_are_faults_and_no_more_than_that():
    torch.manual_seed(0)
    mask_BHW = square(20, 20, side=24).expand(200, 64, 64)
    faulty_BHW = imperfect(mask_BHW, Imperfection(empty=0.0))
    assert set(faulty_BHW.unique().tolist()) == {0.0, 1.0}
    overlap_B = (faulty_BHW * mask_BHW).flatten(1).sum(1)
    iou_B = overlap_B / torch.maximum(faulty_BHW, mask_BHW).flatten(1).sum(1)
    assert 0.1 < (iou_B == 1).float().mean() < 0.3
    assert 0.6 < iou_B.mean() < 0.9
    assert iou_B.median() > 0.65


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        pytest.param(PERFECT, 1.0, id="none"),
        pytest.param(Imperfection(empty=1.0), 0.0, id="empty"),
    ],
)
def test_faults_can_be_left_out_or_total(how, expected):
    mask_BHW = square(20, 20).expand(3, 64, 64)
    torch.testing.assert_close(imperfect(mask_BHW, how), mask_BHW * expected)


def test_an_empty_mask_stays_empty():
    torch.manual_seed(0)
    assert not imperfect(torch.zeros(8, 64, 64), Imperfection()).any()

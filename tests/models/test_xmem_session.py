import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional  # noqa: E402

from masklet.core.values import Frame, MaskPrompt  # noqa: E402
from masklet.models.xmem.config import XMemConfig  # noqa: E402
from masklet.models.xmem.keys import similarity  # noqa: E402
from masklet.models.xmem.memory import LONG_TERM  # noqa: E402
from masklet.models.xmem.tracker import XMemTracker  # noqa: E402
from models.contracts.tracker_contract import TrackerContract, assert_same  # noqa: E402
from models.xmem_parts import CPU, Plain, ToyNetwork, random_network, random_state  # noqa: E402

HEIGHT, WIDTH = 32, 48


def picture(index, size_HW=(HEIGHT, WIDTH)):
    return Frame(index, index / 25, np.random.default_rng(index).integers(0, 256, (*size_HW, 3), dtype=np.uint8))


def mask(left, top=8, side=16):
    mask_HW = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask_HW[top : top + side, left : left + side] = True
    return mask_HW


def shares_of(session, monkeypatch):
    """Steps of a session with the shares that its masks are decided by."""
    kept = []

    def keeping(share, background, rivals):
        from masklet.models.layers.aggregation import evidence

        kept.append(share)
        return evidence(share, background, rivals)

    monkeypatch.setattr("masklet.models.xmem.session.evidence", keeping)

    def step(*given):
        session.step(*given)
        return kept[-1]

    return step


def softmax_of_logits(probability):
    background = (1 - probability).prod(dim=0, keepdim=True)
    each = torch.cat([background, probability]).clamp(1e-7, 1 - 1e-7)
    return (each / (1 - each)).log().softmax(dim=0)[1:]


class PlainVideo:
    """The paper's loop over frames, one object at a time, memory as lists of cells; nothing is ever forgotten."""

    def __init__(self, encode, value, decode, config):
        self.encode, self.value, self.decode, self.config = encode, value, decode, config
        self.cells, self.hidden, self.since = [], {}, 0
        """cells: keys, and the values of each object then known"""

    def read(self, asking, object_id):
        known = [(keys, values[object_id]) for keys, values in self.cells if object_id in values]
        scores = torch.cat([similarity(asking, keys) for keys, _ in known], dim=1)
        values = torch.cat([value for _, value in known])
        kept = scores.topk(min(self.config.top_k, scores.shape[1]), dim=1)
        affinity = torch.zeros_like(scores).scatter(1, kept.indices, kept.values.softmax(dim=1))
        return affinity @ values

    def step(self, image, given):
        code = self.encode(image)
        self.since += 1
        remembers = bool(given) or self.since >= self.config.memory_every
        found = {}
        for object_id in self.hidden:
            if object_id not in given:
                logits, hidden = self.decode(code, self.read(code.keys, object_id), self.hidden[object_id])
                found[object_id] = torch.sigmoid(logits)
                if not remembers:
                    self.hidden[object_id] = hidden
        if found:
            found = dict(zip(found, softmax_of_logits(torch.stack(list(found.values()))), strict=True))
        share = found
        if given:
            taken = torch.stack([each > 0.5 for each in given.values()]).any(dim=0)
            ids = dict.fromkeys((*self.hidden, *given))
            share = {each: given[each] if each in given else found[each] * ~taken for each in ids}
            share = dict(zip(share, softmax_of_logits(torch.stack(list(share.values()))), strict=True))
        if remembers:
            self.since = 0
            values = {}
            for object_id, own in share.items():
                others = sum((each for other, each in share.items() if other != object_id), torch.zeros_like(own))
                hidden = self.hidden.get(object_id)
                values[object_id], self.hidden[object_id] = self.value(code, own, others, hidden)
            self.cells.append((code.keys, values))
        return torch.stack(list(share.values()))


def compared(session, plain, steps, prompts, monkeypatch, tolerance):
    step = shares_of(session, monkeypatch)
    for index in range(steps):
        frame = picture(index)
        given = prompts.get(index, {})
        ours = step(frame, [MaskPrompt(index, object_id, mask_HW) for object_id, mask_HW in given.items()])
        image = torch.from_numpy(frame.image_HW3 / np.float32(255)).permute(2, 0, 1)[None].double()
        theirs = plain.step(image, {each: torch.from_numpy(mask_HW).double() for each, mask_HW in given.items()})
        torch.testing.assert_close(ours.double(), theirs, rtol=0, atol=tolerance)


def test_a_video_agrees_with_the_equations_when_objects_come_midway(monkeypatch):
    toy, config = ToyNetwork(torch.float64), XMemConfig(memory_every=3, top_k=7, most_frames=99)

    def value(code, own, others, hidden):
        hidden = torch.zeros(1, 1, *code.grid_hw).double() if hidden is None else hidden
        share, hidden = toy.value(code, own[None], others[None], hidden, at_once=1)
        return share[0].flatten(1).T, hidden

    def decode(code, readout, hidden):
        readout = readout.T.reshape(1, 2, *code.grid_hw)
        logits, hidden = toy.decode(code, readout, hidden, at_once=1, update=True)
        return logits[0], hidden

    prompts = {0: {1: mask(4)}, 5: {2: mask(24), 3: mask(8, top=24, side=8)}, 11: {4: mask(0, top=0, side=8)}}
    plain = PlainVideo(toy.encode, value, decode, config)
    compared(XMemTracker(toy, config).start(), plain, 20, prompts, monkeypatch, 1e-6)


def test_the_whole_network_follows_the_equations(monkeypatch):
    plain, config = Plain(random_state()), XMemConfig(memory_every=2)

    def encode(image):
        scales, (key, shrinkage, selection) = plain.encode(image)
        from masklet.models.xmem.blocks import Scales
        from masklet.models.xmem.keys import Keys
        from masklet.models.xmem.network import FrameCode

        keys = Keys(key[0].flatten(1).T, shrinkage.flatten(), selection[0].flatten(1).T)
        return FrameCode(image, Scales(*scales), keys)

    def value(code, own, others, hidden):
        hidden = torch.zeros(1, 8, *code.grid_hw).double() if hidden is None else hidden
        value, hidden = plain.value(code.image_13HW, code.scales.f16, own, others, hidden)
        return value[0].flatten(1).T, hidden

    def decode(code, readout, hidden):
        logits, hidden = plain.decode(code.scales, readout.T.reshape(1, -1, *code.grid_hw), hidden)
        return logits[0, 0], hidden

    video = PlainVideo(encode, value, decode, config)
    prompts = {0: {1: mask(4)}, 1: {2: mask(24)}}
    session = XMemTracker(random_network(), config).start()
    compared(session, video, 4, prompts, monkeypatch, 1e-6)


class TestXMemOnColours(TrackerContract):
    """The session and its memory around a network that knows colours alone."""

    long = 48

    @pytest.fixture
    def tracker(self):
        config = XMemConfig(short_side=64, most_frames=4, fewest_frames=2, prompted=2, long_term=200, top_k=8)
        return XMemTracker(ToyNetwork(contrast=60), config)


def walked(session, frames, added):
    """Step through so many frames, an object more on each of `added`; yield the session's memory."""
    for index in range(frames):
        at = index % 40
        given = [MaskPrompt(at, 1 + added.index(index), mask(at % 32))] if index in added else []
        session.step(picture(at), given)
        yield session._memory


def test_memory_is_bounded_over_a_long_video_with_objects_added_midway():
    config = XMemConfig(memory_every=1, prototypes=16, long_term=100, prompted=2)
    session = XMemTracker(ToyNetwork(), config).start()
    longest = [int((memory.frame_M == LONG_TERM).sum()) for memory in walked(session, 120, [0, 7, 33, 60, 90])]
    assert max(longest) == config.long_term
    assert session.object_ids == (1, 2, 3, 4, 5)
    memory = session._memory
    assert len(memory.frames) <= config.most_frames + config.prompted
    assert all(bool(memory.objects[object_id].knows_M.any()) for object_id in session.object_ids)
    session.remove(3)
    session.step(picture(3))
    assert session._memory.object_ids == (1, 2, 4, 5)


def test_the_first_frame_of_each_object_is_kept():
    session = XMemTracker(ToyNetwork(), XMemConfig(memory_every=1)).start()
    memories = list(walked(session, 60, [0, 20]))
    assert memories[-1].frames[:2] == [1, 21]


def test_a_prompt_leaves_what_is_remembered_of_the_others():
    session = XMemTracker(ToyNetwork(), XMemConfig(memory_every=2)).start()
    still = picture(0)
    session.step(still, [MaskPrompt(0, 1, mask(4)), MaskPrompt(0, 2, mask(24))])
    for _ in range(7):
        session.step(still)
    before = session._memory
    session.step(still, [MaskPrompt(0, 1, mask(6))])
    after = session._memory
    cells = len(before)
    assert torch.equal(after.objects[2].knows_M[:cells], before.objects[2].knows_M)
    assert torch.equal(after.objects[2].value_MV[:cells], before.objects[2].value_MV)
    assert after.frame_M[after.objects[1].knows_M].unique().tolist() == [1, 9]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_the_network_goes_on_from_a_restored_state_with_the_same_bits(dtype):
    tracker = XMemTracker(random_network(dtype), XMemConfig(memory_every=2))
    session = tracker.start()
    session.step(picture(0), [MaskPrompt(0, 1, mask(4)), MaskPrompt(0, 2, mask(24))])
    session.step(picture(1))
    session.step(picture(2))
    copied, restored = session.copy(), tracker.restore(dict(session.state()))
    expected = session.step(picture(3))
    assert_same(copied.step(picture(3)), expected)
    assert_same(restored.step(picture(3)), expected)


def test_a_prompt_in_quite_another_place_replaces_what_was_told_before():
    session = XMemTracker(ToyNetwork(), XMemConfig(memory_every=2)).start()
    still = picture(0)
    for left in (4, 28):
        session.step(still, [MaskPrompt(0, 1, mask(left))])
    memory = session._memory
    assert memory.frame_M[memory.objects[1].knows_M].unique().tolist() == [2]


def test_large_frames_are_looked_at_at_the_size_that_is_set(monkeypatch):
    seen = []
    toy = ToyNetwork()
    monkeypatch.setattr(
        toy, "encode", lambda image: seen.append(tuple(image.shape)) or ToyNetwork.encode(toy, image)
    )
    session = XMemTracker(toy, XMemConfig(short_side=48)).start()
    image_HW3 = np.zeros((100, 150, 3), np.uint8)
    masks = session.step(Frame(0, 0.0, image_HW3), [MaskPrompt(0, 1, np.ones((100, 150), bool))])
    assert seen == [(1, 3, 48, 80)]
    assert masks.size_HW == (100, 150)


def test_borders_are_nothing_to_the_network():
    from masklet.models.xmem.canvas import canvas_of

    canvas = canvas_of((HEIGHT - 4, WIDTH - 6), None)
    image_HW3 = picture(0, (HEIGHT - 4, WIDTH - 6)).image_HW3
    image = torch.from_numpy(canvas.picture(image_HW3)).permute(2, 0, 1)[None]
    normal = Plain({}).normal(torch.from_numpy(image_HW3).permute(2, 0, 1)[None].double() / 255)
    seen = random_network(torch.float32).encode(image).image_13HW
    torch.testing.assert_close(seen.double(), functional.pad(normal, (3, 3, 2, 2)), atol=1e-6, rtol=0)
    assert random_network(torch.float32).device == CPU

import pytest

torch = pytest.importorskip("torch")

from masklet.models.xmem.network import FrameCode  # noqa: E402
from models.xmem_parts import DIMS, Plain, random_network, random_state  # noqa: E402

HEIGHT, WIDTH = 32, 48
GRID = (2, 3)


def drawn(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


IMAGE = drawn(1, 3, HEIGHT, WIDTH)
MASKS, OTHERS = drawn(2, HEIGHT, WIDTH, seed=1), drawn(2, HEIGHT, WIDTH, seed=2)
READOUT, SENSORY = drawn(2, DIMS[1], *GRID, seed=3), drawn(2, DIMS[2], *GRID, seed=4) - 0.5


@pytest.fixture(scope="module")
def plain():
    return Plain(random_state())


def close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)


def test_a_frame_is_encoded_as_the_layout_says(plain):
    code = random_network().encode(IMAGE)
    scales, (key, shrinkage, selection) = plain.encode(IMAGE)
    for ours, theirs in zip(code.scales, scales, strict=True):
        close(ours, theirs)
    close(code.keys.key_MQ, key[0].flatten(1).T)
    close(code.keys.shrinkage_M, shrinkage.flatten())
    close(code.keys.selection_MQ, selection[0].flatten(1).T)
    assert code.grid_hw == GRID


@pytest.mark.parametrize("at_once", [1, 8])
def test_values_and_the_deep_update_are_as_the_layout_says(plain, at_once):
    network = random_network()
    value, renewed = network.value(network.encode(IMAGE), MASKS, OTHERS, SENSORY, at_once=at_once)
    (f16, *_), _ = plain.encode(IMAGE)
    for number in range(2):
        theirs = plain.value(IMAGE, f16, MASKS[number], OTHERS[number], SENSORY[number, None])
        close(value[number, None], theirs[0])
        close(renewed[number, None], theirs[1])


@pytest.mark.parametrize("at_once", [1, 8])
def test_logits_and_sensory_memory_are_as_the_layout_says(plain, at_once):
    network = random_network()
    logits, renewed = network.decode(network.encode(IMAGE), READOUT, SENSORY, at_once=at_once, update=True)
    scales, _ = plain.encode(IMAGE)
    for number in range(2):
        theirs = plain.decode(scales, READOUT[number, None], SENSORY[number, None])
        close(logits[number], theirs[0][0, 0])
        close(renewed[number, None], theirs[1])


def test_sensory_memory_stays_where_no_update_is_asked_for():
    network = random_network()
    _, kept = network.decode(network.encode(IMAGE), READOUT, SENSORY, at_once=8, update=False)
    assert torch.equal(kept, SENSORY)


def test_files_for_a_single_object_do_not_see_the_others():
    single = random_network(input_channels=4)
    code = single.encode(IMAGE)
    beside, alone = (single.value(code, MASKS, each, SENSORY, at_once=8)[0] for each in (OTHERS, 0 * OTHERS))
    assert torch.equal(beside, alone)
    (f16, *_), _ = Plain(random_state(input_channels=4)).encode(IMAGE)
    theirs, _ = Plain(random_state(input_channels=4)).value(IMAGE, f16, MASKS[0], OTHERS[0], SENSORY[:1])
    close(alone[:1], theirs)


def test_a_network_without_sensory_memory_runs():
    network = random_network(sensory=0)
    code = network.encode(IMAGE)
    nothing = SENSORY[:, :0]
    logits, kept = network.decode(code, READOUT, nothing, at_once=8, update=True)
    value, _ = network.value(code, MASKS, OTHERS, nothing, at_once=8)
    assert logits.shape == (2, HEIGHT, WIDTH)
    assert value.shape == READOUT.shape
    assert kept.shape == nothing.shape


@pytest.mark.parametrize(("dtype", "share"), [(torch.float32, 1e-4), (torch.bfloat16, 0.05)], ids=str)
def test_smaller_numbers_say_nearly_the_same(dtype, share):
    network, exact = random_network(dtype), random_network()
    code, true = network.encode(IMAGE.float()), exact.encode(IMAGE)
    assert isinstance(code, FrameCode)
    assert code.keys.key_MQ.dtype == torch.float32
    logits, renewed = network.decode(code, READOUT.float(), SENSORY.float(), at_once=8, update=True)
    true_logits, true_renewed = exact.decode(true, READOUT, SENSORY, at_once=8, update=True)
    assert (logits.dtype, renewed.dtype) == (torch.float32, torch.float32)
    for ours, theirs in ((logits, true_logits), (renewed, true_renewed), (code.keys.key_MQ, true.keys.key_MQ)):
        assert (ours - theirs).abs().mean() < share * theirs.abs().mean()

from functools import cache

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.masks import mask_iou  # noqa: E402
from masklet.core.values import Frame, MaskPrompt  # noqa: E402
from masklet.models.xmem import made_up  # noqa: E402
from masklet.models.xmem.checkpoint import network_of  # noqa: E402
from masklet.models.xmem.config import XMemConfig  # noqa: E402
from masklet.models.xmem.decoder import NOT_THERE, Decoder  # noqa: E402
from masklet.models.xmem.regions import Region, regions_of, whole  # noqa: E402
from masklet.models.xmem.tracker import XMemTracker  # noqa: E402
from models.xmem_parts import CPU, DIMS, random_network  # noqa: E402

GRID = (14, 8)
REGIONS = (Region(6, 0, 8, 2), Region(0, 4, 3, 8))


def cells(*boxes):
    cells_hw = torch.zeros(20, 30, dtype=torch.bool)
    for top, left, bottom, right in boxes:
        cells_hw[top:bottom, left:right] = True
    return cells_hw


@pytest.mark.parametrize(("seen_hw", "expected"), [
    pytest.param(cells(), (whole((20, 30)),), id="nowhere is anywhere"),
    pytest.param(cells((0, 0, 20, 30)), (whole((20, 30)),), id="everywhere"),
    pytest.param(cells((2, 2, 18, 27)), (whole((20, 30)),), id="windows that do not pay"),
    pytest.param(cells((4, 5, 6, 8)), (Region(3, 4, 7, 9),), id="one place"),
    pytest.param(cells((0, 0, 2, 2), (15, 20, 17, 22)), (Region(0, 0, 3, 3), Region(14, 19, 18, 23)), id="two"),
    pytest.param(cells((4, 4, 6, 6), (6, 7, 8, 9)), (Region(3, 3, 9, 10),), id="two that touch"),
])  # fmt: skip
def test_regions_lie_around_where_an_object_was_seen(seen_hw, expected):
    assert tuple(sorted(regions_of(seen_hw, cells().float(), margin=1))) == expected


def test_an_object_that_was_not_seen_can_be_anywhere():
    assert regions_of(None, cells((4, 5, 6, 8)).float(), margin=1) == (whole((20, 30)),)


def test_regions_lie_also_around_where_memory_finds_an_object():
    regions = regions_of(cells((4, 5, 6, 8)), 0.1 * cells((4, 8, 6, 9), (15, 15, 16, 16)), margin=3)
    assert tuple(sorted(regions)) == (Region(1, 2, 9, 11), Region(14, 14, 17, 17))


@cache
def looked(regions=None, reaches=np.inf):
    """Logits and sensory memory of two objects, the second sought in the whole frame."""
    network = random_network()
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, 16 * GRID[0], 16 * GRID[1], generator=generator).double()
    readout, sensory = (torch.rand(2, size, *GRID, generator=generator).double() for size in DIMS[1:])
    with pytest.MonkeyPatch.context() as patch, torch.inference_mode():
        patch.setattr("masklet.models.xmem.decoder._REACHES", reaches)
        both = None if regions is None else [regions, (whole(GRID),)]
        code = network.encode(image)
        logits, renewed = network.decode(code, readout, sensory, at_once=8, update=True, regions=both)
    return sensory, logits, renewed


def test_in_its_regions_an_object_is_found_as_in_the_whole_frame():
    sensory, expected_logits, expected_renewed = looked()
    _, logits, renewed = looked(REGIONS)
    inside = torch.zeros(GRID, dtype=torch.bool)
    for region in REGIONS:
        pixels = np.s_[16 * region.top + 2 : 16 * region.bottom - 2, 16 * region.left + 2 : 16 * region.right - 2]
        torch.testing.assert_close(logits[0][pixels], expected_logits[0][pixels], rtol=1e-9, atol=1e-9)
        region.grown(-1, GRID).of(inside)[:] = True
    torch.testing.assert_close(renewed[0][:, inside], expected_renewed[0][:, inside], rtol=1e-9, atol=1e-9)
    assert torch.equal(renewed[0][:, ~inside], sensory[0][:, ~inside])
    assert (logits[0] == NOT_THERE).float().mean() > 0.5
    torch.testing.assert_close((logits[1], renewed[1]), (expected_logits[1], expected_renewed[1]))


def test_an_object_that_reaches_the_edge_of_its_region_is_sought_in_the_whole_frame():
    _, expected_logits, expected_renewed = looked()
    _, logits, renewed = looked(REGIONS, reaches=-np.inf)
    torch.testing.assert_close((logits, renewed), (expected_logits, expected_renewed))


HEIGHT, WIDTH, RADIUS = 160, 272, 26
CELLS = HEIGHT * WIDTH // 256
CENTRES = [(60, 60), (62, 61), (124, 204), None, (76, 76), (77, 77)]
"""It goes on, jumps by whole cells, is hidden, comes back elsewhere."""


def texture(seed, high, wide):
    coarse = np.random.default_rng(seed).normal(60 + 100 * seed, 40, (-(-high // 10), -(-wide // 10), 3))
    smooth = cv2.resize(coarse.astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
    return smooth.clip(0, 255).astype(np.uint8)


GROUND_HW3, LOOK_HW3 = texture(0, HEIGHT, WIDTH), texture(1, 2 * RADIUS, 2 * RADIUS)
DISK_HW = np.hypot(*(np.mgrid[: 2 * RADIUS, : 2 * RADIUS] - RADIUS + 0.5)) < RADIUS


def scene(index):
    image_HW3, mask_HW = GROUND_HW3.copy(), np.zeros((HEIGHT, WIDTH), dtype=bool)
    if CENTRES[index] is not None:
        y, x = CENTRES[index]
        place = np.s_[y - RADIUS : y + RADIUS, x - RADIUS : x + RADIUS]
        image_HW3[place][DISK_HW] = LOOK_HW3[DISK_HW]
        mask_HW[place] = DISK_HW
    return Frame(index, index / 25, image_HW3), mask_HW


@cache
def following():
    return network_of(made_up.following_state(64, *DIMS[1:])).ready(CPU, torch.float32)


def followed(whole_every, monkeypatch, frames=len(CENTRES)):
    """Masks of each frame, and how many cells were looked at in it; in so small a frame windows do not pay."""
    looks = []
    decode = Decoder.forward

    def counting(self, frame, readout, sensory, regions, *, update):
        looks.append(sum(region.cells for region in regions[0]))
        return decode(self, frame, readout, sensory, regions, update=update)

    monkeypatch.setattr(Decoder, "forward", counting)
    monkeypatch.setattr("masklet.models.xmem.regions._WORTH", 2)
    session = XMemTracker(following(), XMemConfig(whole_every=whole_every, memory_every=3, margin=1)).start()
    frame, mask_HW = scene(0)
    session.step(frame, [MaskPrompt(0, 1, mask_HW)])
    return [session.step(scene(index)[0]).masks_NHW[0] for index in range(1, frames)], looks


def test_masks_are_those_of_whole_frames_whether_objects_go_on_or_jump_or_come_back(monkeypatch):
    masks, looks = followed(99, monkeypatch)
    monkeypatch.undo()
    expected, all_cells = followed(1, monkeypatch)
    assert set(all_cells) == {CELLS}
    assert sum(count < CELLS for count in looks) >= 4
    for index, (found_HW, expected_HW) in enumerate(zip(masks, expected, strict=True), start=1):
        truth_HW = scene(index)[1]
        if truth_HW.any():
            assert mask_iou(expected_HW[None], truth_HW[None])[0, 0] > 0.5
            assert mask_iou(found_HW[None], expected_HW[None])[0, 0] > 0.95
        else:
            assert not found_HW.any()
            assert not expected_HW.any()


def test_after_so_many_frames_objects_are_sought_everywhere(monkeypatch):
    _, looks = followed(3, monkeypatch, frames=3)
    assert looks[0] < CELLS == looks[1]  # the prompted frame is the first


def test_a_state_from_before_covers_were_kept_goes_on():
    tracker = XMemTracker(following())
    session = tracker.start()
    frame, mask_HW = scene(0)
    session.step(frame, [MaskPrompt(0, 1, mask_HW)])
    old = {name: array for name, array in session.state().items() if not name.startswith("seen.")}
    del old["memory.1.cover_M"]
    expected = session.step(scene(1)[0]).masks_NHW[0]
    found_HW = tracker.restore(old).step(scene(1)[0]).masks_NHW[0]
    assert mask_iou(found_HW[None], expected[None])[0, 0] > 0.95

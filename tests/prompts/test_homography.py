"""The ground and the picture: both conventions, the division, and what is no homography."""

import numpy as np
import pytest

from masklet.core.errors import FormatError, PromptError
from masklet.prompts import (
    Homography,
    ProportionalApproximation,
    judge_convention,
    read_homography,
    read_trajectories,
)
from masklet.prompts.homography import is_inside

SIZE_HW = (480, 640)
TILTED_33 = np.array([[0.02, 0.001, -3.0], [0.0005, 0.03, -5.0], [1e-4, 2e-3, 1.0]])
TOLERANCE_PIXELS = 0.01
ROUNDED_METRES_PIXELS = 0.025
"""Scene-LSTM has metres with five digits, half a millimetre off at most, where 2.1 cm are a pixel."""


def grid(size_HW=SIZE_HW):
    """Points all over the picture, x y."""
    height, width = size_HW
    x, y = np.meshgrid(np.linspace(1, width - 1, 9), np.linspace(1, height - 1, 7))
    return np.stack([x, y], axis=-1).reshape(-1, 2)


@pytest.mark.parametrize("convention", ["uv", "rowcol"])
def test_to_the_ground_and_back_is_where_it_was(convention):
    homography = Homography(TILTED_33, convention)
    there_and_back_P2 = homography.to_image(homography.to_world(grid()))
    assert np.abs(there_and_back_P2 - grid()).max() < 1e-6


def test_a_point_is_divided_by_its_depth():
    x, y = 100.0, 200.0
    above, below = TILTED_33[:2] @ [x, y, 1], TILTED_33[2] @ [x, y, 1]
    assert below == pytest.approx(1.41)
    assert Homography(TILTED_33).to_world(np.array([[x, y]]))[0] == pytest.approx(above / below)


def test_rows_come_first_in_the_other_convention():
    uv, rowcol = Homography(TILTED_33), Homography(TILTED_33, "rowcol")
    assert np.array_equal(uv.to_world(grid()), rowcol.to_world(grid()[:, ::-1]))


def test_no_pixel_shows_what_lies_on_the_horizon():
    homography = Homography(np.array([[1.0, 0, 0], [0, 1, 0], [0, 1, -10]]))
    assert np.isnan(homography.to_world(np.array([[3.0, 10]]))).all()
    assert is_inside(np.array([[np.nan, 5], [3, 5]]), SIZE_HW).tolist() == [False, True]


@pytest.mark.parametrize("convention", ["uv", "rowcol"])
def test_the_convention_is_the_one_that_puts_people_into_the_picture(convention):
    right = Homography(TILTED_33, convention)
    judged = judge_convention(TILTED_33, right.to_world(grid()), SIZE_HW)
    assert judged.homography.convention == convention
    assert judged.inside[convention] == 1.0
    assert f"convention {convention}" in str(judged)


@pytest.mark.parametrize(
    ("world_P2", "says"),
    [
        pytest.param(np.full((4, 2), 9e3), r"0 % \(uv\) and 0 % \(rowcol\)", id="neither"),
        pytest.param(Homography(TILTED_33).to_world(np.full((4, 2), 100.0)), "say which it is", id="both"),
    ],
)
def test_a_convention_that_cannot_be_judged_is_refused(world_P2, says):
    with pytest.raises(FormatError, match=says):
        judge_convention(TILTED_33, world_P2, SIZE_HW)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("1 0 0\n0 1 0\n", r"lines of 3 \+ 3 numbers", id="two lines"),
        pytest.param("1 0 0 0\n0 1 0 0\n0 0 1 0\n", r"lines of 4 \+ 4 \+ 4", id="four columns"),
        pytest.param("1 2 3\n2 4 6\n0 0 1\n", "singular", id="singular"),
        pytest.param("0 0 0\n0 1 0\n0 0 1\n", "singular", id="a line of zeros"),
        pytest.param("1 0 nan\n0 1 0\n0 0 1\n", "finite", id="NaN"),
        pytest.param("one two three\n", "something else", id="words"),
        pytest.param("", "no numbers", id="empty"),
    ],
)
def test_what_is_no_homography_is_refused_in_a_sentence_with_its_file(tmp_path, text, says):
    path = tmp_path / "H.txt"
    path.write_text(text)
    with pytest.raises(FormatError, match=says) as refused:
        read_homography(path)
    assert "H.txt" in str(refused.value)


def test_a_homography_that_is_missing_is_a_sentence(tmp_path):
    with pytest.raises(FormatError, match=r"H\.txt, got: No such file"):
        read_homography(tmp_path / "H.txt")


def test_a_convention_of_another_name_is_refused():
    with pytest.raises(FormatError, match="uv, rowcol"):
        Homography(TILTED_33, "xy")


def test_without_a_homography_the_range_of_the_annotations_is_laid_over_the_picture():
    world_P2 = np.array([[-5.0, 2], [15, 6], [0, 3]])
    ground = ProportionalApproximation.of(world_P2, SIZE_HW)
    assert ground.to_image(world_P2).tolist() == [[0, 0], [640, 480], [160, 120]]
    assert ground.to_world(ground.to_image(world_P2)) == pytest.approx(world_P2)


def test_annotations_on_a_line_cannot_be_laid_over_the_picture():
    with pytest.raises(PromptError, match="differ in x and in y"):
        ProportionalApproximation.of(np.array([[1.0, 2], [1, 3]]), SIZE_HW)


OPENTRAJ, HIS = "ETH-UCY/opentraj", "ETH-UCY/cerniello_his/homography_matrix"
CONSISTENT = [
    pytest.param(f"{OPENTRAJ}/ETH/seq_eth", "obsmat.txt", "H.txt", "rowcol", id="seq_eth"),
    pytest.param(f"{OPENTRAJ}/ETH/seq_hotel", "obsmat.txt", "H.txt", "rowcol", id="seq_hotel"),
    pytest.param(f"{OPENTRAJ}/UCY/zara01", "obsmat.txt", "H.txt", "rowcol", id="zara01"),
    pytest.param("", "ETH-UCY/scene_lstm/meter/ucy_univ.txt", f"{HIS}/ucy_univ.txt", "uv", id="univ of P2"),
    pytest.param("", "ETH-UCY/scene_lstm/meter/ucy_zara01.txt", f"{HIS}/ucy_zara01.txt", "uv", id="zara01 of P2"),
    pytest.param("", "ETH-UCY/scene_lstm/meter/ucy_zara02.txt", f"{HIS}/ucy_zara02.txt", "uv", id="zara02 of P2"),
    pytest.param("", "ETH-UCY/cerniello_his/crowds_zara02.txt", f"{HIS}/ucy_zara02.txt", "uv", id="crowds_zara02"),
    pytest.param("PETS09-S2L1", "trajectories_world.txt", "H_image_to_world.txt", "uv", id="PETS"),
]
PICTURES = {"seq_eth": (480, 640), "PETS09-S2L1": (576, 768)}


def picture_of(folder):
    return PICTURES.get(folder.rsplit("/", maxsplit=1)[-1], (576, 720))


@pytest.mark.shared
@pytest.mark.parametrize(("folder", "people", "matrix", "convention"), CONSISTENT)
def test_every_real_annotation_comes_back_from_its_pixel(shared, folder, people, matrix, convention):
    """World to picture to world to picture, on every row of the file."""
    world_P2 = read_trajectories(shared / folder / people).points()
    homography = Homography(read_homography(shared / folder / matrix), convention)
    xy_P2 = homography.to_image(world_P2)
    again_P2 = homography.to_image(homography.to_world(xy_P2))
    assert np.abs(again_P2 - xy_P2).max() < TOLERANCE_PIXELS
    assert np.abs(homography.to_world(xy_P2) - world_P2).max() < 1e-6
    assert is_inside(xy_P2, picture_of(folder)).mean() > 0.98


@pytest.mark.shared
@pytest.mark.parametrize(
    ("folder", "people", "matrix", "convention"), [case for case in CONSISTENT if case.id != "seq_eth"]
)
def test_the_convention_of_real_scenes_is_judged_right(shared, folder, people, matrix, convention):
    world_P2 = read_trajectories(shared / folder / people).points()
    judged = judge_convention(read_homography(shared / folder / matrix), world_P2, picture_of(folder))
    assert judged.homography.convention == convention


@pytest.mark.shared
def test_where_both_conventions_put_everybody_into_the_picture_nothing_is_guessed(shared):
    scene = shared / OPENTRAJ / "ETH/seq_eth"
    world_P2 = read_trajectories(scene / "obsmat.txt").points()
    with pytest.raises(FormatError, match=r"got 100 % \(uv\) and 100 % \(rowcol\); say which"):
        judge_convention(read_homography(scene / "H.txt"), world_P2, picture_of("seq_eth"))


@pytest.mark.shared
def test_a_matrix_of_neither_convention_is_refused(shared):
    scene = shared / OPENTRAJ / "UCY/zara02"
    world_P2 = read_trajectories(scene / "obsmat.txt").points()
    with pytest.raises(FormatError, match="another scene"):
        judge_convention(read_homography(scene / "H.txt"), world_P2, (576, 720))


@pytest.mark.shared
@pytest.mark.parametrize("scene", ["ucy_univ", "ucy_zara01", "ucy_zara02"])
def test_metres_become_the_pixels_that_others_measured(shared, scene):
    """Scene-LSTM has the same annotations in metres and in pixels."""
    metres, pixels = (
        read_trajectories(shared / f"ETH-UCY/scene_lstm/{unit}/{scene}.txt") for unit in ("meter", "pixel")
    )
    homography = Homography(read_homography(shared / HIS / f"{scene}.txt"), "uv")
    off = [np.abs(homography.to_image(one.world_T2) - pixels.of(one.person_id).world_T2).max() for one in metres]
    assert len(off) > 140
    assert max(off) < ROUNDED_METRES_PIXELS


@pytest.mark.shared
def test_metres_of_eth_become_pixels_with_rows_first(shared):
    """Of those frames of seq_eth that Scene-LSTM annotates in pixels as well."""
    metres = read_trajectories(shared / OPENTRAJ / "ETH/seq_eth/obsmat.txt")
    pixels = read_trajectories(shared / "ETH-UCY/scene_lstm/pixel/eth_univ.txt")
    homography = Homography(read_homography(shared / OPENTRAJ / "ETH/seq_eth/H.txt"), "rowcol")
    off = []
    for one in metres:
        other = pixels.people.get(one.person_id)
        for frame in set(one.frames_T.tolist()) & set(other.frames_T.tolist() if other else ()):
            world_12, xy_12 = one.at(np.array([frame])), other.at(np.array([frame]))
            off.append(np.abs(homography.to_image(world_12) - xy_12).max())
    assert len(off) == 289
    assert max(off) < TOLERANCE_PIXELS


@pytest.mark.shared
def test_pets_metres_lie_near_the_foot_points_in_pixels(shared):
    """The matrix leaves the lens out: mean below a pixel, as its fit says."""
    folder = shared / "PETS09-S2L1"
    world_P2 = read_trajectories(folder / "trajectories_world.txt").points()
    xy_P2 = Homography(read_homography(folder / "H_image_to_world.txt")).to_image(world_P2)
    off_P2 = np.abs(xy_P2 - read_trajectories(folder / "trajectories_pixel.txt").points())
    assert off_P2.mean() < 1
    assert off_P2.max() < 6

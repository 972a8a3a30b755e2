"""Label PNGs: ids, void, binary masks, palettes, and pictures that are something else."""

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import FormatError, OutputError
from masklet.core.values import FrameMasks
from masklet.formats.davis import (
    read_label_png,
    read_label_pngs,
    read_palette,
    write_label_png,
    write_label_pngs,
)
from masklet.formats.palette import davis_palette
from samples import assert_same_masks, random_masklets

IDS = np.array([[0, 1, 2], [3, 0, 253]])


def test_label_pngs_come_back_as_they_went(tmp_path):
    written = random_masklets()
    assert write_label_pngs(written, tmp_path) == 6
    assert_same_masks(read_label_pngs(tmp_path), written)


def test_the_palette_is_the_one_davis_publishes(shared):
    published = np.loadtxt(shared / "DAVIS/palette.txt", dtype=np.uint8)
    np.testing.assert_array_equal(davis_palette()[:22], np.where(published == 191, 192, published)[:22])


def test_a_written_picture_is_indexed_and_keeps_a_given_palette(tmp_path):
    palette = davis_palette()[::-1].copy()
    write_label_png(tmp_path / "a.png", IDS, palette)
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "P"
    np.testing.assert_array_equal(read_palette(tmp_path / "a.png"), palette)
    np.testing.assert_array_equal(read_label_png(tmp_path / "a.png"), IDS)


@pytest.mark.parametrize(
    ("values", "binary", "expected"),
    [
        pytest.param([[0, 255]], None, [[0, 1]], id="grey with 0 and 255 is binary"),
        pytest.param([[0, 255]], False, [[0, 255]], id="unless the caller knows better"),
        pytest.param([[0, 255, 2]], None, [[0, 255, 2]], id="grey with ids holds ids"),
        pytest.param([[0, 7, 2]], True, [[0, 1, 1]], id="binary by the caller's word"),
    ],
)
def test_what_255_means_in_a_grey_picture(tmp_path, values, binary, expected):
    Image.fromarray(np.array(values, dtype=np.uint8)).save(tmp_path / "a.png")
    assert read_label_png(tmp_path / "a.png", binary=binary).tolist() == expected


def test_a_one_bit_picture_is_binary(tmp_path):
    Image.fromarray(np.array([[False, True]])).save(tmp_path / "a.png")
    assert read_label_png(tmp_path / "a.png").tolist() == [[0, 1]]


def test_void_pixels_of_indexed_pictures_belong_to_nobody(tmp_path):
    write_label_png(tmp_path / "00000.png", np.array([[0, 1, 254, 255]]))
    assert read_label_pngs(tmp_path).object_ids == (1,)
    assert read_label_pngs(tmp_path, void=()).object_ids == (1, 254, 255)


def test_colours_of_the_palette_are_read_as_ids(tmp_path):
    Image.fromarray(davis_palette()[IDS]).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_label_png(tmp_path / "a.png"), IDS)


def test_given_names_place_sparse_pictures_in_their_video(tmp_path):
    for name in ("00000", "00010"):
        write_label_png(tmp_path / f"{name}.png", IDS)
    video = [f"{number:05d}" for number in range(0, 20, 5)]
    assert read_label_pngs(tmp_path, names=video).frame_indices == (0, 2)
    assert read_label_pngs(tmp_path).frame_indices == (0, 1)
    assert read_label_pngs(tmp_path, names=video).frame_name(2) == "00010"


def test_no_picture_but_the_first_is_opened_before_it_is_asked_for(tmp_path):
    write_label_png(tmp_path / "00000.png", IDS)
    (tmp_path / "00001.png").write_bytes(b"not read yet")
    masklets = read_label_pngs(tmp_path)
    assert masklets.frame(0).object_ids == (1, 2, 3, 253)
    with pytest.raises(FormatError, match=r"00001\.png"):
        masklets.frame(1)


def test_overlap_goes_to_the_better_score(tmp_path):
    both = FrameMasks(0, (1, 2), np.ones((2, 2, 3), dtype=bool), np.array([0.5, 0.9]))
    write_label_pngs([both], tmp_path, names=lambda _: "first")
    assert (read_label_png(tmp_path / "first.png") == 2).all()


def test_an_empty_frame_is_a_frame(tmp_path):
    write_label_pngs([FrameMasks.empty(0, (4, 5))], tmp_path)
    assert read_label_pngs(tmp_path).frame_indices == (0,)
    assert read_label_pngs(tmp_path).object_ids == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        pytest.param(np.full((2, 2, 3), 7, np.uint8), r"RGB.*write_label_png", id="colours"),
        pytest.param(np.full((2, 2), 300, np.uint16), r"16-bit.*mots-png", id="16 bit"),
        pytest.param(np.full((2, 2, 2), 7, np.uint8), r"mode LA", id="grey and alpha"),
    ],
)
def test_other_pictures_are_refused_by_name(tmp_path, values, reason):
    Image.fromarray(values).save(tmp_path / "a.png")
    with pytest.raises(FormatError, match=rf"a\.png.*{reason}"):
        read_label_png(tmp_path / "a.png")


def test_a_truncated_picture_is_refused_by_name(tmp_path):
    write_label_png(tmp_path / "a.png", np.random.default_rng(0).integers(0, 255, (50, 50)))
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:1200])
    with pytest.raises(FormatError, match=r"a\.png.*damaged"):
        read_label_png(tmp_path / "a.png")


def test_a_mask_of_another_size_is_named(tmp_path):
    write_label_png(tmp_path / "00000.png", IDS)
    write_label_png(tmp_path / "00001.png", IDS[:, :2])
    with pytest.raises(FormatError, match=r"3x2 in .*00001\.png.*got 2x2"):
        list(read_label_pngs(tmp_path))


def test_300_ids_are_refused_and_leave_nothing(tmp_path):
    with pytest.raises(FormatError, match=r"from 0 to 255 .* got 300"):
        write_label_png(tmp_path / "a.png", np.array([[0, 300]]))
    high = FrameMasks(0, (300,), np.ones((1, 2, 2), dtype=bool), np.ones(1))
    with pytest.raises(FormatError, match=r"below 254 .* got 300"):
        write_label_pngs([high], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_name_cannot_lead_out_of_the_folder(tmp_path):
    with pytest.raises(FormatError, match="frame name"):
        write_label_pngs([FrameMasks.empty(0, (2, 2))], tmp_path / "in", names=lambda _: "../out")
    assert not (tmp_path / "out.png").exists()


def test_a_folder_without_pictures_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="PNG masks"):
        read_label_pngs(tmp_path)


def test_an_unwritable_place_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="nowhere"):
        write_label_png(tmp_path / "nowhere" / "a.png", IDS)


def test_davis_masks_of_both_years_are_read(shared):
    binary = read_label_pngs(shared / "DAVIS/Annotations/480p/blackswan")
    assert (len(binary), binary.object_ids, binary.size_HW) == (50, (1,), (480, 854))
    several = read_label_pngs(shared / "DAVIS-multi/Annotations/240p/dogs-jump")
    assert (len(several), several.object_ids) == (66, (1, 2, 3))

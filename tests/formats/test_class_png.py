import numpy as np
import pytest
from PIL import Image

from labelled_samples import SPACE, painted, street, write_png
from masklet.core.errors import FormatError
from masklet.core.label_space import VOID, label_space
from masklet.core.label_spaces import CAMVID, CITYSCAPES, CITYSCAPES_30, VOC
from masklet.formats.class_png import read_class_png, read_values, write_class_png


def with_void():
    label_map_HW = street()
    label_map_HW[0, :5] = VOID
    return label_map_HW


def test_class_pngs_come_back_as_they_went(tmp_path):
    write_class_png(tmp_path / "a.png", with_void(), SPACE)
    assert read_class_png(tmp_path / "a.png", SPACE).tolist() == with_void().tolist()
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image.convert("RGB")), painted(with_void()))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(with_void(), id="grey"),
        pytest.param(painted(with_void()), id="colours"),
        pytest.param(np.dstack([painted(with_void()), np.full((24, 32), 255)]), id="colours with opacity"),
    ],
)
def test_grey_and_colour_pictures_are_read(tmp_path, values):
    path = write_png(tmp_path / "a.png", values)
    assert read_class_png(path, SPACE).tolist() == with_void().tolist()


def test_sixteen_bits_of_class_numbers_are_read(tmp_path):
    Image.fromarray(street().astype(np.uint16)).save(tmp_path / "a.png")
    assert read_class_png(tmp_path / "a.png", SPACE).tolist() == street().tolist()


def test_black_is_a_class_where_a_class_is_black(tmp_path):
    path = write_png(tmp_path / "a.png", painted(np.array([[0, 1, 20]]), VOC))
    assert read_class_png(path, VOC).tolist() == [[0, 1, 20]]


@pytest.mark.parametrize(
    ("values", "space", "reason"),
    [
        pytest.param([[0, 3, 7]], SPACE, r"labels 0 to 2 of signals or 255 .*got 3, 7; name", id="numbers"),
        pytest.param([[[1, 2, 3], [4, 5, 6]]], SPACE, r"got 2 others such as \(1, 2, 3\)", id="colours"),
        pytest.param([[[153, 153, 153]]], CITYSCAPES_30, r"the one of pole and polegroup", id="shared colours"),
    ],
)
def test_what_the_space_does_not_have_is_refused(tmp_path, values, space, reason):
    path = write_png(tmp_path / "a.png", values)
    with pytest.raises(FormatError, match=reason):
        read_class_png(path, space)


def test_the_palette_of_another_space_is_refused(tmp_path):
    path = write_png(tmp_path / "a.png", [[0, 1]], CITYSCAPES.palette_256x3)
    with pytest.raises(FormatError, match=r"classes of camvid in .*palette of cityscapes"):
        read_class_png(path, CAMVID)
    assert read_class_png(path, CITYSCAPES).tolist() == [[0, 1]]


def test_any_other_palette_is_no_matter(tmp_path):
    mine = label_space("mine", [("a", (1, 1, 1)), ("b", (2, 2, 2))])
    path = write_png(tmp_path / "a.png", [[0, 1]], mine.palette_256x3)
    assert read_class_png(path, CAMVID).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(None, "found nothing there", id="missing"),
        pytest.param(b"no picture", "could not read it", id="damaged"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, content, reason):
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(FormatError, match=rf"class PNG.*a\.png, {reason}"):
        read_class_png(tmp_path / "a.png", SPACE)


def test_a_cut_off_picture_is_named(tmp_path):
    path = write_png(tmp_path / "a.png", np.random.default_rng(0).integers(0, 3, (64, 64)))
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(FormatError, match=r"whole class PNG in .*a\.png"):
        read_class_png(path, SPACE)


def test_plain_numbers_are_no_colours(tmp_path):
    path = write_png(tmp_path / "a.png", painted(street()))
    with pytest.raises(FormatError, match="got colours"):
        read_values(path)


def test_nothing_is_written_of_unknown_values(tmp_path):
    with pytest.raises(FormatError, match="labels 0 to 2 of signals"):
        write_class_png(tmp_path / "a.png", np.full((2, 2), 9, np.uint8), SPACE)
    assert not list(tmp_path.iterdir())

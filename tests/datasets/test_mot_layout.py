import pytest
from PIL import Image

from masklet.core.errors import FormatError
from masklet.datasets import mot_sequences


def make_sequence(folder, *, pictures=2, info="[Sequence]\nname=A\nimDir=img1\nframeRate=7\n"):
    (folder / "gt").mkdir(parents=True)
    (folder / "gt/gt.txt").write_text("1,4,10,20,30,40,1,-1,-1,-1\n2,4,11,20,30,40,1,-1,-1,-1\n")
    if pictures:
        (folder / "img1").mkdir()
        for number in range(1, pictures + 1):
            Image.new("RGB", (64, 48)).save(folder / f"img1/{number:06d}.jpg")
    if info:
        (folder / "seqinfo.ini").write_text(info)
    return folder


def test_frame_one_of_the_text_is_the_first_picture(tmp_path):
    clip = mot_sequences(make_sequence(tmp_path / "A"))[0].clip()
    assert clip.name == "A"
    assert clip.truth.frames[0].boxes_N4.tolist() == [[10, 20, 40, 60]]
    assert [frame.index for frame in clip.frames.read()] == [0, 1]
    assert clip.frames.info.frames_per_second == 7


def test_a_folder_of_sequences_gives_all_that_have_a_truth(tmp_path):
    for name in ("B", "A"):
        make_sequence(tmp_path / name)
    (tmp_path / "results").mkdir()
    assert [sequence.name for sequence in mot_sequences(tmp_path)] == ["A", "B"]


def test_without_seqinfo_pictures_are_in_img1(tmp_path):
    clip = mot_sequences(make_sequence(tmp_path / "A", info=""))[0].clip()
    assert clip.frames.info.frame_count == 2


def test_a_damaged_seqinfo_is_an_error(tmp_path):
    clip = mot_sequences(make_sequence(tmp_path / "A", info="frameRate=7"))[0].clip()
    with pytest.raises(FormatError, match=r"seqinfo\.ini"):
        clip.frames  # noqa: B018


def test_a_sequence_without_pictures_and_video_is_an_error(tmp_path):
    clip = mot_sequences(make_sequence(tmp_path / "A", pictures=0))[0].clip()
    with pytest.raises(FormatError, match="got 0 videos"):
        clip.frames  # noqa: B018


def test_a_folder_without_truth_is_an_error(tmp_path):
    with pytest.raises(FormatError, match=r"gt/gt\.txt"):
        mot_sequences(tmp_path)


@pytest.mark.shared
def test_pets_has_a_video_and_nineteen_people(shared):
    clip = mot_sequences(shared / "PETS09-S2L1")[0].clip()
    assert clip.frames.info.frame_count == len(clip.truth.frames) == 795
    assert len(clip.truth.object_ids) == 19

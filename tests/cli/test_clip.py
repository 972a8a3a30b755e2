"""masklet clip as its user calls it: cutting, scaling, frames out and in again, split lists."""

import json

import pytest

from masklet.sources import open_source
from sources.videos import noisy, number_in, numbered


@pytest.fixture
def video(tmp_path):
    return numbered(tmp_path / "street.mp4", 60, options={"g": "7"})  # 2.4 s


def numbers(path):
    return [number_in(frame.image_HW3) for frame in open_source(path).read()]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_video_is_cut_into_whole_clips(masklet, video, tmp_path):
    code, out, _ = masklet("clip", video, "-o", tmp_path / "clips", "--seconds", 1)
    assert (code, out) == (0, f"clips: 2, videos: 1 -> {tmp_path / 'clips'}\n")
    assert names(tmp_path / "clips") == ["street_0000.mp4", "street_0001.mp4"]
    assert numbers(tmp_path / "clips/street_0000.mp4") == list(range(25))
    assert numbers(tmp_path / "clips/street_0001.mp4") == list(range(25, 50))


def test_clips_overlap_and_the_rest_is_kept_on_demand(masklet, video, tmp_path):
    code, out, _ = masklet(
        "clip", video, "-o", tmp_path / "clips", "--seconds", 1, "--overlap", 0.2, "--keep-rest", "--json"
    )
    clips = json.loads(out)["clips"]
    assert code == 0
    assert [(clip["begin"], clip["end"], clip["frames"]) for clip in clips] == [
        (0, 1, 25),
        (0.8, 1.8, 25),
        (1.6, 2.4, 20),
    ]
    assert numbers(tmp_path / "clips/street_0001.mp4") == list(range(20, 45))


def test_clips_are_scaled_and_take_a_bit_rate(masklet, video, tmp_path):
    words = ["--seconds", 1, "--height", 24, "--bit-rate", "1000k", "--overwrite"]
    assert masklet("clip", video, "-o", tmp_path / "clips", *words)[0] == 0
    assert open_source(tmp_path / "clips/street_0000.mp4").info.size_HW == (24, 32)
    masklet("clip", video, "-o", tmp_path / "clips", "--seconds", 1, "--size", "40x20", "--overwrite")
    assert open_source(tmp_path / "clips/street_0000.mp4").info.size_HW == (20, 40)


def test_frames_come_out_and_become_a_video_again(masklet, video, tmp_path):
    assert masklet("clip", video, "-o", tmp_path / "out", "--frames", "png", "--every", 30)[0] == 0
    assert names(tmp_path / "out/street") == ["00000.png", "00030.png"]
    assert numbers(tmp_path / "out/street") == [0, 30]
    code, out, _ = masklet("clip", tmp_path / "out/street", "-o", tmp_path / "back.mp4", "--fps", 5)
    assert (code, out) == (0, f"frames: 2 -> {tmp_path / 'back.mp4'}\n")
    back = open_source(tmp_path / "back.mp4")
    assert (back.info.frames_per_second, numbers(tmp_path / "back.mp4")) == (5, [0, 30])


def test_frames_of_clips_have_a_folder_each(masklet, video, tmp_path):
    masklet("clip", video, "-o", tmp_path / "out", "--frames", "jpg", "--seconds", 1, "--every", 10)
    assert names(tmp_path / "out") == ["street_0000", "street_0001"]
    assert names(tmp_path / "out/street_0001") == ["00025.jpg", "00035.jpg", "00045.jpg"]


def test_a_split_deals_whole_videos(masklet, tmp_path):
    videos = [numbered(tmp_path / f"v{number}.mp4", 6) for number in range(10)]
    words = ["-o", tmp_path / "out", "--seconds", 0.12, "--split", "80/10/10", "--seed", 3]
    code, out, _ = masklet("clip", *videos, *words, "--json")
    lists = json.loads(out)["split"]
    assert code == 0
    assert {part: len(clips) for part, clips in lists.items()} == {"train": 16, "val": 2, "test": 2}
    homes = {part: {clip.rpartition("_")[0] for clip in clips} for part, clips in lists.items()}
    assert [len(home) for home in homes.values()] == [8, 1, 1]
    assert len(set.union(*homes.values())) == 10
    for part, clips in lists.items():
        assert (tmp_path / f"out/{part}.txt").read_text().split() == clips
    assert all((tmp_path / f"out/{clip}.mp4").exists() for clips in lists.values() for clip in clips)


def test_some_clips_are_drawn_at_random_the_same_for_a_seed(masklet, video, tmp_path):
    drawn = []
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        masklet("clip", video, "-o", tmp_path / folder, "--seconds", 0.2, "--draw", 3, "--seed", seed)
        drawn.append(names(tmp_path / folder))
    assert len(drawn[0]) == 3
    assert drawn[0] == drawn[1] != drawn[2]


def test_uneven_times_are_kept(masklet, tmp_path):
    path = numbered(tmp_path / "a.mkv", 8, pts=[0, 1, 4, 5, 9, 10, 11, 14], options={"bf": "0"})
    assert masklet("clip", path, "-o", tmp_path / "b.mp4")[0] == 0
    times = [frame.seconds for frame in open_source(tmp_path / "b.mp4").read()]
    assert times == pytest.approx([0, 0.04, 0.16, 0.2, 0.36, 0.4, 0.44, 0.56], abs=1e-4)


def test_what_is_there_is_kept_without_overwrite(masklet, video, tmp_path):
    masklet("clip", video, "-o", tmp_path / "clips", "--seconds", 2)
    code, _, err = masklet("clip", video, "-o", tmp_path / "clips", "--seconds", 2)
    assert code == 1
    assert "street_0000.mp4 yet, found something: --overwrite" in err
    assert masklet("clip", video, "-o", tmp_path / "clips", "--seconds", 2, "--overwrite")[0] == 0


def test_the_input_is_never_overwritten(masklet, video):
    before = video.read_bytes()
    code, _, err = masklet("clip", video, "-o", video, "--overwrite")
    assert (code, video.read_bytes()) == (1, before)
    assert "for both" in err


def test_a_damaged_video_leaves_the_clips_before_the_damage(masklet, tmp_path):
    path = noisy(tmp_path / "street.mkv", 60)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    code, _, err = masklet("clip", path, "-o", tmp_path / "clips", "--seconds", 0.4, "--keep-rest")
    assert code == 1
    assert "reading ended after" in err
    assert names(tmp_path / "clips") == [f"street_{clip:04d}.mp4" for clip in range(3)]
    assert numbers(tmp_path / "clips/street_0002.mp4") == list(range(20, 30))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        pytest.param(["--seconds", "5"], 1, "at least 5 s, got 2.40 s", id="too short"),
        pytest.param(["--seconds", "1", "--overlap", "1"], 1, "overlap by less", id="no way forward"),
        pytest.param(["--size", "large"], 2, "WIDTHxHEIGHT", id="a size that is none"),
        pytest.param(["--size", "40x20", "--height", "20"], 2, "got both", id="two sizes"),
        pytest.param(["--bit-rate", "fast"], 2, "1000k or 1.5M", id="a bit rate that is none"),
        pytest.param(["--split", "80/10"], 2, "that make 100", id="shares that are none"),
        pytest.param(["--frames", "gif"], 2, "gif", id="another picture format"),
        pytest.param(["--seconds", "1", "--draw", "9"], 1, "from 1 to 2 clips", id="more than there are"),
    ],
)
def test_wrong_words_are_answered_before_any_work(masklet, video, tmp_path, words, code, message):
    ended, _, err = masklet("clip", video, "-o", tmp_path / "clips", *words)
    assert ended == code
    assert message in " ".join(err.replace("│", " ").split())
    assert not (tmp_path / "clips").exists()


@pytest.mark.parametrize("words", [(), ("--frames", "png")], ids=["videos", "pictures"])
def test_a_file_in_the_way_of_the_folder_is_one_sentence(masklet, video, tmp_path, words):
    (tmp_path / "clips").touch()
    code, _, err = masklet("clip", video, "-o", tmp_path / "clips", "--seconds", 1, *words)
    assert code == 1
    assert err.startswith("masklet: Expected a folder to write to")
    assert err.count("\n") == 1


def test_one_output_video_takes_one_input(masklet, video, tmp_path):
    assert masklet("clip", video, video, "-o", tmp_path / "x.mp4")[0] == 2


def test_videos_of_one_name_are_refused(masklet, video, tmp_path):
    (tmp_path / "other").mkdir()
    twin = numbered(tmp_path / "other/street.mp4", 60)
    code, _, err = masklet("clip", video, twin, "-o", tmp_path / "clips", "--seconds", 1)
    assert code == 1
    assert "different names" in err

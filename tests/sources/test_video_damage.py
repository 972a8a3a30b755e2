"""Bad video files: what can be read is read, then one sentence says where it ended."""

from contextlib import suppress

import av
import numpy as np
import pytest

from masklet.core.errors import SourceError
from masklet.sources import open_source
from sources.videos import noisy, number_in, numbered, picture


def read_until_error(source):
    numbers = []
    with pytest.raises(SourceError) as caught:
        numbers.extend(number_in(frame.image_HW3) for frame in source.read())
    return numbers, str(caught.value)


CUTTABLE = {
    "mp4 with its index first": ("a.mp4", {"container_options": {"movflags": "+faststart"}}),
    "fragmented mp4": ("a.mp4", {"container_options": {"movflags": "frag_keyframe+empty_moov"}}),
    "matroska": ("a.mkv", {}),
    "transport stream": ("a.ts", {}),
    "avi": ("a.avi", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    "webm": ("a.webm", {"codec": "libvpx-vp9", "options": {"g": "10", "deadline": "realtime", "cpu-used": "8"}}),
}


@pytest.mark.parametrize("kept", [0.6, 0.95])
@pytest.mark.parametrize(("name", "settings"), CUTTABLE.values(), ids=CUTTABLE.keys())
def test_a_file_that_was_cut_off_gives_its_frames_and_then_says_so(tmp_path, name, settings, kept):
    path = noisy(tmp_path / name, **settings)
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    numbers, message = read_until_error(open_source(path))
    assert numbers == list(range(len(numbers)))
    assert kept - 0.35 < len(numbers) / 40 < 1
    assert f"ended after {len(numbers)} frames" in message
    assert "repair the file" in message


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_damage_in_the_middle_ends_reading_at_the_first_broken_frame(tmp_path, name):
    path = noisy(tmp_path / name)
    whole = [frame.image_HW3 for frame in open_source(path).read()]
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
    read = []
    with pytest.raises(SourceError, match=r"ended after (\d+) frames: frame \1 of"):
        read.extend(frame.image_HW3 for frame in open_source(path).read())
    assert 10 < len(read) < 30
    assert all(np.array_equal(ours, expected) for ours, expected in zip(read, whole[: len(read)], strict=True))


def test_a_damaged_file_still_gives_a_span_before_the_damage(tmp_path):
    path = noisy(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes()[: int(0.6 * path.stat().st_size)])
    video = open_source(path)
    assert [frame.index for frame in video.read(0, 5)] == [0, 1, 2, 3, 4]
    assert [frame.index for frame in video.read_backward(4)] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_whatever_bytes_are_broken_the_answer_is_frames_or_one_sentence(tmp_path, name):
    data = noisy(tmp_path / name, 12).read_bytes()
    random = np.random.default_rng(0)
    for _ in range(30):
        broken = bytearray(data)
        for place in random.integers(0, len(data) - 4, 5):
            broken[place : place + 4] = random.bytes(4)
        (tmp_path / name).write_bytes(broken)
        with suppress(SourceError):  # any other error is a failure
            video = open_source(tmp_path / name)
            assert sum(1 for _ in video.read()) == video.info.frame_count


def test_an_mp4_that_lost_its_index_is_not_opened(tmp_path):
    path = noisy(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[: int(0.9 * path.stat().st_size)])
    with pytest.raises(SourceError, match="cut off before its index was written"):
        open_source(path)


def test_text_renamed_to_mp4_is_not_a_video(tmp_path):
    path = tmp_path / "notes.mp4"
    path.write_text("to be or not to be\n" * 100)
    with pytest.raises(SourceError, match=r"Expected a video in .*notes\.mp4, got a file that is not one"):
        open_source(path)


def test_an_empty_file_is_not_a_video(tmp_path):
    (tmp_path / "a.mp4").touch()
    with pytest.raises(SourceError, match="not one"):
        open_source(tmp_path / "a.mp4")


def sound_only(path):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_file_with_sound_only_has_no_frames(tmp_path):
    with pytest.raises(SourceError, match="found audio"):
        open_source(sound_only(tmp_path / "song.mp4"))


@pytest.mark.parametrize(("name", "message"), [("a.mkv", "at least one frame"), ("a.mp4", "no stream at all")])
def test_a_video_stream_without_frames_is_refused(tmp_path, name, message):
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        container.start_encoding()
    with pytest.raises(SourceError, match=message):
        open_source(tmp_path / name)


def test_a_size_that_changes_ends_reading_at_its_frame(tmp_path):
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        small, large = (container.add_stream("mjpeg", rate=25) for _ in range(2))
        for stream, (height, width) in ((small, (48, 64)), (large, (96, 128))):
            stream.height, stream.width, stream.pix_fmt = height, width, "yuvj420p"
        for number in range(6):
            stream = small if number < 4 else large
            frame = av.VideoFrame.from_ndarray(picture(number, (stream.height, stream.width)), format="rgb24")
            frame.pts = number
            for packet in stream.encode(frame):
                packet.stream = small
                container.mux(packet)
    numbers, message = read_until_error(open_source(tmp_path / "a.mkv"))
    assert numbers == [0, 1, 2, 3]
    assert "to be 64x48, got 128x96 at frame 4" in message


@pytest.mark.parametrize(("start", "stop"), [(-1, None), (41, None)])
def test_a_frame_that_is_not_there_is_named(tmp_path, start, stop):
    video = open_source(numbered(tmp_path / "a.mp4"))
    with pytest.raises(SourceError, match=f"from 0 to 39, got {start}"):
        video.read(start, stop)
    with pytest.raises(SourceError, match="from 0 to 39, got 40"):
        video.read_backward(40)


def test_a_span_past_the_end_stops_at_the_end(tmp_path):
    video = open_source(numbered(tmp_path / "a.mp4"))
    assert [frame.index for frame in video.read(38, 100)] == [38, 39]
    assert list(video.read(40)) == []
    assert list(video.read(5, 3)) == []


def test_a_closed_video_reads_no_further(tmp_path):
    video = open_source(numbered(tmp_path / "a.mp4"))
    frames = video.read()
    next(frames)
    video.close()
    video.close()
    with pytest.raises(SourceError, match="after it was closed"):
        next(frames)

"""Streams and cameras: frames come once, in order, without a known end."""

import os
import socket
import threading

import pytest

from masklet.core.errors import SourceError
from masklet.sources import open_source
from masklet.sources.probe import probe
from sources.videos import number_in, numbered


@pytest.fixture
def stream(tmp_path):
    """The address of a transport stream of 30 frames, sent once through the loopback interface."""
    data = numbered(tmp_path / "a.ts", 30, options={"g": "10"}).read_bytes()
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = server.accept()
        with connection:
            connection.sendall(data)

    sender = threading.Thread(target=serve)
    sender.start()
    yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
    sender.join()
    server.close()


def test_a_stream_is_read_as_it_comes_in(stream):
    source = open_source(stream)
    assert (source.info.size_HW, source.info.frame_count) == ((48, 64), None)
    frames = list(source.read())
    assert [number_in(frame.image_HW3) for frame in frames] == list(range(30))
    assert [frame.seconds for frame in frames] == pytest.approx([index / 25 for index in range(30)], abs=1e-4)
    source.close()


def test_a_stream_goes_on_where_reading_stopped_and_not_back(stream):
    source = open_source(stream)
    assert [frame.index for frame in source.read(0, 5)] == [0, 1, 2, 3, 4]
    assert [number_in(frame.image_HW3) for frame in source.read(7, 9)] == [7, 8]
    with pytest.raises(SourceError, match="cannot go back"):
        source.read(3)
    with pytest.raises(SourceError, match="record it to a file first"):
        source.read_backward(2)
    source.close()
    with pytest.raises(SourceError, match="after it was closed"):
        list(source.read(9))


def test_a_stream_is_probed(stream):
    report = probe(stream)
    assert (report.kind, report.width, report.height, report.frames) == ("live", 64, 48, None)


def test_a_pipe_is_a_live_source(tmp_path):
    data = numbered(tmp_path / "a.ts", 10).read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    sender = threading.Thread(target=lambda: pipe.write_bytes(data))
    sender.start()
    source = open_source(pipe)
    assert [number_in(frame.image_HW3) for frame in source.read()] == list(range(10))
    source.close()
    sender.join()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        pytest.param("rtsp://127.0.0.1:9/street", "could not open it", id="nobody answers"),
        pytest.param("camera:99", "found nothing there", id="no such camera"),
        pytest.param(
            "camera:front", "camera:0, camera:1, ..., got 'camera:front'", id="a camera without a number"
        ),
        pytest.param("nonsense://a", "Protocol not found", id="no such protocol"),
    ],
)
def test_an_address_where_nothing_is_says_so(address, message):
    with pytest.raises(SourceError, match=message):
        open_source(address)

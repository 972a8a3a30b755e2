"""A run that is killed at any moment goes on to the same bytes."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from fakes import RED, PaintedTracker, walkers
from masklet.core.errors import OutputError, SourceError
from masklet.core.values import MaskPrompt
from masklet.masklets import open_masklets
from masklet.pipelines.run_folder import RunFolder, begin
from masklet.pipelines.track import Walk, walk
from masklet.sources import open_source

TESTS = Path(__file__).parents[1]


def prompt_at(frame_index, video_THW3, object_id=1, colour=RED):
    return MaskPrompt(frame_index, object_id, (video_THW3[frame_index] == colour).all(axis=2))


def silent(steps, *, total):
    return steps


def run(video_THW3, root, *, source=None, tracker=None, progress=silent, **options):
    folder, _ = begin(root, settings={}, overwrite=False, resume=True)
    prompts = (prompt_at(options.get("first", 0), video_THW3),)
    way = Walk(prompts=prompts, **options)
    source = source or open_source(video_THW3)
    walked = walk(way, source, tracker or PaintedTracker(), folder, folder.masklets, progress=progress)
    return folder, walked


def contents(root):
    files = [root / "masklets.jsonl", *sorted((root / "masks").iterdir())]
    return {path.name: path.read_bytes() for path in files}


def test_every_frame_is_written_twice_over_as_line_and_png(tmp_path):
    folder, walked = run(walkers(5), tmp_path / "run")
    assert walked.frames == 5
    assert len(open_masklets(folder.masklets)) == 5
    assert [path.name for path in sorted(folder.masks.iterdir())] == [f"{i:05d}.png" for i in range(5)]


@pytest.mark.parametrize("snapshots", [True, False], ids=["with snapshots", "without"])
@pytest.mark.parametrize("stop_at", [1, 4, 11], ids="stopped_after_{}".format)
def test_a_stopped_run_goes_on_to_the_same_bytes(tmp_path, monkeypatch, stop_at, snapshots):
    monkeypatch.setattr("masklet.pipelines.track.SNAPSHOT_EVERY_SECONDS", -1.0 if snapshots else 1e9)
    run(walkers(), tmp_path / "whole")

    def stopping(steps, *, total):
        for number, step in enumerate(steps, start=1):
            yield step
            if number == stop_at:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(walkers(), tmp_path / "stopped", progress=stopping)
    assert len(open_masklets(tmp_path / "stopped" / "masklets.jsonl")) == stop_at
    run(walkers(), tmp_path / "stopped")
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")


def test_half_a_line_left_by_a_kill_is_written_anew(tmp_path):
    folder, _ = run(walkers(), tmp_path / "run")
    whole = contents(folder.root)
    data = folder.masklets.read_bytes()
    folder.masklets.write_bytes(data[: len(data) - 30])
    run(walkers(), tmp_path / "run")
    assert contents(folder.root) == whole


def test_walking_backward_goes_on_too(tmp_path, monkeypatch):
    monkeypatch.setattr("masklet.pipelines.track.SNAPSHOT_EVERY_SECONDS", -1.0)
    whole, _ = run(walkers(), tmp_path / "whole", first=11, backward=True)
    part, _ = run(walkers(), tmp_path / "part", first=11, backward=True)
    lines = part.masklets.read_bytes().splitlines(keepends=True)
    part.masklets.write_bytes(b"".join(lines[:5]))
    part.snapshot(part.masklets).unlink()
    run(walkers(), tmp_path / "part", first=11, backward=True)
    assert contents(part.root) == contents(whole.root)
    assert open_masklets(whole.masklets).frame_indices == tuple(range(12))


def test_pngs_that_are_gone_are_written_anew(tmp_path):
    folder, _ = run(walkers(), tmp_path / "run")
    whole = contents(folder.root)
    (folder.masks / "00003.png").unlink()
    (folder.masks / "00011.png").write_bytes(b"")
    run(walkers(), tmp_path / "run")
    assert contents(folder.root) == whole


def test_every_frame_is_shown_to_who_watches_as_it_is_written(tmp_path):
    folder, _ = begin(tmp_path / "run", settings={}, overwrite=False, resume=False)
    seen = []
    walk(
        Walk(prompts=(prompt_at(0, walkers()),)),
        open_source(walkers()),
        PaintedTracker(),
        folder,
        folder.masklets,
        progress=silent,
        watch=lambda frame, masks: seen.append((frame, masks)),
    )
    written = open_masklets(folder.masklets)
    assert [frame.index for frame, _ in seen] == list(range(12))
    for frame, masks in seen:
        assert (frame.image_HW3 == walkers()[frame.index]).all()
        assert masks.scores_N.tolist() == written.frame(frame.index).scores_N.tolist()


def test_frames_before_a_damaged_one_are_kept(tmp_path):
    class Breaking:
        def __init__(self, video_THW3):
            self._inner = open_source(video_THW3)
            self.info, self.frame_name = self._inner.info, self._inner.frame_name

        def read(self, start=0, stop=None):
            for frame in self._inner.read(start, stop):
                if frame.index == 7:
                    raise SourceError("Expected frame 7, got noise.")
                yield frame

    with pytest.raises(SourceError, match="noise"):
        run(walkers(), tmp_path / "run", source=Breaking(walkers()))
    assert open_masklets(tmp_path / "run" / "masklets.jsonl").frame_indices == tuple(range(7))


SLOW_RUN = """
    import sys, time
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    import masklet.pipelines.track as track
    from fakes import PaintedTracker, walkers
    from pipelines.test_track import run
    track.SNAPSHOT_EVERY_SECONDS = 0.02

    def slowly(steps, *, total):
        for step in steps:
            yield step
            time.sleep(0.01)

    run(walkers(40)[:, :, :], Path(sys.argv[1]), progress=slowly)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_run_killed_again_and_again_ends_with_the_same_bytes(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(textwrap.dedent(SLOW_RUN.format(tests=str(TESTS))))
    run(walkers(40), tmp_path / "whole")
    killed = 0
    random = np.random.default_rng(0)
    for _ in range(30):
        process = subprocess.Popen([sys.executable, script, tmp_path / "killed"])
        masklets, deadline = tmp_path / "killed" / "masklets.jsonl", time.monotonic() + 20
        before = masklets.stat().st_size if masklets.exists() else 0
        while process.poll() is None and time.monotonic() < deadline:
            if masklets.exists() and masklets.stat().st_size > before:
                break
            time.sleep(0.002)
        time.sleep(float(random.uniform(0, 0.12)))
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            break
        killed += 1
    assert killed >= 2
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("do not lose me")
    with pytest.raises(OutputError, match="no run of masklet made"):
        begin(tmp_path, settings={}, overwrite=True, resume=False)
    assert (tmp_path / "thesis.txt").read_text() == "do not lose me"


def test_a_run_is_replaced_only_when_asked(tmp_path):
    folder, _ = run(walkers(3), tmp_path / "run")
    with pytest.raises(OutputError, match="--resume or replace it by --overwrite"):
        begin(folder.root, settings={}, overwrite=False, resume=False)
    assert folder.masklets.exists()
    begin(folder.root, settings={}, overwrite=True, resume=False)
    assert not folder.masklets.exists()


def test_overwriting_leaves_foreign_files_beside_a_run(tmp_path):
    folder, _ = run(walkers(3), tmp_path / "run")
    mine = [folder.root / name for name in ("notes.txt", "labels.jsonl", "sheet.png.bak")]
    for path in mine:
        path.write_text("mine")
    begin(folder.root, settings={}, overwrite=True, resume=False)
    assert [path.read_text() for path in mine] == ["mine"] * 3


def test_going_on_with_other_settings_is_refused(tmp_path):
    begin(tmp_path / "run", settings={"model": "a", "threshold": 0.5}, overwrite=False, resume=False)
    with pytest.raises(OutputError, match="others for threshold"):
        begin(tmp_path / "run", settings={"model": "a", "threshold": 0.6}, overwrite=False, resume=True)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(OutputError, match="there is a file of that name"):
        begin(tmp_path / "run", settings={}, overwrite=True, resume=False)


FULL_RUN = """
    import resource, sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from masklet.core.errors import OutputError
    from pipelines.test_track import run
    from fakes import walkers
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))  # no file may grow beyond, as on a full disk
    try:
        run(walkers(60), Path(sys.argv[1]))
    except OutputError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_file_that_can_grow_no_further_leaves_the_finished_frames(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(textwrap.dedent(FULL_RUN.format(tests=str(TESTS))))
    done = subprocess.run([sys.executable, script, tmp_path / "run"], capture_output=True, text=True, check=True)
    assert "File too large" in done.stdout
    assert "--resume" in done.stdout
    run(walkers(60), tmp_path / "whole")
    lines = (tmp_path / "run" / "masklets.jsonl").read_bytes().splitlines(keepends=True)[:-1]
    assert 5 < len(lines) < 60
    assert lines == (tmp_path / "whole" / "masklets.jsonl").read_bytes().splitlines(keepends=True)[: len(lines)]
    run(walkers(60), tmp_path / "run")
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")


def test_a_full_disk_is_said_in_one_sentence(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("masklet.pipelines.track.write_label_png", full)
    with pytest.raises(OutputError, match=r"No space left on device.*--resume"):
        run(walkers(3), tmp_path / "run")
    assert RunFolder(tmp_path / "run").record.exists()

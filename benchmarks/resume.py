"""Kill a run at random moments, go on with it each time, and compare its bytes with those of a run left alone.

    python benchmarks/resume.py VIDEO --detect person --kills 20

Prints one line of JSON and exits with 1 if a single byte differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Run the comparison once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video")
    parser.add_argument("--detect", default="person,bicycle,car")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        row = compare(options.video, options.detect, options.kills, options.seed, Path(folder))
    print(json.dumps(row))
    sys.exit(0 if row["identical"] else 1)


def compare(video: str, detect: str, kills: int, seed: int, folder: Path) -> dict[str, object]:
    """Return how often the run was killed, where, and whether the bytes are the same."""
    command = [sys.executable, "-m", "masklet", "track", video, "--detect", detect, "--quiet", "--no-overlay"]
    started = time.monotonic()
    subprocess.run([*command, "-o", str(folder / "whole")], check=True)
    undisturbed = time.monotonic() - started
    moments = random.Random(seed)
    killed_at: list[list[int]] = []
    identical = True
    while sum(map(len, killed_at)) < kills:  # a run that ends early is followed by another
        run = folder / f"killed-{len(killed_at)}"
        killed_at.append(kill_and_go_on([*command, "-o", str(run), "--resume"], run, moments, undisturbed))
        identical = identical and digests(folder / "whole") == digests(run)
    return {
        "video": Path(video).name,
        "frames": frames_in(folder / "whole"),
        "kills": sum(map(len, killed_at)),
        "frames_finished_at_each_kill": killed_at,
        "identical": identical,
    }


def kill_and_go_on(command: list[str], run: Path, moments: random.Random, undisturbed: float) -> list[int]:
    """Kill a run and go on with it until it ends; return the number of finished frames at each kill."""
    killed_at: list[int] = []
    while True:
        process = subprocess.Popen(command)
        try:
            if process.wait(timeout=moments.uniform(0.2, 0.35 * undisturbed)):
                raise RuntimeError(f"the run failed with {process.returncode}")
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed_at.append(frames_in(run))
        else:
            return killed_at


def frames_in(run: Path) -> int:
    """Return the number of finished frames."""
    masklets = run / "masklets.jsonl"
    return masklets.read_bytes().count(b"\n") if masklets.exists() else 0


def digests(run: Path) -> dict[str, str]:
    """Return the SHA-256 of all masks of a run."""
    files = [run / "masklets.jsonl", run / "tracks.txt", *sorted((run / "masks").iterdir())]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


if __name__ == "__main__":
    main()

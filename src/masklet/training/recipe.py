"""Recipes: Python files that say what is trained on what.

A recipe has `Settings`, a frozen dataclass with a field `loop` (LoopConfig), and `build(settings) -> Task`. It may
have `PREPARE(settings)`, called before (to make a clip cache), and `finish(settings, out)`, called after the last
step (to export). Where a package that these two import is not installed, as on a machine with torch alone, they
are left out and that is said.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, asdict, dataclass, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, get_type_hints

from masklet.core.errors import MissingExtraError
from masklet.training import recipes
from masklet.training.config import LoopConfig
from masklet.training.errors import TrainingError
from masklet.training.progress import Progress, Silent
from masklet.training.run_files import RunFiles
from masklet.training.settings import flatten, in_words, leaves, make

if TYPE_CHECKING:
    from masklet.training.loop import Result


@dataclass(frozen=True)
class Recipe:
    """A recipe that was loaded."""

    name: str
    module: ModuleType

    @property
    def settings(self) -> type[Any]:
        """Its dataclass of settings."""
        settings: type[Any] = self.module.Settings
        return settings


def shipped_recipes() -> dict[str, str]:
    """Return the names of the recipes that masklet ships, with what each says of itself; loads none of them."""
    folder = Path(recipes.__path__[0])
    files = sorted(path for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return {path.stem.replace("_", "-"): _first_line(path) for path in files}


def load_recipe(name: str) -> Recipe:
    """Return a shipped recipe by name, or one's own by the path of its .py file.

    Raise TrainingError where there is none or it lacks a part, MissingExtraError without torch.
    """
    path = Path(name)
    try:
        module = _from_file(path) if path.suffix == ".py" else _shipped(name)
    except ModuleNotFoundError as error:
        if error.name == "torch":
            raise MissingExtraError("Training", extra="torch") from error
        raise TrainingError(
            f"Expected the packages that the recipe {name} imports, got no {error.name}."
        ) from error
    _require_parts(name, module)
    return Recipe(name, module)


def describe(recipe: Recipe) -> list[dict[str, Any]]:
    """Return name, default, kind and help of every setting of a recipe."""
    return [
        {
            "name": leaf.name,
            "default": "(to be set)" if leaf.default is MISSING else _text(leaf.default),
            "kind": in_words(leaf.type),
            "help": leaf.help,
        }
        for leaf in leaves(recipe.settings)
    ]


def run_recipe(
    name: str,
    assignments: Sequence[str],
    out: Path,
    *,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Train by a recipe into a folder, and say how it ended; a resumed run keeps the assignments it began with.

    Raise what `load_recipe`, `settings.make` and `loop.train` raise.
    """
    progress = progress or Silent()
    files = RunFiles(Path(out))
    files.check(resume=resume, overwrite=overwrite)
    recipe = load_recipe(name)
    if resume:
        assignments = _last_of_each([*_assignments_before(files), *assignments])
    settings = make(recipe.settings, assignments)
    try:
        from masklet.training.device import own_device
        from masklet.training.loop import train
        from masklet.training.randomness import seed_pass
        from masklet.training.ranks import joined
    except ModuleNotFoundError as error:
        raise MissingExtraError("Training", extra="torch") from error
    loop: LoopConfig = settings.loop
    with joined(own_device(loop.device)) as ranks:
        if ranks.first:
            _if_installed(recipe, "PREPARE", (settings,), progress)
        ranks.wait()
        seed_pass(loop.seed, 0)
        result = train(
            recipe.module.build(settings),
            loop,
            files.root,
            resume=resume,
            overwrite=overwrite,
            settings=flatten(settings),
            about={"recipe": name, "set": list(assignments)},
            progress=progress,
        )
        if ranks.first and result.ended != "stopped":
            _if_installed(recipe, "finish", (settings, files.root), progress)
    return result


def report(result: Result, out: Path) -> dict[str, Any]:
    """Return how a run ended, for programs."""
    return {**asdict(result), "out": out.as_posix()}


def summary(result: Result, out: Path) -> str:
    """Return how a run ended, in one line."""
    best = result.best
    chosen = "" if best is None else f", best {best.figure} {best.value:.4g} after step {best.step}"
    return f"{result.ended} after step {result.step}{chosen} -> {out}"


def _shipped(name: str) -> ModuleType:
    known = shipped_recipes()
    if name not in known:
        near = difflib.get_close_matches(name, known) or known
        raise TrainingError(f"Expected a recipe ({', '.join(near)}) or the path of a .py file, got {name!r}.")
    return importlib.import_module(f"{recipes.__name__}.{name.replace('-', '_')}")


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise TrainingError(f"Expected a recipe at {path}, got no file.")
    name = f"masklet_recipe_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise TrainingError(f"Expected Python in {path}, got in line {error.lineno}: {error.msg}.") from error
    return module


def _require_parts(name: str, module: ModuleType) -> None:
    settings = getattr(module, "Settings", None)
    if not (isinstance(settings, type) and is_dataclass(settings)):
        raise TrainingError(f"Expected a dataclass Settings in the recipe {name}, got none.")
    if get_type_hints(settings).get("loop") is not LoopConfig:
        raise TrainingError(f"Expected Settings of the recipe {name} to have a field loop: LoopConfig, got none.")
    if not callable(getattr(module, "build", None)):
        raise TrainingError(f"Expected a function build in the recipe {name}, got none.")


def _if_installed(recipe: Recipe, part: str, arguments: Iterable[Any], progress: Progress) -> None:
    function: Callable[..., None] | None = getattr(recipe.module, part, None)
    if function is None:
        return
    try:
        function(*arguments)
    except ModuleNotFoundError as error:
        progress.say(f"{part} of the recipe {recipe.name} was left out: {error.name} is not installed.")


def _assignments_before(files: RunFiles) -> list[str]:
    """Return the assignments of the run that lies in a folder; none where it wrote none."""
    if not files.settings.is_file():
        return []
    try:
        before = json.loads(files.settings.read_text())
    except ValueError as error:
        raise TrainingError(f"Expected JSON in {files.settings}, got something else.") from error
    return [str(assignment) for assignment in before.get("set", [])]


def _last_of_each(assignments: Iterable[str]) -> list[str]:
    return list({text.partition("=")[0]: text for text in assignments}.values())


def _text(value: Any) -> str:
    """Return a value as --set would take it."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return ",".join(_text(item) for item in value) if isinstance(value, tuple) else str(value)


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]

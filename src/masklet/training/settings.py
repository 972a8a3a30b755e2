"""Settings of a recipe: nested dataclasses, named from outside as `loop.steps`, given as text `loop.steps=100`."""

from __future__ import annotations

import ast
import difflib
import inspect
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from masklet.training.errors import TrainingError


@dataclass(frozen=True)
class Setting:
    """One leaf of a recipe's settings."""

    name: str
    """Dotted, as --set takes it."""
    type: Any
    default: Any
    """MISSING where the user has to say it."""
    help: str
    """The docstring under the field."""


def leaves(settings: type[Any], default: Any = MISSING, prefix: str = "") -> list[Setting]:
    """Return the settings of a dataclass and of those within it, in the order in which they are written."""
    hints, helps = get_type_hints(settings), _helps(settings)
    found = []
    for field in fields(settings):
        name, of_field = f"{prefix}{field.name}", _default(field, default)
        if is_dataclass(hints[field.name]):
            found += leaves(hints[field.name], of_field, f"{name}.")
        else:
            found.append(Setting(name, hints[field.name], of_field, helps.get(field.name, "")))
    return found


def make(settings: type[Any], assignments: Iterable[str], *, base: Any = MISSING) -> Any:
    """Return settings with texts NAME=VALUE applied, the later ones winning; what is not said is as in `base`, or
    by default.

    Raise TrainingError for a name that is not there, a value that does not fit, one that is missing.
    """
    types = {leaf.name: leaf.type for leaf in leaves(settings)}
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise TrainingError(f"Expected NAME=VALUE as in loop.steps=100, got {assignment!r}.")
        if name not in types:
            raise TrainingError(f"Expected the name of a setting, got {name!r}; {_near(name, types)}.")
        try:
            values[name] = parse(text, types[name])
        except ValueError:
            raise TrainingError(f"Expected {in_words(types[name])} for {name}, got {text!r}.") from None
    return _construct(settings, base, values, prefix="")


def parse(text: str, wanted: Any) -> Any:
    """Return the value a text stands for; raise ValueError where it stands for none of that type.

    >>> parse("0.5, 2", tuple[float, ...]), parse("none", int | None), parse("true", bool)
    ((0.5, 2.0), None, True)
    """
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        return _parse_as_one_of(text, inner)
    if origin is Literal:
        return (
            next(choice for choice in inner if str(choice) == text) if text in map(str, inner) else _refuse(text)
        )
    if origin is tuple:
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        each = inner[:1] * len(parts) if inner[1:] == (...,) else inner
        return tuple(parse(part, kind) for part, kind in zip(parts, each, strict=True))
    if wanted is bool:
        return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse(text)
    if wanted is type(None):
        return None if text == "none" else _refuse(text)
    if wanted in (int, float, str, Path):
        return wanted(text)
    return _refuse(text)


def in_words(wanted: Any) -> str:
    """Return what a value of a type looks like.

    >>> in_words(Literal["poly", "cosine"] | None), in_words(tuple[int, ...])
    ('poly, cosine or none', 'whole numbers with commas between')
    """
    inner = get_args(wanted)
    match get_origin(wanted):
        case origin if origin in (Union, UnionType):
            return " or ".join(in_words(kind) for kind in inner)
        case origin if origin is Literal:
            return ", ".join(map(str, inner))
        case origin if origin is tuple and inner[1:] == (...,):
            return f"{_MANY.get(inner[0], 'values')} with commas between"
        case origin if origin is tuple:
            return f"{len(inner)} {_MANY.get(inner[0], 'values')} with commas between"
    return _ONE.get(wanted, "nothing that --set can say")


def flatten(settings: Any, *, prefix: str = "") -> dict[str, Any]:
    """Return the fields of a dataclass and of those within it, by dotted name, with their values as they are."""
    flat: dict[str, Any] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            flat |= flatten(value, prefix=f"{prefix}{field.name}.")
        else:
            flat[f"{prefix}{field.name}"] = value
    return flat


def plain(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return flat settings with values that JSON and checkpoints hold: paths as text, tuples as lists."""
    return {name: _plain_value(value) for name, value in flat.items()}


_ONE = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    Path: "a path",
    type(None): "none",
}
_MANY = {int: "whole numbers", float: "numbers", str: "texts", Path: "paths"}


def _construct(settings: type[Any], default: Any, values: Mapping[str, Any], *, prefix: str) -> Any:
    hints = get_type_hints(settings)
    given = {}
    for field in fields(settings):
        name, of_field = f"{prefix}{field.name}", _default(field, default)
        if is_dataclass(hints[field.name]):
            given[field.name] = _construct(hints[field.name], of_field, values, prefix=f"{name}.")
        elif name in values or of_field is not MISSING:
            given[field.name] = values.get(name, of_field)
        else:
            raise TrainingError(
                f"Expected {in_words(hints[field.name])} for {name}, got none: --set {name}=VALUE."
            )
    try:
        return settings(**given)
    except ValueError as error:
        raise TrainingError(
            f"Expected settings that fit together in {prefix or 'the recipe'}, got: {error}"
        ) from error


def _default(field: Field[Any], of_whole: Any) -> Any:
    """Return what a field is when nobody says: what it is in the default of the whole, or its own."""
    if of_whole is not MISSING:
        return getattr(of_whole, field.name)
    return field.default_factory() if callable(field.default_factory) else field.default


def _parse_as_one_of(text: str, kinds: Iterable[Any]) -> Any:
    """Return the value of the first type that fits; None and text come last, for they would take anything."""
    for kind in sorted(kinds, key=lambda kind: (kind in (str, Path), kind is not type(None))):
        try:
            return parse(text, kind)
        except ValueError:
            continue
    return _refuse(text)


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _near(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3) or [other for other in names if other.endswith(f".{name}")]
    return f"near to it: {', '.join(near)}" if near else "--show lists all of them"


def _helps(settings: type[Any]) -> dict[str, str]:
    """Return the docstring under each field of a dataclass, of a field that has none that of its parent's."""
    helps: dict[str, str] = {}
    for parent in reversed(settings.__mro__[:-1]):
        helps |= _own_helps(parent)
    return helps


def _own_helps(settings: type[Any]) -> dict[str, str]:
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(settings))).body[0]
    except (OSError, TypeError):
        return {}
    helps = {}
    for field, below in zip(body.body, body.body[1:], strict=False) if isinstance(body, ast.ClassDef) else ():
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                helps[name] = " ".join(text.split())
    return helps


def _plain_value(value: Any) -> Any:
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, tuple | list):
        return [_plain_value(item) for item in value]
    return value

"""Options that several commands take, in groups: a dataclass whose fields are an option each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints

import typer

from masklet.cli.console import (
    DetectorName,
    DetectorWeights,
    Json,
    Overwrite,
    Precision,
    Quiet,
    Resume,
    SegmenterName,
    SegmenterWeights,
    Threads,
    TrackerName,
    TrackerWeights,
    print_json,
)
from masklet.core import defaults


@dataclass(frozen=True, kw_only=True)
class TrackerFlags:
    """What follows."""

    model: TrackerName = defaults.TRACKER
    weights: TrackerWeights = None


@dataclass(frozen=True, kw_only=True)
class FindingFlags:
    """What finds objects, and makes masks of them."""

    detector: DetectorName = defaults.DETECTOR
    detector_weights: DetectorWeights = None
    segmenter: SegmenterName = defaults.SEGMENTER
    segmenter_weights: SegmenterWeights = None


@dataclass(frozen=True, kw_only=True)
class ComputeFlags:
    """What networks run on."""

    threads: Threads = None
    precision: Precision = "auto"


@dataclass(frozen=True, kw_only=True)
class RunFlags:
    """What becomes of a run that is there already, and what is said of this one."""

    resume: Resume = False
    overwrite: Overwrite = False
    quiet: Quiet = False
    as_json: Json = False

    def __post_init__(self) -> None:
        if self.resume and self.overwrite:
            raise typer.BadParameter("Expected --resume or --overwrite, got both.")

    @property
    def folder(self) -> dict[str, Any]:
        """Return what a pipeline wants to know of the folder."""
        return {"resume": self.resume, "overwrite": self.overwrite}

    def tell(self, record: Mapping[str, Any], summary: Callable[[], str]) -> None:
        """Say what came of a run, and on stderr what could not be written, as far as that is asked for."""
        for name, reason in record.get("not_written", {}).items():
            typer.echo(f"{name} was not written: {reason}", err=True)
        if self.as_json:
            print_json(record)
        elif not self.quiet:
            typer.echo(summary())


def takes_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command as typer takes it: in place of a parameter that is a group, the options of its fields.

    A field may be a group itself.

    >>> @takes_groups
    ... def show(out: str, compute: ComputeFlags) -> None:
    ...     print(out, compute.threads, compute.precision)
    >>> list(inspect.signature(show).parameters)
    ['out', 'threads', 'precision']
    >>> show(out="here", threads=2, precision="f32")
    here 2 f32
    """
    signature = inspect.signature(command, eval_str=True)
    groups = {
        name: each.annotation for name, each in signature.parameters.items() if is_dataclass(each.annotation)
    }

    def options() -> Iterator[inspect.Parameter]:
        for name, parameter in signature.parameters.items():
            if name in groups:
                yield from _options(groups[name])
            else:
                yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)

    @wraps(command)
    def called(**given: Any) -> None:
        made = {name: _made(group, given) for name, group in groups.items()}
        command(**given, **made)

    called.__signature__ = signature.replace(parameters=list(options()))  # type: ignore[attr-defined]
    return called


def _options(group: Any) -> Iterator[inspect.Parameter]:
    """Yield the fields of a group as parameters, those of groups in it in their places."""
    kinds = get_type_hints(group, include_extras=True)
    for each in fields(group):
        kind = kinds[each.name]
        if is_dataclass(kind):
            yield from _options(kind)
        else:
            parameter = inspect.Parameter.KEYWORD_ONLY
            yield inspect.Parameter(each.name, parameter, default=each.default, annotation=kind)


def _made(group: Any, given: dict[str, Any]) -> Any:
    """Return the group, its fields taken out of what was given."""
    kinds = get_type_hints(group)
    made = {name: _made(kind, given) if is_dataclass(kind) else given.pop(name) for name, kind in kinds.items()}
    return group(**made)

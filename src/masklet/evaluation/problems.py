"""Everything that keeps predictions from being compared with the truth, found first and said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from masklet.core.errors import EvaluationError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Watch(Protocol):
    """Hands results on as they come, and may show how far things are."""

    def __call__(self, items: Iterable[Result], *, total: int) -> Iterable[Result]:
        """Yield all items."""
        ...


def unwatched(items: Iterable[Result], *, total: int) -> Iterable[Result]:  # noqa: ARG001
    """Return the items as they are."""
    return items


NAMED_PROBLEMS = 5


class ProblemsError(EvaluationError):
    """Some of the predictions cannot be compared; `problems` has a phrase for each."""

    def __init__(self, results: Path, problems: Sequence[str]) -> None:
        named = "; ".join(problems[:NAMED_PROBLEMS])
        more = len(problems) - NAMED_PROBLEMS
        super().__init__(
            f"Expected results in {results} that match the truth, got {len(problems)} "
            f"problem{'s' if len(problems) > 1 else ''}: {named}{f'; and {more} more' if more > 0 else ''}."
        )
        self.problems = tuple(problems)


def score_all(
    score: Callable[[Item], Result], items: Sequence[Item], *, results: Path, jobs: int, watch: Watch
) -> list[Result]:
    """Return the score of every item, in order; raise one ProblemsError with the problems of all items.

    `jobs` items are scored at a time, each in a thread: decoding pictures and comparing masks hold no lock.
    """
    problems: list[str] = []

    def scores(pool: ThreadPoolExecutor) -> Iterator[Result]:
        for future in [pool.submit(score, item) for item in items]:
            try:
                yield future.result()
            except ProblemsError as error:
                problems.extend(error.problems)

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            scored = list(watch(scores(pool), total=len(items)))
        finally:
            pool.shutdown(cancel_futures=True)
    if problems:
        raise ProblemsError(results, problems)
    return scored

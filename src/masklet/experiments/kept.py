"""What experiments keep of their work: reports of finished parts, and their table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from masklet.core.errors import EvaluationError
from masklet.core.files import write_whole


def is_kept(report: Path, settings: Mapping[str, Any]) -> bool:
    """Return whether a part is finished; raise EvaluationError where it was made with other settings."""
    if not report.is_file():
        return False
    if json.loads(report.read_text())["settings"] != settings:
        raise EvaluationError(
            f"Expected results of these settings in {report.parent}, got {report.name} of others; "
            "take another folder."
        )
    return True


def keep(report: Path, settings: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    """Write down that a part is finished, with its figures."""
    write_whole(report, json.dumps({"settings": settings, **figures}).encode())


def write_table(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write rows that have the same columns as CSV."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, buffer.getvalue().encode())

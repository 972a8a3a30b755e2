"""What is kept of online training: each object's network, its losses as a table and as TensorBoard's events."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from masklet.core.files import write_whole
from masklet.models.osvos.files import write_network
from masklet.models.osvos.online import Learned
from masklet.models.protocols import Moment


def write_learned(learned: Mapping[int, Learned], folder: Path) -> None:
    """Write OBJECT.pt (the network, at half precision), OBJECT.csv (a row for each step) and, where tensorboard is
    installed, event files of each object. Raise OutputError where that fails."""
    folder.mkdir(parents=True, exist_ok=True)
    for object_id, each in learned.items():
        write_network(each.network, folder / f"{object_id}.pt", half=True)
        write_whole(folder / f"{object_id}.csv", _table(each.curve).encode())
        if each.curve and find_spec("tensorboard") is not None:
            _write_events(each.curve, folder / "tensorboard" / str(object_id))


def _table(curve: Sequence[Moment]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("step", "seconds", "loss", "learning_rate"))
    writer.writerows((each.step, f"{each.seconds:.3f}", each.loss, each.learning_rate) for each in curve)
    return buffer.getvalue()


def _write_events(curve: Sequence[Moment], folder: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(folder.as_posix()) as writer:
        for each in curve:
            writer.add_scalar("loss", each.loss, each.step)
            writer.add_scalar("learning_rate", each.learning_rate, each.step)

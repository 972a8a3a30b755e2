"""What online training made of an object, and how that is kept: the network, losses as a table and as events."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from masklet.core.files import write_whole
from masklet.models.osvos.files import write_network
from masklet.models.osvos.head import OsvosNetwork
from masklet.models.protocols import Moment


@dataclass(frozen=True, eq=False)
class Learned:
    """The network of one object, and how it came about."""

    network: OsvosNetwork
    curve: tuple[Moment, ...]
    ended: str
    """steps, time, patience, or the sentence that says why learning broke off."""

    def write(self, folder: Path, object_id: int) -> None:
        """Write OBJECT.pt (the network, at half precision), OBJECT.csv (a row for each step) and, where there is
        tensorboard, tensorboard/OBJECT/, in place of what is there. Raise OutputError where that fails."""
        folder.mkdir(parents=True, exist_ok=True)
        write_network(self.network, folder / f"{object_id}.pt", half=True)
        write_whole(folder / f"{object_id}.csv", _table(self.curve).encode())
        events = folder / "tensorboard" / str(object_id)
        shutil.rmtree(events, ignore_errors=True)
        if self.curve and find_spec("tensorboard") is not None:
            _write_events(self.curve, events)


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

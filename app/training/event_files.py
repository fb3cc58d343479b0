"""TensorBoard event files: losses, metrics and learning rate of a run, for a TensorBoard that looks on beside it.

A file is a row of TFRecords, little-endian: the length of a message (uint64), the checksum of these bytes, the
message, its checksum; checksums are masked CRC-32C, messages are ``Event`` of TensorFlow's protocol buffers.

Tags are ``METRIC/PART`` such as ``loss/train`` and ``accuracy/validation`` for epochs, ``loss/batch`` for single
batches; beside them stand ``learning_rate`` and ``epoch``. The x axis counts steps, 1-based, as the run's log does.

tensorboardX has the messages and the checksum. Its own writers are not used: a thread of theirs meets the full disk,
where nobody hears of it, and the names of their files tell the host.
"""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Self

from app.training.log_lines import PARTS
from app.training.runs import Run
from graph.errors import NetloomError
from graph.user_files import bytes_of

EVENTS = "tensorboard"
"""The folder of a run that has its event files, where it has any."""
PREFIX = "events.out.tfevents."
VERSION = "brain.Event:2"
"""What the first message of a file says: restarts are told by messages of their own."""
LARGEST = 2**31
"""Bytes up to which the files of a run that goes on are read."""
START = 1
"""The status of a session that begins, at which TensorBoard forgets later steps of earlier files."""


@dataclass(frozen=True)
class Scalars:
    """Finite values by tag, once ``step`` steps of the run are done; ``time`` is in seconds since 1970."""

    step: int
    values: Mapping[str, float]
    time: float


def scalars_of(line: Mapping[str, Any], when: float) -> Iterator[Scalars]:
    """What a line of a run's log says in numbers; nothing of lines that tell of other things than losses and epochs."""
    if line["event"] == "points":
        columns = {f"{name}/batch": column for name, column in line.items() if name not in ("event", "step")}
        for index, step in enumerate(line["step"]):
            yield Scalars(step, _known({tag: column[index] for tag, column in columns.items()}), when)
    elif line["event"] == "epoch":
        values = {f"{name}/{part}": value for part in PARTS for name, value in line[part].items()}
        values |= {"learning_rate": line.get("learning_rate"), "epoch": line["epoch"]}
        yield Scalars(line["step"], _known(values), when)


def past_scalars(run: Run) -> Iterator[Scalars]:
    """All that the log of a run says in numbers, in the order of steps.

    The log has no times: they are counted from when the run was begun by the seconds of its epochs.

    Raises
    ------
    NetloomError
        if the log was altered.
    """
    import numpy as np

    history, begun = run.history(), _begun(run)
    columns = {"loss": history.losses, **history.others}
    ends = [0, *(int(epoch["step"]) for epoch in history.epochs)]
    seconds = np.cumsum([0.0, *(float(epoch.get("seconds") or 0) for epoch in history.epochs)])
    places = [*np.searchsorted(history.steps, ends[1:], "right").tolist(), len(history.steps)]
    first = 0
    for number, place in enumerate(places):
        points = {name: column[first:place].tolist() for name, column in columns.items()}
        lines = [{"event": "points", "step": history.steps[first:place].tolist(), **points}]
        lines += history.epochs[number : number + 1]
        for scalars in (each for line in lines for each in scalars_of(line, begun)):
            yield Scalars(scalars.step, scalars.values, begun + float(np.interp(scalars.step, ends, seconds)))
        first = place


def encoded(scalars: Iterable[Scalars], *, begins: float | None = None, forget: int | None = None) -> bytes:
    """Records of an event file.

    ``begins`` is when the file was begun, for its first message; ``forget`` the step from which on TensorBoard forgets
    what earlier files said.
    """
    from tensorboardX.proto.event_pb2 import Event

    messages = [] if begins is None else [Event(wall_time=begins, file_version=VERSION)]
    if forget is not None:
        messages.append(Event(wall_time=begins, step=forget, session_log={"status": START}))
    for each in scalars:
        values = [{"tag": tag, "simple_value": value} for tag, value in each.values.items()]
        if values:
            messages.append(Event(wall_time=each.time, step=each.step, summary={"value": values}))
    return b"".join(_record(message.SerializeToString()) for message in messages)


class EventLog:
    """The event files of a run in training: what its log is told becomes scalars, with the system before `add` returns.

    Nothing here ends a training. What goes wrong is told once, by `fault`, and nothing is written from then on.
    """

    def __init__(self, run: Run, step: int) -> None:
        """Go on after so many steps; what the files lack until then comes from the run's log."""
        self.fault = ""
        """Why nothing is written any more, in a sentence; empty while all is well."""
        self._step = step
        self._file: IO[bytes] | None = None
        try:
            self._begin(run, run.path / EVENTS)
        except (ImportError, OSError, ValueError, NetloomError) as error:
            self._give_up(error)

    @classmethod
    def of(cls, run: Run, step: int, *, wanted: bool) -> Self | None:
        """The event files of a run, where they are wanted, or were when it began."""
        return cls(run, step) if wanted or (run.path / EVENTS).is_dir() else None

    def add(self, line: Mapping[str, Any]) -> None:
        """Add what a line of the run's log says."""
        if self.fault:
            return
        scalars = list(scalars_of(line, time.time()))
        try:
            self._write(encoded(scalars))
        except (OSError, ValueError) as error:  # of a name that has no bytes, too
            self._give_up(error)
        else:
            self._step = max([self._step, *(each.step for each in scalars)])

    def close(self) -> None:
        """Close the file; what found no room in it was told, and is lost."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def _begin(self, run: Run, folder: Path) -> None:
        """Begin a file of its own behind earlier ones, as TensorBoard never goes back to one that it has left."""
        folder.mkdir(exist_ok=True)
        before = sorted(folder.glob(f"{PREFIX}*"))
        last, tags = _held(before)
        forget = min(last, self._step) + 1
        missing = [each for each in past_scalars(run) if each.step <= self._step] if last <= self._step else []
        # At the last step that is there something may be lost: the loss of the batch came before the epoch's metrics.
        if not {tag for each in missing if each.step == last for tag in each.values} <= tags:
            forget = last
        missing = [each for each in missing if each.step >= forget]
        now = time.time()
        self._file = (folder / f"{PREFIX}{_stamp(before, now)}.{len(before):04}").open("xb")
        self._write(encoded(missing, begins=now, forget=forget if before else None))

    def _write(self, records: bytes) -> None:
        if records and self._file is not None:
            self._file.write(records)
            self._file.flush()

    def _give_up(self, error: Exception) -> None:
        self.close()
        reason = (error.strerror or "it cannot be written").lower() if isinstance(error, OSError) else str(error)
        self.fault = (
            f"The TensorBoard log ends after step {self._step}: {reason.rstrip('.')}. Training goes on without it; "
            "export the run as TensorBoard files to have all of it."
        )


def _begun(run: Run) -> float:
    """When a run was begun, in seconds since 1970; 0 where its environment does not say."""
    try:
        return time.mktime(time.strptime(str(run.environment.get("created")), "%Y-%m-%dT%H:%M:%S"))
    except (ValueError, OverflowError):
        return 0.0


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {tag: value for tag, value in values.items() if value is not None and math.isfinite(value)}


def _record(message: bytes) -> bytes:
    return _head(len(message)) + message + _checksum(message)


@lru_cache(1024)
def _head(length: int) -> bytes:
    """What stands before a message; messages have few lengths, and checksums take most of the time."""
    written = struct.pack("<Q", length)
    return written + _checksum(written)


def _checksum(content: bytes) -> bytes:
    from tensorboardX.record_writer import masked_crc32c

    return struct.pack("<I", masked_crc32c(content))


def _stamp(before: Sequence[Path], now: float) -> int:
    """Seconds since 1970 for a name that is sorted behind those of earlier files, whatever the clock says."""
    stamps = [path.name.removeprefix(PREFIX).partition(".")[0] for path in before]
    return max([int(now), *(int(stamp) for stamp in stamps if stamp.isdecimal())])


def _held(files: Iterable[Path]) -> tuple[int, set[str]]:
    """The last step that event files hold and its tags; 0 where there is none, or they cannot be read."""
    from google.protobuf.message import DecodeError
    from tensorboardX.proto.event_pb2 import Event

    last, tags = 0, set[str]()
    try:
        for file in files:
            for message in _messages(bytes_of(file, LARGEST, "TensorBoard log")):
                event = Event.FromString(message)
                restarts = event.session_log.status == START
                step = min(last, event.step - 1) if restarts else max(last, event.step)
                tags = tags if step == last else set()
                tags |= {value.tag for value in event.summary.value}
                last = step
    except (DecodeError, NetloomError):
        return 0, set()
    return last, tags


def _messages(content: bytes) -> Iterator[bytes]:
    """The messages of an event file; a last one that was cut short is left out."""
    place = 0
    while place + 12 <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        end = place + 12 + length + 4
        if end > len(content):
            return
        yield content[place + 12 : end - 4]
        place = end

"""Messages that start, resume and steer a training; what it says meanwhile is in `app.protocol.events`."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import Command, FilePath, Json, Reply, Request


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingBegun(Reply):
    """The training that was asked for begins; its events follow until `app.protocol.events.Finished`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Train(Request[TrainingBegun]):
    """Train a project in a new run: its JSON form, the folder of its file, and the folder of the run.

    With ``paused`` the training waits before its first step. ``weights`` is a file to begin from in place of what the
    project says. With ``reference`` PyTorch's own modules alone calculate, with ``tensorboard`` the run has TensorBoard
    event files.
    """

    project: Json
    base: FilePath | None = None
    out: FilePath | None = None
    paused: bool = False
    weights: FilePath | None = None
    reference: bool = False
    tensorboard: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Resume(Request[TrainingBegun]):
    """Continue the run in a folder, for ``epochs`` in all (None: as many as its project says).

    With ``tensorboard`` it has TensorBoard event files from its first step on; one that has some keeps them.
    """

    run: FilePath
    epochs: int | None = None
    paused: bool = False
    tensorboard: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Pause(Command):
    """Wait after the current step."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Go(Command):
    """Go on after a pause."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Step(Command):
    """Do one step, then wait."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Stop(Command):
    """End after the current step."""

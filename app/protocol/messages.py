"""Messages between the window and a worker: one frozen dataclass for each request, reply, command and event.

A message is declared by its fields alone; how it travels follows from their types (`app.protocol.framing`). Fields may
be numbers, text, paths, tuples, mappings, arrays (`Array`), other frozen dataclasses, and JSON (`Json`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar, get_args, get_origin

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, GetPydanticSchema
from pydantic_core import core_schema

Array: TypeAlias = Annotated[
    NDArray[Any], GetPydanticSchema(lambda _type, _handler: core_schema.is_instance_schema(np.ndarray))
]
"""A NumPy array; the docstring of its message says its shape and dtype."""

Json: TypeAlias = Annotated[
    Mapping[str, Any], GetPydanticSchema(lambda _type, _handler: core_schema.is_instance_schema(dict))
]
"""A section of a project, or another JSON object, as it stands in a file."""

FilePath: TypeAlias = Annotated[
    Path, GetPydanticSchema(lambda _type, _handler: core_schema.no_info_plain_validator_function(Path))
]
"""A path. Names of files need not be text, so any string makes one."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Message:
    """Anything that travels between a window and its worker."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    registry: ClassVar[dict[str, type[Message]]] = {}
    """Every kind of message, by the name of its class, which is its name on the way."""

    def __init_subclass__(cls) -> None:
        """Note the class, so that what arrives under its name becomes one of its instances."""
        super().__init_subclass__()
        Message.registry[cls.__name__] = cls


@dataclass(frozen=True, eq=False, kw_only=True)
class Reply(Message):
    """What answers a request."""


R = TypeVar("R", bound=Reply)
R_co = TypeVar("R_co", bound=Reply, covariant=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class Request(Message, Generic[R_co]):
    """What is asked of a worker; ``R_co`` is the type of the reply. Instead of it a `Refused` may come."""

    @classmethod
    def reply_type(cls) -> type[Reply]:
        """The class of the reply, as the request's class declares it."""
        for base in getattr(cls, "__orig_bases__", ()):
            origin = get_origin(base)
            if isinstance(origin, type) and issubclass(origin, Request):
                [reply] = get_args(base)
                if isinstance(reply, type) and issubclass(reply, Reply):
                    return reply
        raise TypeError(f"{cls.__name__} does not say what answers it")


@dataclass(frozen=True, eq=False, kw_only=True)
class RunReply(Reply):
    """A reply about a run: the folder of the run, and how far its training was (0 for a saved run)."""

    run: str = ""
    step: int = 0
    epoch: int = 0


RR = TypeVar("RR", bound=RunReply)
RR_co = TypeVar("RR_co", bound=RunReply, covariant=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class RunRequest(Request[RR_co], Generic[RR_co]):
    """A request about the network of a run: of the one in training as it is now, or of a saved one.

    ``run`` is its folder; whoever knows what is looked at fills it in.
    """

    run: FilePath = Path()


@dataclass(frozen=True, eq=False, kw_only=True)
class PartialReply(RunReply):
    """The state of long work after one piece of it: ``done`` of ``total`` units of work."""

    done: int
    total: int

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.done >= self.total


P = TypeVar("P", bound=PartialReply)
P_co = TypeVar("P_co", bound=PartialReply, covariant=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class PartialRequest(RunRequest[P_co], Generic[P_co]):
    """A request for one piece of long work, done for about ``seconds``.

    ``so_far`` is the reply to the piece before, which the next one goes on from; None begins the work. So nothing is
    kept in the worker, and to cancel is not to ask again.
    """

    seconds: float = 0.1
    so_far: P_co | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class OpenProject(Message):
    """A project that has not been trained, as the subject of a request: its JSON form, and the folder of its file."""

    project: Json
    base: FilePath | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelRequest(RunRequest[RR_co], Generic[RR_co]):
    """A request about the network of a run, or of the open ``project`` with the weights that training starts from.

    Where there is a ``project``, ``run`` means nothing.
    """

    needs_model: ClassVar[bool] = True
    """Whether the whole network of an open project has to be built for the reply."""

    project: OpenProject | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Command(Message):
    """What a worker is told to do, without a reply."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Forget(Command):
    """The reply to the request of this number is not wanted any more."""

    request: int


@dataclass(frozen=True, eq=False, kw_only=True)
class PutOff(Command):
    """The requests of these numbers are done when there is no other: nobody in sight waits for them.

    The list replaces the one before.
    """

    requests: tuple[int, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Ping(Command):
    """Say that you are there: answered at once by a `Pong`, whatever the worker is doing."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Pong(Message):
    """A worker is there; it may be busy."""


@dataclass(frozen=True, eq=False, kw_only=True)
class SetMemoryBudget(Command):
    """Data may take this much memory, in gigabytes; 0 stands for the default."""

    gigabytes: float


@dataclass(frozen=True, eq=False, kw_only=True)
class DeviceInfo:
    """A place to train: the id that training settings name, and its title for people."""

    id: str
    title: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Ready(Reply):
    """A worker has loaded what it needs: the devices it may train on, and its version of torch."""

    devices: tuple[DeviceInfo, ...]
    torch: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Refused(Reply):
    """A request cannot be done; ``reason`` says why in one sentence."""

    reason: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Unfinished(Reply):
    """A request waits for long work with data: what that is, how far it is, and the same as a sentence.

    ``done`` of ``whole`` are done, counted in ``unit``; ``kept`` says whether what was done outlives a cancelled
    request.
    """

    what: str = ""
    done: int = 0
    whole: int = 1
    unit: str = ""
    kept: bool = False
    sentence: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Envelope:
    """A message on its way. ``id`` numbers a request and its reply; events and commands have none."""

    message: Message
    id: int | None = field(default=None)

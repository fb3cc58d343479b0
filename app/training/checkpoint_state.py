"""The state beside the tensors of a checkpoint: what it must hold, so that a run goes on from it or is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from graph.errors import NetloomError

Count = Annotated[int, Field(ge=0, le=2**53)]
STRICT = ConfigDict(strict=True, extra="ignore")


@with_config(STRICT)
class PositionState(TypedDict):
    """Where training stands."""

    epochs: Count
    batches: Count
    steps: Count
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]


@with_config(STRICT)
class BestState(TypedDict):
    """The best epoch so far; its loss is infinite before the first."""

    loss: float
    epoch: Count
    waited: Count


@with_config(STRICT)
class ScheduleState(TypedDict):
    """What a schedule of learning rates remembers."""

    best: float
    waited: Count
    share: float


@with_config(STRICT)
class MeterState(TypedDict):
    """What is gathered of the epoch in progress."""

    loss: float
    samples: Count


@with_config(STRICT)
class CheckpointState(TypedDict):
    """All of it."""

    epochs: Count
    position: PositionState
    best: BestState
    schedule: ScheduleState
    meter: MeterState
    processes: NotRequired[Annotated[int, Field(ge=1, le=2**12)]]
    """How many processes trained together; one where nothing is said."""


_ADAPTER: TypeAdapter[CheckpointState] = TypeAdapter(CheckpointState)


def checked_state(state: Mapping[str, Any], path: Path) -> CheckpointState:
    """The state of the checkpoint ``path``.

    Raises
    ------
    NetloomError
        if something in it is missing or odd.
    """
    try:
        return _ADAPTER.validate_python(state)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"])
        raise _odd(path, f"“{place}” in its state makes no sense") from None


@contextmanager
def fitting(path: Path) -> Iterator[None]:
    """Turn what torch says to tensors of a checkpoint that do not fit the run into a sentence.

    Raises
    ------
    NetloomError
        if they do not.
    """
    try:
        yield
    except NetloomError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise _odd(path, f"its tensors do not fit the run ({type(error).__name__})") from None


def _odd(path: Path, why: str) -> NetloomError:
    return NetloomError(f"{path} cannot be continued from: {why}. Put the original back, or train again.")

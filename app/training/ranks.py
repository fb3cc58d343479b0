"""Ranks: the processes that train one network together (data-parallel). A process alone is its own first, and agrees.

Every process holds all of the network and learns from its share of each batch. What must be the same in all of them is
asked of the ranks, by all at the same moment; of one process alone that costs nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

from graph.errors import NetloomError

if TYPE_CHECKING:
    from torch import Tensor

    from app.protocol.control import Control
    from app.training.batches import Stretch

T = TypeVar("T")
NUMBERED = ("RANK", "WORLD_SIZE")
BY_ADDRESS = ("MASTER_ADDR", "MASTER_PORT")
"""What ``torchrun`` tells each process that it starts, in the environment: its number, and where all meet."""
RESTARTS = "TORCHELASTIC_RESTART_COUNT"
"""How often ``torchrun`` has started them again."""
MEETING_FILE = "NETLOOM_MEETING"
"""The file by which they meet where Netloom started them itself."""


class TogetherError(NetloomError):
    """Something failed in one of the processes; the first one tells what, and this one says nothing."""


class Asked(Protocol):
    """Whether the training is to look between two steps at what is wanted of it."""

    @property
    def asked(self) -> bool:
        """True where it is."""


class Ranks:
    """One process that trains alone."""

    rank: int = 0
    count: int = 1
    """This process's number, from 0, and how many there are."""
    stretch: Stretch | None = None
    """Which samples of a batch this process learns from; None stands for all."""

    @property
    def first(self) -> bool:
        """Whether this is the process that reads its input, writes the run and speaks."""
        return self.rank == 0

    def device(self, name: str) -> str | None:
        """The device of this process where the plan names ``name``; None leaves it to the plan."""
        return None

    # Work that is done in step

    def together(self, work: Callable[[], T]) -> T:
        """Do ``work`` in every process; where it fails in one, it fails in all.

        Raises
        ------
        NetloomError
            as ``work`` does in any of them.
        """
        return work()

    def in_turn(self, work: Callable[[], T]) -> T:
        """The same, in the first process before the others, which find what it has downloaded and prepared."""
        return work()

    def at_first(self, work: Callable[[], T]) -> T | None:
        """What ``work`` gives in the first process; None in the others, which wait and fail with it."""
        return work()

    def by_first(self, work: Callable[[], T]) -> T:
        """What ``work`` gives in the first process, which all are told: values of JSON."""
        return work()

    # What is wanted of the training

    def listen(self, control: Control) -> Asked:
        """Where to look before every step."""
        return control

    def due(self, moment: float) -> float:
        """When this process has to look between two steps by itself, where it would have to at ``moment``."""
        return moment

    def any(self, wish: bool) -> bool:
        """Whether it is wanted in one of the processes."""
        return wish

    def wait(self, control: Control) -> None:
        """Block until there is something to do."""
        control.wait()

    # What they hold

    def same(self, tensors: Iterable[Tensor]) -> None:
        """Give ``tensors`` in all processes the values that they have in the first."""

    def others(self, own: Callable[[], Mapping[str, Tensor]]) -> list[dict[str, Tensor]]:
        """In the first process, what ``own`` gives in each of the others; elsewhere nothing."""
        return []

    def close(self) -> None:
        """Leave the others."""


ALONE = Ranks()
"""The one process that trains where nobody asks for several."""


def are_several() -> bool:
    """Whether this process was started as one of several, by ``torchrun`` or by Netloom."""
    told = os.environ.keys()
    place = MEETING_FILE in told or told >= {*BY_ADDRESS}
    return place and told >= {*NUMBERED} and os.environ["WORLD_SIZE"] != "1"


def follows() -> bool:
    """Whether it is one of those that say nothing, for the first says it."""
    return are_several() and os.environ["RANK"] != "0"


def is_restarted() -> bool:
    """Whether ``torchrun`` started it once more, after one of the processes failed."""
    return os.environ.get(RESTARTS, "0") != "0"

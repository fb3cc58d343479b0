"""Several processes as ranks, over PyTorch's process groups: gloo between processors, NCCL between graphics cards.

Everything is sent as plain tensors; nothing is pickled. All processes call the same methods in the same order. Where
one of them has ended, whatever the others wait for fails at once.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import safetensors.torch
import torch
import torch.distributed as dist
from torch import Tensor
from torch._C._distributed_c10d import FileStore, PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from app.protocol.control import Control
from app.training.ranks import MEETING_FILE, RESTARTS, Asked, Ranks, TogetherError
from graph import strict_json
from graph.errors import NetloomError

T = TypeVar("T")
LOOPBACK = "127.0.0.1"
MEETING = timedelta(minutes=5)
"""How long processes wait for each other in the beginning."""
PATIENCE = timedelta(days=7)
"""How long they wait later: the first one may test a network on millions of samples meanwhile."""
PULSE = 0.5
"""Seconds between two looks at each other while the training is paused."""
FLAGS = 2
"""Numbers that go with every step: whether someone wants something, and whether memory ran out."""
LOST = (
    "Another process of this training has ended, so this one cannot go on alone; the run keeps its last checkpoint. "
    "Resume it, with as many processes as you like."
)


class GroupRanks(Ranks):
    """Process number ``rank`` of ``count``, of which ``local_count`` are on this machine, this one as ``local_rank``.

    They find each other by ``store``. Without ``hosts`` they only listen on the loopback address.
    """

    def __init__(
        self,
        store: Store,
        rank: int,
        count: int,
        *,
        local_rank: int = 0,
        local_count: int = 0,
        hosts: bool = False,
    ) -> None:
        self.rank, self.count = rank, count
        self.stretch = partial(own_stretch, rank=rank, count=count)
        self.asked = False
        self._local_rank, self._local_count = local_rank, local_count or count
        self._store = store
        self._group = self._done(lambda: _gloo(store, rank, count, hosts))
        self._cards: Any = None
        self._control, self._due = Control(), math.inf

    def device(self, name: str) -> str | None:
        """A graphics card for each process, or the processor for all.

        Raises
        ------
        NetloomError
            if ``name`` is one card, or there are fewer cards than processes.
        """
        if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
            return "cpu"
        cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if name not in ("auto", "cuda"):
            raise NetloomError(
                f"{self.count} processes cannot share the graphics card {name}; choose cuda, which gives one to each, "
                "or cpu, as the device."
            )
        if cards < self._local_count:
            raise NetloomError(
                f"{self._local_count} processes need as many graphics cards, but this machine has {cards}; start "
                "fewer, or choose cpu as the device."
            )
        return f"cuda:{self._local_rank}"

    def together(self, work: Callable[[], T]) -> T:
        """Do ``work`` in every process; all fail with the first that does."""
        result, reason = _tried(work)
        reasons = [_read(text) for text in self._gathered(json.dumps(reason).encode())]
        self._fail(next(filter(None, reasons), None))
        assert result is not None
        return result[0]

    def in_turn(self, work: Callable[[], T]) -> T:
        """The same, in the first process before the others."""
        done = self.at_first(lambda: (work(),))
        return self.together(lambda: done[0] if done is not None else work())

    def at_first(self, work: Callable[[], T]) -> T | None:
        """What ``work`` gives in the first process alone."""
        result, reason = _tried(work) if self.first else (None, None)
        self._fail(self._told(reason))
        return None if result is None else result[0]

    def by_first(self, work: Callable[[], T]) -> T:
        """What ``work`` gives in the first process, told to all."""
        result, reason = _tried(work) if self.first else (None, None)
        value, reason = self._told([None if result is None else result[0], reason])
        self._fail(reason)
        told: T = value if result is None else result[0]
        return told

    def listen(self, control: Control) -> Asked:
        """Here: ``asked`` is what all agreed on with their last step."""
        self._control = control
        self.asked = self.any(control.asked)
        return self

    def due(self, moment: float) -> float:
        """Never by itself; of the first process all are told by its next step after ``moment``."""
        self._due = moment
        return math.inf

    def wants(self) -> bool:
        """Whether this process would look between two steps."""
        return self._control.asked or (self.first and time.perf_counter() >= self._due)

    def any(self, wish: bool) -> bool:
        """Whether one of the processes wishes it."""
        return bool(self._most([float(wish)])[0])

    def wait(self, control: Control) -> None:
        """Until the first process has something to do, or any of them is to stop."""
        while True:
            if self.first:
                control.wait(PULSE)
            if self.any(control.stopping or (self.first and not control.idle)):
                return

    def same(self, tensors: Iterable[Tensor]) -> None:
        """Give ``tensors`` the values of the first process."""
        for tensor in tensors:
            there = tensor.detach().cpu().contiguous()
            self._done(partial(self._group.broadcast, there, 0))
            if not self.first:
                tensor.copy_(there)

    def others(self, own: Callable[[], Mapping[str, Tensor]]) -> list[dict[str, Tensor]]:
        """In the first process what ``own`` gives in the others, in their order."""
        held = {} if self.first else {name: tensor.detach().cpu().contiguous() for name, tensor in own().items()}
        sent = torch.frombuffer(bytearray(safetensors.torch.save(held)), dtype=torch.uint8)
        sizes = [int(size) for size in self._gathered(str(len(sent)).encode())]
        if not self.first:
            self._done(lambda: self._group.send([sent], 0, 0))
            return []
        return [self._received(rank, size) for rank, size in enumerate(sizes) if rank]

    def sum(self, vector: Tensor, flags: list[float]) -> list[float]:
        """Put the sum over all processes into ``vector``, whose last `FLAGS` numbers are for ``flags``.

        Returns for each flag a number above 0 where it is above 0 in one of them. Those of a vector on a graphics card
        go another way, so that no number has to be read there.
        """
        if vector.is_cuda:
            found = self._most(flags)
            self._done(lambda: self._of_cards(vector.device).allreduce(vector))
            return found
        vector[-FLAGS:] = torch.tensor(flags)
        self._done(lambda: self._group.allreduce(vector))
        summed: list[float] = vector[-FLAGS:].tolist()
        return summed

    def close(self) -> None:
        """Leave the others; what they still want of this process fails."""
        self._group = self._cards = None

    def _of_cards(self, device: torch.device) -> Any:
        """The group of graphics cards, made when it is first needed."""
        if self._cards is None:
            torch.cuda.set_device(device)
            store = PrefixStore("cards", self._store)
            self._cards = dist.ProcessGroupNCCL(store, self.rank, self.count, dist.ProcessGroupNCCL.Options())
        return self._cards

    def _most(self, numbers: list[float]) -> list[float]:
        """The largest of each of some numbers over all processes."""
        found = torch.tensor(numbers, dtype=torch.float64)
        self._done(lambda: self._group.allreduce(found, dist.ReduceOp.MAX))
        largest: list[float] = found.tolist()
        return largest

    def _told(self, value: Any) -> Any:
        """A value of JSON from the first process."""
        text = json.dumps(value).encode()
        size = torch.tensor([len(text)])
        self._done(lambda: self._group.broadcast(size, 0))
        sent = torch.empty(int(size), dtype=torch.uint8)
        if self.first:
            sent.copy_(torch.frombuffer(bytearray(text), dtype=torch.uint8))
        self._done(lambda: self._group.broadcast(sent, 0))
        return _read(sent.numpy().tobytes())

    def _gathered(self, text: bytes) -> list[bytes]:
        """A text of each process, which none of them ends with spaces."""
        length = int(self._most([float(len(text))])[0])
        own = torch.frombuffer(bytearray(text.ljust(length)), dtype=torch.uint8)
        found = [torch.empty(length, dtype=torch.uint8) for _ in range(self.count)]
        self._done(lambda: self._group.allgather([found], [own]))
        return [each.numpy().tobytes().rstrip() for each in found]

    def _received(self, rank: int, size: int) -> dict[str, Tensor]:
        content = torch.empty(size, dtype=torch.uint8)
        self._done(lambda: self._group.recv([content], rank, 0))
        return safetensors.torch.load(content.numpy().tobytes())

    def _fail(self, reason: str | None) -> None:
        """Fail for a reason that all have been told of; the first process tells it to people."""
        if reason is not None:
            raise (NetloomError if self.first else TogetherError)(reason)

    def _done(self, begin: Callable[[], Any]) -> Any:
        """Begin what all processes do, and wait until it is done."""
        try:
            work = begin()
            if isinstance(work, dist.Work):
                work.wait()
        except RuntimeError as error:
            # Where the first process is gone, the second one tells it.
            raise (NetloomError if self.rank < 2 else TogetherError)(LOST) from error
        return work


def meet() -> GroupRanks:
    """The processes that were started together, by the names that PyTorch has for it in the environment.

    Raises
    ------
    NetloomError
        if they do not find each other.
    """
    try:
        rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        file = os.environ.get(MEETING_FILE)
        store = FileStore(file, count) if file else next(rendezvous("env://", timeout=MEETING))[0]
        local_rank = int(os.environ.get("LOCAL_RANK", rank))
        local_count = int(os.environ.get("LOCAL_WORLD_SIZE", count))
    except (RuntimeError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise NetloomError(f"The processes do not find each other: {reason}. Start them by torchrun.") from None
    # What those that failed left there is not for these.
    fresh = PrefixStore(f"attempt {os.environ.get(RESTARTS, '0')}", store)
    hosts = local_count < count
    return GroupRanks(fresh, rank, count, local_rank=local_rank, local_count=local_count, hosts=hosts)


def own_stretch(size: int, rank: int, count: int) -> slice:
    """The share of process ``rank`` of ``count`` in a batch of ``size``: as many samples as the others, or one more.

    Nobody has one sample alone, of which batch normalisation could not take statistics; the last processes then have
    none at all.
    """
    shares = max(1, min(count, size // 2))
    start, end = (min(at, shares) * size // shares for at in (rank, rank + 1))
    return slice(start, end)


def _gloo(store: Store, rank: int, count: int, hosts: bool) -> Any:
    """A group of processors."""
    kind: Any = dist.ProcessGroupGloo
    options = kind._Options()
    options._devices = [kind.create_default_device() if hosts else kind.create_device(hostname=LOOPBACK)]
    options._timeout = MEETING
    group = kind(PrefixStore("processors", store), rank, count, options)
    group._set_default_timeout(PATIENCE)
    return group


def _read(text: bytes) -> Any:
    """A value of JSON from another process; losses may be infinite."""
    return strict_json.parse(text, "another process", strict=False)


def _tried(work: Callable[[], T]) -> tuple[tuple[T] | None, str | None]:
    """What ``work`` gives, or why it failed."""
    try:
        return (work(),), None
    except NetloomError as error:
        return None, str(error)

"""Several ranks as threads of one process: they start at once, and learn as processes do where nothing is random."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from torch._C._distributed_c10d import HashStore

from app.training.process_group import GroupRanks

T = TypeVar("T")


def in_ranks(count: int, work: Callable[[GroupRanks], T]) -> list[T | BaseException]:
    """What ``work`` gives or raises in each of ``count`` ranks; one that is done leaves the others."""
    store, found = HashStore(), list[Any]([None] * count)

    def begin(rank: int) -> None:
        try:
            ranks = GroupRanks(store, rank, count)
            try:
                found[rank] = work(ranks)
            finally:
                ranks.close()
        except BaseException as error:
            found[rank] = error

    threads = [threading.Thread(target=begin, args=(rank,), daemon=True) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "the ranks wait for each other"
    return found

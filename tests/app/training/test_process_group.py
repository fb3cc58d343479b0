"""Several processes as ranks: what each learns from, and what they tell each other."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.training.batches import Batch
from app.training.process_group import GroupRanks, own_stretch
from graph.errors import NetloomError
from tests.app.training.rank_threads import in_ranks


@given(st.integers(1, 40), st.integers(2, 6))
def test_shares_are_the_batch_and_none_is_one_sample_alone(size: int, count: int) -> None:
    samples = torch.arange(size)
    batch = Batch((samples, samples * 2), (samples * 3,), (samples * 4,), 0.7)
    shares = [batch.share(partial(own_stretch, rank=rank, count=count)) for rank in range(count)]
    assert torch.equal(torch.cat([share.inputs[1] for share in shares]), samples * 2)
    assert torch.equal(torch.cat([share.mixup_targets[0] for share in shares]), samples * 4)
    assert {(share.counted, share.mixup_lambda) for share in shares} == {(size, 0.7)}
    sizes = [share.size for share in shares if share.size]
    assert size == 1 or min(sizes) > 1
    assert max(sizes) - min(sizes) <= 1 and shares[0].size


def test_ranks_tell_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def talked(ranks: GroupRanks) -> list[object]:
        tensor = torch.full((2, 3), float(ranks.rank))
        ranks.same([tensor])
        others = ranks.others(lambda: {"own": torch.full((ranks.rank,), ranks.rank)})
        return [
            ranks.by_first(lambda: {"loss": math.inf, "by": ranks.rank}),
            ranks.at_first(lambda: "lock"),
            ranks.together(lambda: ranks.rank),
            ranks.in_turn(lambda: ranks.rank),
            [ranks.any(wish) for wish in (False, ranks.rank == 2)],
            tensor.sum().item(),
            [values["own"].tolist() for values in others],
        ]

    told = {"loss": math.inf, "by": 0}
    assert in_ranks(3, talked) == [
        [told, "lock", 0, 0, [False, True], 0.0, [[1], [2, 2]]],
        [told, None, 1, 1, [False, True], 0.0, []],
        [told, None, 2, 2, [False, True], 0.0, []],
    ]


def test_each_process_has_a_graphics_card_of_its_own_or_none_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert in_ranks(2, lambda ranks: ranks.device("auto")) == ["cpu", "cpu"]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert in_ranks(2, lambda ranks: [ranks.device(name) for name in ("auto", "cpu", "cuda")])[0] == [
        "cuda:0", "cpu", "cuda:0",
    ]  # fmt: skip
    for error in in_ranks(2, lambda ranks: ranks.device("cuda:1")):
        assert isinstance(error, NetloomError) and "cannot share the graphics card cuda:1" in str(error)
    for error in in_ranks(3, lambda ranks: ranks.device("auto")):
        assert isinstance(error, NetloomError) and "need as many graphics cards, but this machine has 2" in str(error)

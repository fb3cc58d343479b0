"""The fast max pooling: torch's numbers and gradients, ties included, and torch itself wherever it does not apply."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from graph.modules.pooling_fast import FastMaxPool2d, quicken


def pooled(pool: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What comes out, and the gradient that reaches the input for a loss that tells all places apart."""
    x = x.clone().requires_grad_()
    out = pool(x)
    (out * torch.arange(1.0, out.numel() + 1).view(out.shape)).sum().backward()
    assert x.grad is not None
    return out.detach(), x.grad


@given(
    sizes=st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(2, 7), st.integers(2, 7)),
    seed=st.integers(0, 2**16),
    values=st.integers(1, 4),
    last=st.booleans(),
)
def test_values_and_gradients_are_torchs(sizes: tuple[int, ...], seed: int, values: int, last: bool) -> None:
    """Few different values, so that windows hold ties, as they do behind a ReLU."""
    x = torch.randint(0, values, sizes, generator=torch.Generator().manual_seed(seed)).float()
    x = x.contiguous(memory_format=torch.channels_last) if last else x
    fast = nn.Sequential(nn.MaxPool2d(2))
    quicken(fast)
    assert type(fast[0]) is FastMaxPool2d
    for mine, theirs in zip(pooled(fast, x), pooled(nn.MaxPool2d(2), x), strict=True):
        assert torch.equal(mine, theirs)


def test_a_value_that_is_no_number_stays_seen() -> None:
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 1, 2] = torch.nan
    fast = nn.MaxPool2d(2)
    quicken(fast)
    assert fast(x).isnan().tolist() == [[[[False, True], [False, False]]]]


@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": 3},
        {"kernel_size": 2, "stride": 1},
        {"kernel_size": 2, "padding": 1},
        {"kernel_size": 2, "ceil_mode": True},
        {"kernel_size": 2, "dilation": 2},
        {"kernel_size": 2, "return_indices": True},
        {"kernel_size": (2, 3)},
    ],
)
def test_other_windows_stay_torchs(options: dict[str, Any]) -> None:
    pool = nn.MaxPool2d(**options)
    quicken(pool)
    assert type(pool) is nn.MaxPool2d


def test_other_inputs_are_left_to_torch() -> None:
    fast = nn.MaxPool2d(2)
    quicken(fast)
    for x in (torch.randn(2, 4, 4), torch.randn(1, 2, 4, 4, dtype=torch.float64), torch.randn(0, 2, 4, 4)):
        assert torch.equal(fast(x), nn.MaxPool2d(2)(x))

"""Fast paths: calculations of Netloom's own that take the place of PyTorch's where a network trains faster by them.

Which of them a run takes follows from network, training settings and device alone, never from a stopwatch. It is kept
in the run, so that a run that goes on, or is repeated by another Netloom, calculates as it did, to the last bit.
Without any of them all is PyTorch's own; a training differs by rounding alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from app.training.dense_chain import find_chain
from app.training.plan import Plan
from graph.modules import pooling_fast, recurrent

RECURRENT, RECURRENT_FROM_ZEROS = "recurrent", "recurrent_from_zeros"
MAX_POOL, CHANNELS_LAST, DENSE_CHAIN = "max_pool", "channels_last", "dense_chain"

FAST_PATHS: Mapping[str, str] = {
    RECURRENT: "RNN and GRU by their own forward and backward pass",
    RECURRENT_FROM_ZEROS: "RNN and GRU by their own forward and backward pass, where the state begins at zeros",
    MAX_POOL: "max pooling by rows and columns",
    CHANNELS_LAST: "pictures with their channels last in memory",
    DENSE_CHAIN: "dense layers by their own forward and backward pass",
}
"""What each is, by the name under which runs keep it."""

BEFORE = (RECURRENT_FROM_ZEROS, MAX_POOL, CHANNELS_LAST)
"""What runs took that kept nothing of it."""

KEPT = "fast_paths"
"""Where a run's environment has them."""


def fast_paths(module: nn.Module, plan: Plan, device: torch.device) -> tuple[str, ...]:
    """Those that make ``module`` faster on ``device``."""
    here = device.type == "cpu"
    single = plan.precision == "float32"
    chained = here and single and plan.steps_at_once
    faster = {RECURRENT: here and single, MAX_POOL: here, CHANNELS_LAST: True, DENSE_CHAIN: chained}
    return tuple(name for name, there in _places(module).items() if there and faster.get(name))


def _places(module: nn.Module) -> dict[str, bool]:
    """Whether ``module`` has a place for each."""
    parts = list(module.modules())
    steps = any(map(recurrent.is_faster, parts))
    found = {
        RECURRENT: steps,
        RECURRENT_FROM_ZEROS: steps,
        MAX_POOL: any(pooling_fast.is_covered(part) for part in parts),
        CHANNELS_LAST: any(isinstance(part, nn.Conv2d | nn.ConvTranspose2d) for part in parts),
        DENSE_CHAIN: find_chain(module) is not None,
    }
    return {name: found[name] for name in FAST_PATHS}


def take(module: nn.Module, chosen: Sequence[str]) -> tuple[str, ...]:
    """Put the modules of the fast paths ``chosen`` in the place of PyTorch's; all parameters stay.

    Returns those of them that ``module`` has a place for.
    """
    taken = tuple(name for name, there in _places(module).items() if there and name in chosen)
    fast = RECURRENT in taken or RECURRENT_FROM_ZEROS in taken
    recurrent.quicken(module, fast=fast, given_states=RECURRENT in taken)
    if MAX_POOL in taken:
        pooling_fast.quicken(module)
    if CHANNELS_LAST in taken:
        module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return taken


def kept_fast_paths(environment: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that a run with this environment took."""
    kept = environment.get(KEPT, BEFORE)
    return tuple(name for name in FAST_PATHS if isinstance(kept, Sequence) and name in kept)

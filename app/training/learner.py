"""What learns: a model made ready, the weights of it that change, and what does its steps, apart from any run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from app.training.dense_chain import ChainStepper, find_chain
from app.training.devices import random_state, set_random_state
from app.training.fast_paths import DENSE_CHAIN
from app.training.initial_weights import InitialWeights
from app.training.optimisers import Optimiser
from app.training.plan import Plan
from app.training.rank_limits import refuse_ranks
from app.training.ranks import ALONE, Ranks
from app.training.stepping import Stepper
from app.training.trainable import Model
from app.training.weights import Weights
from graph.errors import NetloomError
from graph.project import Project


def ready_model(
    project: Project, base: Path | None = None, paths: Sequence[str] | None = None, ranks: Ranks = ALONE
) -> Model:
    """The model of a project with the weights that training starts from, once the judge has passed it.

    ``paths`` are the fast paths to take; without it those that are faster. ``ranks`` are the processes that train it
    together.

    Raises
    ------
    NetloomError
        if the project cannot be trained as it is.
    """
    device = ranks.device(Plan.of(project).device)
    model = Model.build(project, base, device, judged=True, paths=paths)
    if model.prepared.train.samples == 0:
        raise NetloomError("There are no samples to train on; give the training set a share of the data.")
    if ranks.count > 1:
        refuse_ranks(model)
    InitialWeights.of(project).load_into(model.module, base)
    return model


def learned_weights(model: Model) -> Weights:
    """The weights of a model that training changes; layers that the project freezes are frozen.

    Raises
    ------
    NetloomError
        if there are none.
    """
    InitialWeights.of(model.project).freeze(model.module)
    weights = Weights(model.module, model.objective.groups)
    if not weights.parameters:
        raise NetloomError("The network has nothing to learn: no layer has weights. Add a dense or convolution layer.")
    return weights


def stepper_of(model: Model, weights: Weights, optimiser: Optimiser, steps: int = 0, ranks: Ranks = ALONE) -> Stepper:
    """What does the next steps of a model of which ``steps`` were done before, in one of the processes ``ranks``."""
    chained = DENSE_CHAIN in model.fast_paths and model.device.type == "cpu" and _learns_all(model, weights)
    chain = find_chain(model.module) if chained else None
    if ranks.count > 1:
        from app.training.ranked_steps import ranked_stepper

        return ranked_stepper(model, weights, optimiser, ranks, chain)
    if chain is not None:
        return ChainStepper(model, weights, optimiser, chain)
    return model.objective.stepper(model, weights, optimiser, steps)


def _learns_all(model: Model, weights: Weights) -> bool:
    """Whether no layer is frozen."""
    return weights.flat and len(weights.names) == len(list(model.module.parameters()))


@contextmanager
def apart(random: dict[str, Tensor], device: torch.device, threads: int) -> Iterator[None]:
    """Within, random numbers go on from ``random`` and so many threads calculate; afterwards both are as before.

    ``random`` then holds where its generators stand, so that a computation in pieces draws what it would in one.
    """
    before, count = random_state(device), torch.get_num_threads()
    set_random_state(random, device)
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        random.update(random_state(device))
        set_random_state(before, device)
        torch.set_num_threads(count)

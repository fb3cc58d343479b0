"""Checks of new samples: tokens without an embedding, and outputs that are no finite numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from app.data.dataset import Array
from app.data.lazy_array import Values
from app.training.trainable import Model
from graph.errors import NetloomError


def check_finite(every: Sequence[Array]) -> None:
    """Refuse outputs that are no numbers, of which no class or value could be told.

    Raises
    ------
    NetloomError
        naming the first sample of which an output is not finite.
    """
    for outputs in every:
        finite = np.isfinite(outputs).reshape(len(outputs), -1).all(1)
        if not finite.all():
            raise NetloomError(
                f"The network's output for sample {int(np.argmin(finite)) + 1} is no number: the sample's values are "
                "too large for float32, or the weights of the run became no numbers in training. Correct the sample, "
                "or train again with a smaller learning rate."
            )


def check_tokens(model: Model, name: str, values: Values) -> None:
    """Refuse numbers of tokens that an embedding behind the input ``name`` has no vector for.

    Raises
    ------
    NetloomError
        naming the first of them.
    """
    if values.dtype.kind != "i":
        return
    sizes = [table.num_embeddings for table in _embeddings(model, model.objective.inputs.index(name))]
    known, tokens = min(sizes, default=0), np.asarray(values)
    odd = tokens[(tokens < 0) | (tokens >= known)] if sizes else tokens[:0]
    if len(odd):
        raise NetloomError(
            f"“{name}” has the token {odd[0]:,}, but the network knows the tokens 0 to {known - 1:,}; use these."
        )


def _embeddings(model: Model, place: int) -> Iterator[torch.nn.Embedding]:
    """The embeddings that read input number ``place`` of the network."""
    module = model.compiled.module
    placeholders = [node for node in module.graph.nodes if node.op == "placeholder"]
    for user in placeholders[place].users:
        table = module.get_submodule(str(user.target)) if user.op == "call_module" else None
        if isinstance(table, torch.nn.Embedding):
            yield table

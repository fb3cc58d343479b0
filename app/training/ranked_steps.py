"""Steps of several processes: each takes the gradients of its share of a batch, and all learn from their mean."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from app.training.batches import Batch
from app.training.dense_chain import Chain, Chained, ChainStepper
from app.training.optimisers import Optimiser
from app.training.process_group import FLAGS, GroupRanks
from app.training.ranks import Ranks
from app.training.stepping import DeferredStepper, DirectStepper, Stepper
from app.training.weights import Weights


class GradientMean:
    """One sum over all processes for a step: of gradients and loss, each times its share of the batch, and of flags.

    A loss or gradient that is not finite in one process is not finite in the sum, so all of them leave out the step.
    """

    def __init__(self, ranks: GroupRanks, weights: Weights) -> None:
        self._ranks = ranks
        self._weights = weights
        self._sizes = [gradient.numel() for gradient in weights.gradients]
        like = weights.gradients[0]
        self._vector = torch.zeros(sum(self._sizes) + 1 + FLAGS, dtype=like.dtype, device=like.device)

    def __call__(self, loss: Tensor | None, share: float, *, full: bool) -> Tensor:
        """Make the gradients those of the whole batch; the loss () of it is returned.

        ``loss`` is that of the own samples, which are ``share`` of the batch, None where there are none. ``full`` says
        that there was no memory for them.

        Raises
        ------
        MemoryError
            if there was none in one of the processes, in all of them.
        """
        *pieces, end, _ = torch.split(self._vector, [*self._sizes, 1, FLAGS])
        for piece, gradient in zip(pieces, self._weights.gradients, strict=True):
            torch.mul(gradient, share, out=piece.view(gradient.shape))
        end.zero_() if loss is None else end.copy_(loss * share)
        wanted, lacking = self._ranks.sum(self._vector, [float(self._ranks.wants()), float(full)])
        self._ranks.asked = wanted > 0
        if lacking:
            raise MemoryError
        for piece, gradient in zip(pieces, self._weights.gradients, strict=True):
            gradient.copy_(piece.view(gradient.shape))
        return end[0].clone()


class _Ranked(Stepper):
    """Comes before a way of stepping: its gradients are then those of the whole batch."""

    mean: GradientMean

    def _backward(self, batch: Batch) -> tuple[Tensor, Any]:
        """Gradients and loss () of the whole batch, and the outputs for the own share, () where it is empty."""
        loss, outputs, full = None, (), False
        try:
            if batch.size:
                loss, outputs = super()._backward(batch)
        except (MemoryError, torch.OutOfMemoryError):
            loss, full = None, True
        except RuntimeError as error:
            if "can't allocate memory" not in str(error):
                raise
            loss, full = None, True
        if loss is None:
            self._remember()
            self._weights.clear_gradients()
        return self.mean(loss, batch.size / batch.counted if loss is not None else 0.0, full=full), outputs


class _RankedDirect(_Ranked, DirectStepper):
    """On the processor."""


class _RankedDeferred(_Ranked, DeferredStepper):
    """On a graphics card."""


class _RankedChain(_Ranked, ChainStepper):
    """On the processor, of dense layers one after another."""


def ranked_stepper(
    model: Chained, weights: Weights, optimiser: Optimiser, ranks: Ranks, chain: Chain | None
) -> Stepper:
    """What does the steps of one of several processes; ``chain`` are the dense layers of a network of those alone."""
    assert isinstance(ranks, GroupRanks)
    stepper: _Ranked
    if chain is not None:
        stepper = _RankedChain(model, weights, optimiser, chain)
    elif model.device.type == "cpu":
        stepper = _RankedDirect(model, weights, optimiser)
    else:
        stepper = _RankedDeferred(model, weights, optimiser)
    stepper.mean = GradientMean(ranks, weights)
    return stepper

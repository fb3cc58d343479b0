"""Single steps: gradients are shortened as by torch, and a step that goes astray leaves nothing behind."""

from __future__ import annotations

import copy
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from app.training.optimisers import Sgd
from app.training.plan import Plan
from app.training.stepping import DeferredStepper, DirectStepper, Stepper, learn, learn_deferred
from app.training.weights import Weights


@pytest.mark.parametrize("clip", [0.0, 4e-5, 1e-3], ids=["never", "longer", "shorter"])
@pytest.mark.parametrize("deferred", [False, True])
def test_gradients_are_clipped_as_by_torch(clip: float, deferred: bool) -> None:
    module = nn.Linear(3, 2)
    theirs = copy.deepcopy(module)
    weights = Weights(module)
    optimiser = Sgd(Plan(optimiser="sgd", momentum=0.0), weights)
    gradients = [1e-4 * torch.randn_like(parameter) for parameter in theirs.parameters()]
    for parameters in (module.parameters(), theirs.parameters()):
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient.clone() if parameter.grad is None else parameter.grad.copy_(gradient)
    if clip:
        nn.utils.clip_grad_norm_(theirs.parameters(), clip)
    torch.optim.SGD(theirs.parameters(), lr=1000.0).step()
    if deferred:
        learn_deferred(optimiser, torch.tensor(1.0), 1000.0, clip, torch.tensor(0.0))
    else:
        assert learn(optimiser, 1.0, 1000.0, clip)
    for own, other in zip(module.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(own, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
@pytest.mark.parametrize("deferred", [False, True])
def test_a_loss_that_is_not_finite_changes_nothing(loss: float, deferred: bool) -> None:
    module = nn.Linear(3, 2)
    before = [parameter.clone() for parameter in module.parameters()]
    optimiser = Sgd(Plan(optimiser="sgd", momentum=0.0), Weights(module))
    for parameter in module.parameters():
        assert parameter.grad is not None
        parameter.grad.fill_(1.0)
    if deferred:
        assert learn_deferred(optimiser, torch.tensor(loss), 0.1, 1.0, torch.tensor(0.0)) == 1
    else:
        assert not learn(optimiser, loss, 0.1, 1.0)
    for parameter, old in zip(module.parameters(), before, strict=True):
        assert torch.equal(parameter, old)


class Normalising:
    """A model that is nothing but a batch normalisation; its batches are tensors."""

    device = torch.device("cpu")
    plan = Plan(optimiser="sgd", momentum=0.0)

    def __init__(self) -> None:
        self.module = nn.BatchNorm1d(2)

    def loss(self, batch: Tensor) -> tuple[Tensor, Any]:
        """How large its outputs are."""
        outputs = self.module(batch)
        return outputs.abs().mean(), outputs


@pytest.mark.parametrize("kind", [DirectStepper, DeferredStepper])
def test_a_step_that_goes_astray_leaves_running_means_as_the_last_good_one_left_them(kind: type[Stepper]) -> None:
    model = Normalising()
    weights = Weights(model.module)
    stepper = kind(cast(Any, model), weights, Sgd(model.plan, weights))
    good = [10 * torch.rand(4, 2) for _ in range(2)]
    for batch in good:
        stepper.step(cast(Any, batch), 0.1)
    assert len(stepper.collect()) == 2 and not stepper.diverged
    kept = {name: tensor.clone() for name, tensor in model.module.state_dict().items() if tensor.is_floating_point()}
    stepper.step(cast(Any, torch.full((4, 2), torch.nan)), 0.1)
    assert stepper.collect() == [] and stepper.diverged
    for name, tensor in kept.items():
        torch.testing.assert_close(model.module.state_dict()[name], tensor)

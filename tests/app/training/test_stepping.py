"""Single steps: gradients are shortened exactly as torch shortens them."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from app.training.optimisers import Sgd
from app.training.plan import Plan
from app.training.stepping import learn, learn_deferred
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

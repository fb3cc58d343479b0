"""Single steps: gradients are shortened as by torch, and a step that goes astray leaves nothing behind."""

from __future__ import annotations

import copy
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from app.training.batches import Batch
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


class Counting:
    """A linear model with a squared error; ``sizes`` are those of the batches that it was given."""

    device = torch.device("cpu")

    def __init__(self, accumulate: int) -> None:
        torch.manual_seed(1)
        self.module = nn.Linear(3, 2)
        self.plan = Plan(optimiser="sgd", momentum=0.0, accumulate=accumulate)
        self.sizes: list[int] = []

    def run(self, module: Any, inputs: tuple[Tensor, ...]) -> Any:
        return module(*inputs)

    def loss(self, batch: Batch) -> tuple[Tensor, Any]:
        self.sizes.append(batch.size)
        outputs = self.module(batch.inputs[0])
        loss = (outputs - batch.targets[0]).square().mean()
        if batch.mixup_targets:
            mixed = (outputs - batch.mixup_targets[0]).square().mean()
            loss = batch.mixup_lambda * loss + (1 - batch.mixup_lambda) * mixed
        return loss, outputs


@pytest.mark.parametrize("kind", [DirectStepper, DeferredStepper])
@pytest.mark.parametrize("mixed", [False, True])
def test_gradients_of_the_parts_of_a_batch_add_up_to_those_of_the_whole(kind: type[Stepper], mixed: bool) -> None:
    torch.manual_seed(0)
    inputs, targets, others = torch.randn(11, 3), torch.randn(11, 2), torch.randn(11, 2)
    batch = Batch((inputs,), (targets,), (others,), 0.7) if mixed else Batch((inputs,), (targets,))
    made: list[tuple[Tensor, Tensor, float, list[int]]] = []
    for accumulate in (1, 4):
        model = Counting(accumulate)
        weights = Weights(model.module)
        stepper = kind(model, weights, Sgd(model.plan, weights))
        outputs = stepper.step(batch, 0.5)
        made.append((model.module.weight.detach().clone(), outputs.detach(), stepper.collect()[0], model.sizes))
    whole, parts = made
    assert whole[3] == [11] and parts[3] == [3, 3, 3, 2]
    torch.testing.assert_close(parts[0], whole[0], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(parts[1], whole[1], rtol=1e-5, atol=1e-6)
    assert parts[2] == pytest.approx(whole[2], rel=1e-5)


def test_no_part_is_a_single_sample() -> None:
    """Batch normalisation has no meaning over one; only a batch of one sample stays as it is."""
    for samples in (1, 2, 3, 5, 8):
        sizes = [part.size for part in Batch((torch.zeros(samples, 1),), ()).parts(4)]
        assert sum(sizes) == samples and (min(sizes) >= 2 or samples == 1)


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

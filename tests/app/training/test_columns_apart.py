"""Columns trained apart: each learns from its own loss alone, and the net is tested by their average."""

from __future__ import annotations

from typing import Any

import torch

from app.project.presets import preset
from app.training.trainable import Model
from tests.app.project.test_presets import small

VIEWS = ("plain", "blurred", "edges")


def built() -> Model:
    torch.manual_seed(3)
    return Model.build(small(preset("multi_column_apart").project, 0.05))


def gradients(model: Model, loss: torch.Tensor) -> dict[str, torch.Tensor | None]:
    """The gradient of each parameter, by its layer."""
    named = dict(model.module.named_parameters())
    found = torch.autograd.grad(loss, list(named.values()), retain_graph=True, allow_unused=True)
    return dict(zip(named, found, strict=True))


def column_of(model: Model, view: str) -> set[str]:
    """The layers with weights that lead to the output of a view."""
    network, reached = model.project.network, set[str]()
    waiting = [f"view_{view}"]
    while waiting:
        id_ = waiting.pop()
        reached.add(id_)
        waiting += [connection.source for connection in network.into(id_).values()]
    return {name for name, _ in model.module.named_parameters() if name.partition(".")[0] in reached}


def test_no_gradient_crosses_between_the_columns() -> None:
    model = built()
    batch = model.feed(model.prepared.train).pick(0)
    answers = model.forward(batch.inputs)
    heads = [head.output for head in model.objective.heads]
    own: dict[str, Any] = {}
    for view in VIEWS:
        at = heads.index(f"view_{view}")
        found = gradients(model, model.objective.heads[at].loss_fn(answers[at], batch.targets[at]))
        moved = {name for name, gradient in found.items() if gradient is not None}
        assert moved == column_of(model, view)
        assert all(bool(found[name].abs().sum() > 0) for name in moved if name.endswith("weight"))  # type: ignore[union-attr]
        own |= {name: found[name] for name in moved}
    whole = gradients(model, model.objective.loss(answers, batch.targets))
    assert set(own) == set(whole)
    for name, gradient in whole.items():
        assert gradient is not None
        assert torch.allclose(gradient, own[name], atol=1e-7)


def test_the_average_learns_nothing_and_is_what_the_net_is_tested_by() -> None:
    model = built()
    batch = model.feed(model.prepared.train).pick(0)
    together, *alone = model.forward(batch.inputs)
    assert model.objective.heads[0].output == "together"
    assert not together.requires_grad
    assert torch.allclose(together, sum(alone[1:], alone[0]) / 3, atol=1e-6)

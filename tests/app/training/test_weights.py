"""Weights in one vector: values, memory layout and groups."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from app.training.weights import Weights


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_parameters_become_views_with_their_values_and_their_layout(memory_format: torch.memory_format) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 5), nn.Flatten(), nn.Linear(4, 2)).to(memory_format=memory_format)  # type: ignore[call-overload]
    before = {name: parameter.detach().clone() for name, parameter in module.named_parameters()}
    weights = Weights(module)
    for name, parameter in module.named_parameters():
        assert torch.equal(parameter, before[name])
        assert parameter.stride() == before[name].stride()
        assert parameter.grad is not None and parameter.grad.stride() == parameter.stride()
    (vector,) = weights.tensors
    assert len(vector) == weights.count == 300 + 4 + 8 + 2
    vector.fill_(7.0)
    assert all((parameter == 7).all() for parameter in module.parameters())


def test_a_group_is_a_stretch_of_the_vector() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    groups = [frozenset({"0.weight", "0.bias"}), frozenset({"1.weight", "1.bias"})]
    weights = Weights(module, groups)
    second = weights.stretch(groups[1])
    assert second.count == 4
    second.tensors[0].fill_(5.0)
    assert (module[1].weight == 5).all() and (module[1].bias == 5).all()
    assert not (module[0].weight == 5).any()
    with pytest.raises(ValueError, match="no group"):
        weights.stretch(frozenset({"0.weight", "1.weight", "1.bias"}))

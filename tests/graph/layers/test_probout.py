"""Probout draws one of its pieces in training, by the softmax of their values, and takes the mean in use."""

from __future__ import annotations

import torch

from graph.layers.channels import Maxout, Probout
from graph.modules.probout import Probout as Module
from graph.shapes import image, vector


def test_predictions_are_the_mean_of_all_draws() -> None:
    x = torch.tensor([[1.0, 3.0, 0.0, 0.0]])
    shares = torch.softmax(torch.tensor([1.0, 3.0]), 0)
    expected = float(shares[0] * 1 + shares[1] * 3)
    torch.testing.assert_close(Module(2, 1.0, 1).eval()(x), torch.tensor([[expected, 0.0]]))


def test_training_draws_as_the_softmax_says() -> None:
    torch.manual_seed(0)
    x = torch.tensor([[0.0, 1.0, 2.0]]).repeat(20_000, 1)
    drawn = Module(3, 0.5, 1).train()(x).flatten()
    shares = torch.stack([(drawn == value).float().mean() for value in (0.0, 1.0, 2.0)])
    torch.testing.assert_close(shares, torch.softmax(0.5 * torch.tensor([0.0, 1.0, 2.0]), 0), atol=0.015, rtol=0)


def test_a_high_sharpness_is_maxout() -> None:
    x = torch.randn(3, 6, 5, 5)
    largest = torch.unflatten(x, 1, (3, 2)).amax(2)
    for module in (Module(2, 1e6, 1).train(), Module(2, 1e6, 1).eval()):
        torch.testing.assert_close(module(x), largest)


def test_only_the_piece_that_was_drawn_gets_a_gradient() -> None:
    x = torch.zeros(8, 4, requires_grad=True)
    Module(4, 1.0, 1).train()(x).sum().backward()
    assert x.grad is not None
    assert (x.grad != 0).sum(1).tolist() == [1] * 8 and x.grad.sum() == 8


def test_shapes_and_parameters_are_those_of_maxout() -> None:
    for shape in (image(6, 4, 4), vector(6)):
        ours, theirs = Probout(pieces=3), Maxout(pieces=3)
        assert ours.infer({"in": shape}) == theirs.infer({"in": shape})
        assert ours.parameter_count({"in": shape}) == 0

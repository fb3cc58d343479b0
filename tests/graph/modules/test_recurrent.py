"""The fast GRU and RNN: torch's numbers, torch's names, and torch itself wherever they do not apply."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from app.protocol.events import Finished
from app.training.trainer import train
from app.training.training_session import begin
from graph.modules import recurrent
from graph.modules.packed_recurrent import PaddedLstm
from graph.modules.recurrent import FastGru, FastLstm, FastRnn, quicken
from tests.app.training.in_parts import resumed_in_mid_epoch
from tests.app.training.projects import chain, project

SERIES: dict[str, Any] = {
    "source": "sine",
    "options": {"window": 12},
    "split": {"train": 0.1, "validation": 0.1, "test": 0.8},
}

OPTIONS: list[dict[str, Any]] = [
    {},
    {"bias": False},
    {"num_layers": 3},
    {"bidirectional": True},
    {"bidirectional": True, "num_layers": 2, "bias": False},
]


def pair(kind: Any, *, given_states: bool = True, **options: Any) -> tuple[nn.RNNBase, nn.RNNBase]:
    """torch's module, and the fast one with the same weights."""
    plain = kind(3, 5, batch_first=True, **options)
    fast = copy.deepcopy(plain)
    quicken(fast, given_states=given_states)
    return plain, fast


def results(
    module: nn.RNNBase, x: torch.Tensor, start: torch.Tensor | None = None, run: Any = None
) -> list[torch.Tensor]:
    """States, last states, and the gradients of input, start and parameters for some loss."""
    leaves = [tensor.clone().requires_grad_() for tensor in (x, start) if tensor is not None]
    module.zero_grad()
    states, last = (run or module)(*leaves)
    ((states * states).mean() + (last**3).mean()).backward()
    gradients = [one.grad for one in (*leaves, *module.parameters())]
    return [states.detach(), last.detach(), *(one for one in gradients if one is not None)]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", [nn.LSTM, PaddedLstm])
def test_an_lstm_in_bfloat16_needs_no_processor_that_has_it(
    kind: type[nn.LSTM], training: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recurrent, "lstm_has_bfloat16", lambda: False)
    plain, fast = pair(kind)
    fast.train(training)
    x, state = torch.randn(4, 6, 3), (torch.randn(1, 4, 5), torch.randn(1, 4, 5))
    for given_state in (None, state):
        halved = None if given_state is None else tuple(part.bfloat16() for part in given_state)
        rounded = None if halved is None else tuple(part.float() for part in halved)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            got, (last, _) = fast(x, halved)
        wanted, (end, _) = plain(x, rounded)
        assert got.dtype is torch.float32
        assert torch.equal(got, wanted)
        assert torch.equal(last, end)
    assert fast(x)[0].grad_fn is not None


@pytest.mark.parametrize("layer", ["lstm", "gru", "rnn"])
def test_recurrent_layers_learn_in_bfloat16_on_this_processor(layer: str, tmp_path: Path) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [12, 1]}}),
        ("layer1", layer, {"hidden_size": 4}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    begun = begin(project(network, SERIES, epochs=1, precision="bfloat16"), None, tmp_path / "run")
    *_, finished = train(begun)
    assert isinstance(finished, Finished)
    assert finished.status == "completed"


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", [nn.GRU, nn.RNN])
def test_values_and_gradients_are_torchs(
    kind: type[nn.RNNBase], options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, fast = pair(kind, **options)
    x = torch.randn(4, 9, 3)
    expected = results(plain, x)
    used: list[int] = []
    forward = recurrent._forward

    def counted(*arguments: Any) -> Any:
        used.append(1)
        return forward(*arguments)

    monkeypatch.setattr(recurrent, "_forward", counted)
    found = results(fast, x)
    assert used
    assert len(found) == len(expected) == 3 + len(list(plain.parameters()))
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", [nn.GRU, nn.RNN])
def test_a_start_that_is_given_is_learned_from_as_by_torch(kind: type[nn.RNNBase], options: dict[str, Any]) -> None:
    plain, fast = pair(kind, **options)
    stack = plain.num_layers * (2 if plain.bidirectional else 1)
    x, start = torch.randn(4, 6, 3), torch.randn(stack, 4, 5)
    found, expected = results(fast, x, start), results(plain, x, start)
    assert len(found) == len(expected) == 4 + len(list(plain.parameters()))
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", ["gru", "tanh", "relu"])
def test_in_double_precision_they_agree_to_twelve_digits(kind: str, options: dict[str, Any]) -> None:
    plain, fast = pair(nn.GRU, **options) if kind == "gru" else pair(nn.RNN, nonlinearity=kind, **options)
    direction = {"gru": recurrent._gru, "tanh": recurrent._tanh, "relu": recurrent._relu}[kind]
    stack = plain.num_layers * (2 if plain.bidirectional else 1)
    x, start = torch.randn(4, 6, 3).double(), torch.randn(stack, 4, 5).double()
    own = results(fast.double(), x, start, lambda *leaves: recurrent._forward(fast, leaves[0], direction, leaves[1]))
    for mine, theirs in zip(own, results(plain.double(), x, start), strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-12, rtol=1e-12)


@given(batch=st.integers(1, 5), time=st.integers(1, 6), kind=st.sampled_from(["gru", "tanh", "relu"]))
def test_any_number_of_samples_and_steps(batch: int, time: int, kind: str) -> None:
    plain, fast = pair(nn.GRU) if kind == "gru" else pair(nn.RNN, nonlinearity=kind)
    x = torch.randn(batch, time, 3)
    for mine, theirs in zip(results(fast, x), results(plain, x), strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-6, rtol=1e-5)


def test_names_stay_and_parts_are_found_however_deep() -> None:
    inner: Any = nn.Sequential(nn.GRU(3, 5, batch_first=True), nn.ModuleList([nn.RNN(3, 5)]), nn.LSTM(3, 5))
    names, parameters = list(inner.state_dict()), list(map(id, inner.parameters()))
    quicken(nn.Sequential(inner))
    assert [type(one) for one in (inner[0], inner[1][0], inner[2])] == [FastGru, FastRnn, FastLstm]
    assert list(inner.state_dict()) == names
    assert list(map(id, inner.parameters())) == parameters


def refuse(*_: object) -> None:
    raise AssertionError("the fast form was used")


def test_everything_else_is_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, fast = pair(nn.GRU)
    _, from_zeros = pair(nn.GRU, given_states=False)
    from_zeros.load_state_dict(plain.state_dict())
    monkeypatch.setattr(recurrent, "_forward", refuse)
    x, state = torch.randn(4, 9, 3), torch.randn(1, 4, 5)
    assert torch.equal(from_zeros(x, state)[0], plain(x, state)[0])
    with torch.no_grad():
        assert torch.equal(fast(x)[0], plain(x)[0])
    assert torch.equal(fast(x[0])[0], plain(x[0])[0])
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([9, 7, 3, 1]), batch_first=True)
    assert torch.equal(fast(packed)[0].data, plain(packed)[0].data)
    large = torch.randn(recurrent.LARGEST // 5 + 1, 2, 3)
    assert torch.equal(fast(large)[0], plain(large)[0])
    assert torch.equal(fast.double()(x.double())[0], plain.double()(x.double())[0])
    fast.float().eval()
    assert fast(x)[0].shape == (4, 9, 5)


def test_dropout_between_layers_drops_only_there() -> None:
    torch.manual_seed(0)
    _, fast = pair(nn.GRU, num_layers=2, dropout=0.5)
    x = torch.randn(4, 9, 3)
    first, second = fast(x)[1], fast(x)[1]
    assert torch.equal(first[0], second[0])
    assert not torch.equal(first[1], second[1])


@pytest.mark.parametrize("kind", ["gru", "rnn", "lstm"])
def test_resuming_a_recurrent_network_in_mid_epoch_changes_nothing(tmp_path: Path, kind: str) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [12, 1]}}),
        ("layer1", kind, {"hidden_size": 6, "bidirectional": True}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    resumed_in_mid_epoch(project(network, SERIES, epochs=2), tmp_path)

"""Recurrent layers told how long each sample is, and LSTMs of other kinds, against torch and against plain numpy."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from graph.build.code import generate
from graph.build.compile import compile_network
from graph.document import Document
from graph.layers.io import Input, Output
from graph.layers.pooling_whole import GlobalPool1d
from graph.layers.recurrent import Gru, Lstm, Rnn
from graph.layers.shape import LastStep
from graph.modules.lstm_variant import LstmVariant
from graph.modules.recurrent import quicken
from graph.network import Connection
from graph.shapes import sequence, vector
from tests.graph.layers.build import build, parameters

Numbers = NDArray[np.float64]
TIME, FEATURES, HIDDEN = 9, 3, 5
LENGTHS = torch.tensor([[9], [4], [1], [6]])
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")

OPTIONS: list[dict[str, Any]] = [
    {},
    {"bias": False},
    {"layers": 2},
    {"bidirectional": True},
    {"bidirectional": True, "layers": 3, "bias": False},
]


def torchs(layer: Any, module: nn.Module, x: Tensor, lengths: Tensor) -> Tensor:
    """What torch makes of the packed sequences with the weights of ``module``."""
    kinds: dict[str, Any] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
    plain = kinds[layer.kind](
        FEATURES, HIDDEN, num_layers=layer.layers, bias=layer.bias, batch_first=True, bidirectional=layer.bidirectional
    )
    plain.load_state_dict(module.state_dict())
    packed = pack_padded_sequence(x, lengths.flatten(), batch_first=True, enforce_sorted=False)
    states, last = plain(packed)
    if layer.output_mode == "sequence":
        return pad_packed_sequence(states, batch_first=True, total_length=TIME)[0]
    hidden = last[0] if layer.kind == "lstm" else last
    return torch.cat(list(hidden[-2:] if layer.bidirectional else hidden[-1:]), 1)


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("mode", ["last", "sequence"])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", [Rnn, Gru, Lstm])
def test_own_lengths_give_what_torch_gives_for_packed_sequences(
    kind: type[Any], options: dict[str, Any], mode: str, quick: bool
) -> None:
    torch.manual_seed(0)
    layer = kind(hidden_size=HIDDEN, lengths=True, output_mode=mode, **options)
    built = build(layer, {"in": sequence(TIME, FEATURES), "lengths": vector(1)})
    assert built.own is not None
    if quick:
        quicken(built)
    x = torch.randn(4, TIME, FEATURES)
    found = built({"in": x, "lengths": LENGTHS})["out"]
    torch.testing.assert_close(found, torchs(layer, built.own, x, LENGTHS), atol=1e-6, rtol=1e-6)
    # What lies behind the own steps changes nothing.
    other = x.clone()
    for row, length in enumerate(LENGTHS.flatten().tolist()):
        other[row, length:] = 7.0
    torch.testing.assert_close(built({"in": other, "lengths": LENGTHS})["out"], found, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", [Rnn, Gru, Lstm])
def test_the_fast_forms_have_the_gradients_of_packed_sequences(kind: type[Any], options: dict[str, Any]) -> None:
    torch.manual_seed(0)
    inputs = {"in": sequence(TIME, FEATURES), "lengths": vector(1)}
    plain = build(kind(hidden_size=HIDDEN, lengths=True, output_mode="sequence", **options), inputs)
    fast = copy.deepcopy(plain)
    quicken(fast)
    x, wanted = (
        torch.randn(4, TIME, FEATURES),
        torch.randn(4, TIME, HIDDEN * (2 if options.get("bidirectional") else 1)),
    )
    gradients = []
    for module in (plain, fast):
        given_x = x.clone().requires_grad_()
        (module({"in": given_x, "lengths": LENGTHS})["out"] * wanted).sum().backward()
        gradients.append([given_x.grad, *(one.grad for one in module.parameters())])
    for mine, theirs in zip(gradients[1], gradients[0], strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-5)


@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=5), options=st.sampled_from(OPTIONS))
@settings(max_examples=20)
def test_a_sample_among_others_is_as_alone_without_padding(lengths: list[int], options: dict[str, Any]) -> None:
    variant = Lstm(hidden_size=HIDDEN, lengths=True, peephole=True, coupled=len(lengths) % 2 == 0, **options)
    built = build(variant, {"in": sequence(6, FEATURES), "lengths": vector(1)})
    x = torch.randn(len(lengths), 6, FEATURES)
    together = built({"in": x, "lengths": torch.tensor(lengths)})["out"]
    for row, length in enumerate(lengths):
        alone = built({"in": x[row : row + 1, :length], "lengths": torch.tensor([length])})["out"]
        torch.testing.assert_close(together[row : row + 1], alone, atol=1e-6, rtol=1e-6)


def sigmoid(x: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-x)))


def by_equations(module: LstmVariant, x: Numbers) -> tuple[Numbers, Numbers]:
    """The states [time, hidden] and the last cell of one sample, step by step from the equations."""
    named = {name.removesuffix("_l0"): one.detach().double().numpy() for name, one in module.named_parameters()}
    h, c, states = np.zeros(HIDDEN), np.zeros(HIDDEN), []
    bias = named["bias_ih"] + named["bias_hh"]
    for step in x:
        sums = named["weight_ih"] @ step + named["weight_hh"] @ h + bias
        parts = list(sums.reshape(-1, HIDDEN))
        peep = list(named.get("weight_ch", np.zeros((len(parts) - 1, HIDDEN))))
        if module.coupled:
            f = sigmoid(parts[0] + peep[0] * c)
            i = 1 - f
        else:
            i, f = sigmoid(parts[0] + peep[0] * c), sigmoid(parts[1] + peep[1] * c)
        c = f * c + i * np.tanh(parts[-2])
        h = sigmoid(parts[-1] + peep[-1] * c) * np.tanh(c)
        states.append(h)
    return np.array(states), c


@pytest.mark.parametrize(("peephole", "coupled"), [(True, False), (False, True), (True, True), (False, False)])
def test_lstm_variants_follow_their_equations(peephole: bool, coupled: bool) -> None:
    torch.manual_seed(0)
    module = LstmVariant(FEATURES, HIDDEN, peephole=peephole, coupled=coupled, forget_bias=1.0)
    x = torch.randn(1, TIME, FEATURES)
    states, (hidden, cells) = module(x)
    wanted, cell = by_equations(module, x[0].double().numpy())
    np.testing.assert_allclose(states[0].detach().numpy(), wanted, atol=1e-6)
    np.testing.assert_allclose(hidden[0, 0].detach().numpy(), wanted[-1], atol=1e-6)
    np.testing.assert_allclose(cells[0, 0].detach().numpy(), cell, atol=1e-6)


@pytest.mark.parametrize("proj_size", [0, 2])
def test_without_peepholes_and_coupling_it_is_torchs_lstm(proj_size: int) -> None:
    mine = LstmVariant(FEATURES, HIDDEN, 2, bidirectional=True, proj_size=proj_size)
    plain = nn.LSTM(FEATURES, HIDDEN, 2, batch_first=True, bidirectional=True, proj_size=proj_size)
    plain.load_state_dict(mine.state_dict())
    x = torch.randn(4, TIME, FEATURES)
    for one, other in zip(mine(x)[1], plain(x)[1], strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-6)


def test_exact_parameters_of_the_cells() -> None:
    inputs = {"in": sequence(TIME, 8)}
    counts = {
        "gru": Gru(hidden_size=32).parameter_count(inputs),
        "lstm": Lstm(hidden_size=32).parameter_count(inputs),
        "peephole": Lstm(hidden_size=32, peephole=True).parameter_count(inputs),
        "coupled": Lstm(hidden_size=32, coupled=True).parameter_count(inputs),
        "both": Lstm(hidden_size=32, peephole=True, coupled=True).parameter_count(inputs),
    }
    cell = 32 * (8 + 32 + 2)
    assert counts == {
        "gru": 3 * cell, "lstm": 4 * cell, "peephole": 4 * cell + 3 * 32, "coupled": 3 * cell, "both": 3 * cell + 2 * 32
    }  # fmt: skip
    for layer in (Lstm(hidden_size=32, peephole=True), Lstm(hidden_size=32, coupled=True, peephole=True)):
        assert parameters(build(layer, inputs)) == layer.parameter_count(inputs)


@pytest.mark.parametrize("lengths", [False, True])
@pytest.mark.parametrize("variant", [{}, {"coupled": True}])
def test_the_forget_bias_opens_the_forget_gates_only(variant: dict[str, bool], lengths: bool) -> None:
    inputs = {"in": sequence(TIME, FEATURES), **({"lengths": vector(1)} if lengths else {})}
    modules = []
    for bias in (0.0, 1.0):
        torch.manual_seed(0)
        layer = Lstm(hidden_size=HIDDEN, forget_bias=bias, lengths=lengths).changed(**variant)
        modules.append(build(layer, inputs))
    first, second = (dict(one.named_parameters()) for one in modules)
    place = slice(0, HIDDEN) if variant else slice(HIDDEN, 2 * HIDDEN)
    for name, one in first.items():
        difference = second[name] - one
        if "bias_ih" in name:
            assert torch.allclose(difference[place], torch.ones(HIDDEN))
            difference[place] = 0
        assert not difference.any()


@pytest.mark.parametrize(
    "layer", [LastStep(lengths=True), GlobalPool1d(lengths=True), GlobalPool1d(mode="max", lengths=True)]
)
def test_what_stands_for_a_sequence_leaves_padding_out(layer: LastStep | GlobalPool1d) -> None:
    built = build(layer, {"in": sequence(TIME, FEATURES), "lengths": vector(1)})
    x = torch.randn(4, TIME, FEATURES)
    found = built({"in": x, "lengths": LENGTHS})["out"]
    for row, length in enumerate(LENGTHS.flatten().tolist()):
        own = x[row, :length]
        mode = getattr(layer, "mode", "last")
        wanted = own[-1] if mode == "last" else own.mean(0) if mode == "average" else own.amax(0)
        torch.testing.assert_close(found[row], wanted)


def test_a_compiled_network_takes_lengths_at_an_input_of_its_own() -> None:
    document = Document()
    with document.transaction("Draw"):
        document.add(Input(shape=sequence(TIME, FEATURES)), (0, 0))
        document.add(Input(shape=vector(1), field="length"), (0, 100))
        document.add(Gru(hidden_size=HIDDEN, lengths=True), (224, 0))
        document.add(Output(), (448, 0))
        document.connect(Connection("input1", "out", "gru1", "in"))
        document.connect(Connection("input2", "out", "gru1", "lengths"))
        document.connect(Connection("gru1", "out", "output1", "in"))
    module = compile_network(document.network).module
    x = torch.randn(4, TIME, FEATURES)
    layer = document.network.layer("gru1")
    torch.testing.assert_close(module(x, LENGTHS), torchs(layer, module.get_submodule("gru1"), x, LENGTHS))


@pytest.mark.parametrize(
    "layer",
    [
        Gru(hidden_size=HIDDEN, lengths=True, bidirectional=True, layers=2),
        Rnn(hidden_size=HIDDEN, lengths=True, output_mode="sequence"),
        Lstm(hidden_size=HIDDEN, lengths=True, forget_bias=1.0),
        Lstm(hidden_size=HIDDEN, lengths=True, peephole=True, coupled=True),
        LastStep(lengths=True),
    ],
    ids=lambda layer: f"{layer.kind}-{layer.summary()}",
)
def test_exported_code_takes_lengths_too(layer: Gru | Rnn | Lstm | LastStep) -> None:
    document = Document()
    with document.transaction("Draw"):
        document.add(Input(shape=sequence(None, FEATURES)), (0, 0))
        document.add(Input(shape=vector(1), field="length"), (0, 100))
        name = document.add(layer, (224, 0))
        document.add(Output(), (448, 0))
        document.connect(Connection("input1", "out", name, "in"))
        document.connect(Connection("input2", "out", name, "lengths"))
        document.connect(Connection(name, "out", "output1", "in"))
    drawn = compile_network(document.network).module
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(generate(document.network), "exported.py", "exec"), space)
    exported = space["Network"]()
    exported.load_state_dict(drawn.state_dict())
    x = torch.randn(4, TIME, FEATURES)
    assert torch.equal(exported(x, LENGTHS), drawn(x, LENGTHS))

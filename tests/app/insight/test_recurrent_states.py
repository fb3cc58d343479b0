"""Recurrent layers step by step: the same results as torch's, gates as recomputed by hand, gradients that are exact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from app.data.dataset import Array
from app.insight.activations import cut_of, differentiating
from app.insight.recurrent_states import Track, watching
from app.insight.states_over_time import gradients_over_time, states_over_time
from app.numerics.recurrence import recurrent_layers
from app.project.presets import preset
from app.protocol.messages import OpenProject
from app.protocol.recurrent_messages import (
    MeasureRecurrentGradients,
    ReadRecurrentStates,
    RecurrentGradients,
    RecurrentStates,
)
from app.training.trainable import Model
from app.training.training_session import load_model
from app.worker.handlers import answer
from graph.errors import NetloomError
from graph.layers.recurrent import Gru, Lstm, Rnn
from graph.modules.lstm_variant import LstmVariant
from graph.modules.packed_recurrent import PaddedGru, PaddedLstm, PaddedRnn
from graph.network import Network
from graph.project import Project, project_json
from graph.structure.blocks import Loop
from tests.app.training.projects import chain

ADDING = {"source": "adding", "options": {"samples": 60, "steps": 9, "shortest": 9}}
WORDS = {"source": "brackets", "options": {"samples": 60, "longest": 8}}


def tracked(layer: nn.Module, x: Tensor, **named: Any) -> tuple[Any, list[list[Track]]]:
    whole = nn.Sequential(torch.fx.GraphModule({"layer": layer}, _graph(bool(named))))
    with watching(whole, "layer") as tracks:
        result = whole[0](x, *named.values())
    return result, tracks


def _graph(with_lengths: bool) -> torch.fx.Graph:
    graph = torch.fx.Graph()
    x = graph.placeholder("x")
    more: dict[str, Any] = {"lengths": graph.placeholder("lengths")} if with_lengths else {}
    graph.output(graph.call_module("layer", (x,), more))
    return graph


@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")
@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from([nn.RNN, nn.GRU, nn.LSTM, LstmVariant]),
    layers=st.integers(1, 2),
    both=st.booleans(),
    bias=st.booleans(),
    extra=st.sampled_from(["", "peephole", "coupled", "proj_size", "relu"]),
    seed=st.integers(0, 99),
)
def test_step_by_step_is_what_torch_does(kind: Any, layers: int, both: bool, bias: bool, extra: str, seed: int) -> None:
    torch.manual_seed(seed)
    more: dict[str, Any] = {}
    if kind is LstmVariant and extra in ("peephole", "coupled"):
        more[extra] = True
    if kind in (nn.LSTM, LstmVariant) and extra == "proj_size":
        more["proj_size"] = 3
    if kind is nn.RNN and extra == "relu":
        more["nonlinearity"] = "relu"
    layer = kind(4, 5, num_layers=layers, bidirectional=both, bias=bias, batch_first=True, **more)
    x = torch.randn(3, 6, 4)
    states, last = layer(x)
    (found, found_last), tracks = tracked(layer, x)
    torch.testing.assert_close(found, states)
    torch.testing.assert_close(found_last, last)
    assert len(tracks) == layers
    assert all(len(level) == (2 if both else 1) for level in tracks)
    assert "forward" not in vars(layer)


@pytest.mark.parametrize("kind", [PaddedRnn, PaddedGru, PaddedLstm, LstmVariant])
def test_behind_a_samples_own_steps_nothing_happens(kind: Any) -> None:
    layer = kind(2, 3, num_layers=2, bidirectional=True, batch_first=True)
    x, lengths = torch.randn(3, 5, 2), torch.tensor([[2.0], [5.0], [3.0]])
    states, last = layer(x, lengths=lengths)
    (found, found_last), tracks = tracked(layer, x, lengths=lengths)
    torch.testing.assert_close(found, states)
    torch.testing.assert_close(found_last, last)
    assert tracks[0][0].own.sum(1).tolist() == [2, 5, 3]


def sigmoid(values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-values)))


def network(layer: str, values: Mapping[str, Any], *, tokens: bool = False) -> Network:
    shape = {"kind": "tokens", "sizes": [8]} if tokens else {"kind": "sequence", "sizes": [9, 2]}
    layers: list[tuple[str, str, dict[str, Any]]] = [("input1", "input", {"shape": shape})]
    layers += [("words", "embedding", {"vocabulary": 5, "size": 3})] if tokens else []
    layers += [(f"{layer}1", layer, dict(values)), ("dense1", "dense", {"units": 2 if tokens else 1})]
    return chain(*layers, ("output1", "output", {}))


def model(layer: str, tokens: bool = False, clip: float = 0.0, **values: Any) -> Model:
    values = {"hidden_size": 4, **values}
    plan = {"batch_size": 8, "clip": clip}
    data = WORDS if tokens else ADDING
    return Model.build(Project(network(layer, values, tokens=tokens), {"data": data, "plan": plan}))


def test_the_gates_of_an_lstm_are_those_of_the_textbook() -> None:
    made = model("lstm")
    found = states_over_time(made, layer="lstm1", sample=3)
    weights = {name: one.detach().numpy() for name, one in made.module.get_submodule("lstm1").named_parameters()}
    h, c = np.zeros(4), np.zeros(4)
    for time, x in enumerate(found.arriving):
        sums = weights["weight_ih_l0"] @ x + weights["weight_hh_l0"] @ h + weights["bias_ih_l0"] + weights["bias_hh_l0"]
        i, f, g, o = np.split(sums, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        wanted = {"input": sigmoid(i), "forget": sigmoid(f), "candidate": np.tanh(g), "output": sigmoid(o)}
        for name, values in (wanted | {"cell": c, "hidden": h}).items():
            np.testing.assert_allclose(found.values[name][time], values, atol=1e-5)


def test_the_gates_of_a_gru_are_those_of_the_textbook() -> None:
    made = model("gru", bidirectional=True)
    found = states_over_time(made, layer="gru1", backward=True)
    named = made.module.get_submodule("gru1").named_parameters()
    weights = {name.removesuffix("_reverse"): one.detach().numpy() for name, one in named if name.endswith("_reverse")}
    h = np.zeros(4)
    for time in range(8, -1, -1):
        x_r, x_z, x_n = np.split(weights["weight_ih_l0"] @ found.arriving[time] + weights["bias_ih_l0"], 3)
        h_r, h_z, h_n = np.split(weights["weight_hh_l0"] @ h + weights["bias_hh_l0"], 3)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(x_n + r * h_n)
        h = (1 - z) * n + z * h
        for name, values in {"reset": r, "update": z, "candidate": n, "hidden": h}.items():
            np.testing.assert_allclose(found.values[name][time], values, atol=1e-5)


def rest_of(made: Model, h: Tensor, x: Tensor, target: Tensor, start: int) -> Tensor:
    """The loss where the state after step ``start`` is ``h``."""
    layer: Any = made.module.get_submodule("rnn1")
    for time in range(start + 1, x.shape[1]):
        h = torch.tanh(
            x[:, time] @ layer.weight_ih_l0.T + layer.bias_ih_l0 + h @ layer.weight_hh_l0.T + layer.bias_hh_l0
        )
    answer: Tensor = made.module.get_submodule("dense1")(h)
    return (answer - target).square().mean()


def test_gradients_at_each_step_agree_with_finite_differences() -> None:
    made = model("rnn")
    told = states_over_time(made, layer="rnn1", sample=0)
    made.module.double()
    x, states, gradients = (
        torch.from_numpy(values).double() for values in (told.arriving, told.values["hidden"], told.gradients["hidden"])
    )
    x = x[None]
    target = torch.tensor([[float(made.prepared.dataset.field_named("sum").values[0, 0])]]).double()
    for time in (0, 4, 8):
        for unit in range(4):
            nudge = torch.zeros(1, 4).double()
            nudge[0, unit] = 1e-5
            more = rest_of(made, states[time : time + 1] + nudge, x, target, time)
            less = rest_of(made, states[time : time + 1] - nudge, x, target, time)
            slope = float((more - less).detach()) / 2e-5
            assert float(gradients[time, unit]) == pytest.approx(slope, rel=1e-3, abs=1e-5)


def test_the_cells_gradient_goes_both_ways_on_and_out() -> None:
    """Through the next cell, and through the state that shows it: also where the last state is all that is read."""
    made = model("lstm")
    told = states_over_time(made, layer="lstm1", sample=0)
    layer: Any = made.module.get_submodule("lstm1")
    x = torch.from_numpy(told.arriving)
    h, c, cells, hiddens = torch.zeros(4), torch.zeros(4), [], []
    for step in x:
        sums = layer.weight_ih_l0 @ step + layer.bias_ih_l0 + layer.weight_hh_l0 @ h + layer.bias_hh_l0
        i, f, g, o = sums.chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        cells.append(c)
        hiddens.append(h)
    target = torch.tensor([[float(made.prepared.dataset.field_named("sum").values[0, 0])]])
    loss = made.objective.loss(made.module.get_submodule("dense1")(h[None]), (target,))
    found = torch.autograd.grad(loss, [*cells, *hiddens])
    for name, wanted in (("cell", found[:9]), ("hidden", found[9:])):
        np.testing.assert_allclose(told.gradients[name], torch.stack(wanted).numpy(), atol=1e-6)
    assert np.abs(told.gradients["cell"][-1]).max() > 0


def test_the_sizes_are_means_over_a_batch_and_the_total_is_that_of_training() -> None:
    made = model("rnn", clip=0.01)
    told = gradients_over_time(made)
    assert told.layer.path == "rnn1"
    assert told.samples == 8
    train = made.prepared.train
    single = [states_over_time(made, sample=int(train.indices[row])).gradients["hidden"] for row in range(8)]
    wanted = np.mean([np.linalg.norm(one, axis=1) for one in single], axis=0)
    np.testing.assert_allclose(told.norms["hidden"], wanted, rtol=1e-4)
    batch = next(made.feed(train).in_order(8))
    made.module.zero_grad()
    made.loss(batch)[0].backward()  # type: ignore[no-untyped-call]
    total = float(torch.cat([one.grad.flatten() for one in made.module.parameters() if one.grad is not None]).norm())
    assert told.total_norm == pytest.approx(total, rel=1e-4)
    assert told.clipped_norm == told.clip == 0.01


def test_of_one_sample_the_gradient_is_its_own_and_ends_with_its_sequence() -> None:
    made = model("gru", tokens=True)
    for sample in (2, 5):
        told, seen = gradients_over_time(made, sample=sample), states_over_time(made, sample=sample)
        assert (told.sample, told.samples) == (sample, 1)
        wanted = np.linalg.norm(seen.gradients["hidden"], axis=1)
        np.testing.assert_allclose(told.norms["hidden"], wanted, rtol=1e-4)
        assert len(wanted) == len(seen.words) and wanted[-1] > 0
    mean = gradients_over_time(made)
    assert mean.sample is None and mean.norms["hidden"][-1] > 0


def test_a_look_leaves_gradients_mode_and_weights_alone() -> None:
    made = model("lstm", layers=2)
    made.module.train()
    before = {name: one.detach().clone() for name, one in made.module.named_parameters()}
    kept = {name: torch.full_like(one, 7.0) for name, one in made.module.named_parameters()}
    for name, one in made.module.named_parameters():
        one.grad = kept[name]
    states_over_time(made, level=1)
    gradients_over_time(made, level=1)
    assert made.module.training
    for name, one in made.module.named_parameters():
        assert one.grad is kept[name]
        assert float(kept[name].mean()) == 7.0
        torch.testing.assert_close(one.detach(), before[name])


def test_words_stand_beside_the_gates_and_padding_is_left_out() -> None:
    made = model("gru", tokens=True)
    told = states_over_time(made, sample=2)
    field = made.prepared.dataset.field_named("string")
    assert list(told.words) == [field.vocabulary[one] for one in np.asarray(field.values)[2]]
    assert len(told.words) == len(told.arriving) == len(told.values["reset"])
    assert told.label in ("no", "yes")
    assert told.input is None


def test_the_states_of_a_loop_are_called_as_inside_it() -> None:
    project = preset("lstm_by_hand").project
    made = Model.build(project, device="cpu")
    batch = next(made.feed(cut_of(made.prepared.train, 0, 3)).in_order(3))
    with made.evaluating():
        wanted = made.module(*batch.inputs)
    path = next(iter(recurrent_layers(project.network)))
    with differentiating(made), watching(made.module, path) as tracks:
        torch.testing.assert_close(made.module(*batch.inputs).detach(), wanted.clone())
    layer = project.network.layer(path)
    assert isinstance(layer, Loop)
    assert set(tracks[0][0].states) == {target for _, target in layer.states} == set(tracks[0][0].values)
    told = gradients_over_time(made)
    assert told.layer.cell == "loop"
    assert all(norms.max() > 0 for norms in told.norms.values())


def test_numbers_stand_beside_the_gates_in_their_own_units() -> None:
    made = model("lstm")
    told = states_over_time(made, sample=5)
    assert told.input is not None
    np.testing.assert_allclose(told.input, made.prepared.dataset.field_named("numbers").values[5], atol=1e-5)
    assert told.input_names == ("number", "mark")
    truth = float(made.prepared.dataset.field_named("sum").values[5, 0])
    assert float(told.label) == pytest.approx(truth, rel=0.01)


def test_a_prediction_has_the_unit_of_the_data() -> None:
    made = Model.build(preset("seasons_lstm").project)
    told = states_over_time(made, sample=5)
    assert told.prediction.endswith(" MW") and told.label.endswith(" MW")


def test_before_training_the_weights_are_those_that_training_starts_from() -> None:
    project = Project(network("gru", {"hidden_size": 4}), {"data": ADDING, "plan": {"batch_size": 8}})
    wanted = states_over_time(Model.build(project), sample=1)
    state = torch.random.get_rng_state()
    opened = OpenProject(project=project_json(project))
    found = answer(ReadRecurrentStates(project=opened, sample=1), load_model)
    assert isinstance(found, RecurrentStates)
    assert torch.equal(torch.random.get_rng_state(), state)
    np.testing.assert_array_equal(found.states.values["hidden"], wanted.values["hidden"])
    gradients = answer(MeasureRecurrentGradients(project=opened), load_model)
    assert isinstance(gradients, RecurrentGradients)
    assert len(gradients.gradients.norms["hidden"]) == 9


def test_what_cannot_be_seen_is_told() -> None:
    made = model("rnn")
    with pytest.raises(NetloomError, match="dense1 is no recurrent layer"):
        states_over_time(made, layer="dense1")
    flat = chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [9, 2]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    with pytest.raises(NetloomError, match="no recurrent layer"):
        gradients_over_time(Model.build(Project(flat, {"data": ADDING})))


@pytest.mark.parametrize("layer", [Rnn(), Gru(), Lstm()])
def test_kinds_of_layers_are_known_by_their_names(layer: Any) -> None:
    made = model(layer.kind)
    assert states_over_time(made).layer.cell == layer.kind

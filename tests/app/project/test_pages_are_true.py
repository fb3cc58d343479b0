"""What pages of examples say is so: sums come out, counts are the networks', claims hold in formulas, data, runs."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from app.cli.run_verbs import with_plan
from app.data.baselines import baselines
from app.data.data_choice import DataChoice
from app.data.prepare import Prepared, prepare
from app.data.readers.tokens import split_text
from app.data.sources.bundled import Wine
from app.project.presets import preset, preset_ids
from app.training.batches import Feed
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin
from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo
from graph.document import Document
from graph.layers.catalogue import parse_layer
from graph.modules.packed_recurrent import PaddedLstm
from graph.shapes import sequence
from graph.structure.blocks import Loop

ROOT = Path(__file__).resolve().parents[3]
SUM = re.compile(r"((?:[(\d][\d,.()]* (?:[×x+/-] )?)+[(\d][\d,.()]*) = (\d[\d,]*)")
"""A sum or product of whole numbers, and what is said to come out."""
PARTS = {72, 3_264, 4_800, 1_648, 5_248, 5_376, 4_032}
"""Results that are parts of what a layer holds, or stand beside other parts of a sentence."""


def page(id_: str) -> str:
    """The page of an example with plain spaces."""
    return str(preset(id_).project.sections["notes"]).replace("\u00a0", " ")


@contextmanager
def checked(id_: str) -> Iterator[dict[str, LayerInfo]]:
    """What the checker knows of each layer of an example."""
    network = preset(id_).project.network
    checker = Checker(Document(network))
    yield {name: checker.layer_info(name) for name in network.ids}
    checker.close()


def data_of(id_: str) -> Prepared:
    return prepare(DataChoice.parse(preset(id_).project.sections["data"]))


def trained(id_: str, folder: Path, **plan: Any) -> tuple[TrainingSession, list[dict[str, Any]]]:
    """An example after its training, and what was measured after each epoch."""
    session = begin(with_plan(preset(id_).project, {"threads": 1, **plan}), None, folder / "run")
    return session, [event.to_json() for event in train(session) if event.name == "epoch"]


def outputs_of(session: TrainingSession, part: str) -> np.ndarray:
    model, samples = session.model, session.model.prepared.parts[part]
    feed = Feed(samples, model.objective.inputs, [], model.device, model.channels_last)
    return np.asarray(model.predict(feed)[0])


# Sums and counts


def sums(text: str) -> list[tuple[str, float, int]]:
    """The sums in a text with what comes out and what is said to come out."""
    found = []
    for match in SUM.finditer(text):
        plain = match[1].replace(",", "").replace("×", "*").replace(" x ", " * ")
        plain = re.sub(r"(\d) \(", r"\1 * (", plain)
        if plain.count("(") == plain.count(")") and not re.search(r"\d \d", plain):
            found.append((match[0], eval(plain), int(match[2].replace(",", ""))))
    return found


def test_sums_are_found() -> None:
    assert sums("2 × 4 x (8 × 32 + 64) = 2,560 and (227 - 11) / 4 + 1 = 55; 1 + 2 (1 + 2) = 8") == [
        ("2 × 4 x (8 × 32 + 64) = 2,560", 2_560, 2_560),
        ("(227 - 11) / 4 + 1 = 55", 55, 55),
        ("1 + 2 (1 + 2) = 8", 7, 8),
    ]
    assert sum(len(sums(page(id_))) for id_ in preset_ids()) >= 25


@pytest.mark.parametrize("id_", preset_ids())
def test_sums_on_pages_come_out_and_counts_are_those_of_the_network(id_: str) -> None:
    text = page(id_)
    for written, result, said in sums(text):
        assert result == said, written
    with checked(id_) as layers:
        counts = {layer.parameters for layer in layers.values()} | {preset(id_).parameters()} | PARTS
    for line in text.splitlines():
        if line.startswith("- Parameters:"):
            assert {said for _, _, said in sums(line)} <= counts


@pytest.mark.parametrize(
    ("id_", "layer", "most"),
    [("layer_pattern_cnn", "conv4", 9_248), ("lenet", "dense1", 48_120), ("light_cnn", "dense1", 3_370)],
)
def test_the_layer_with_most_parameters(id_: str, layer: str, most: int) -> None:
    with checked(id_) as layers:
        assert max(layers, key=lambda name: layers[name].parameters) == layer
        assert layers[layer].parameters == most
    assert f"{most:,}" in page(id_)
    assert f"(layer:{layer})" in page(id_)


@pytest.mark.parametrize(
    ("id_", "fields"),
    [
        ("layer_pattern_cnn", {"conv1": 3, "conv2": 5, "conv3": 10, "conv4": 14}),
        ("digits_cnn", {"conv1": 3, "conv2": 8}),
        ("two_branch_cnn", {"conv2": 5, "conv3": 7}),
        ("seasons_causal", {"conv1": 3, "conv2": 7, "conv3": 15, "conv4": 31, "conv5": 63}),
    ],
)
def test_receptive_fields(id_: str, fields: dict[str, int]) -> None:
    with checked(id_) as layers:
        for layer, size in fields.items():
            field = layers[layer].receptive_field
            assert field is not None
            assert set(field.size) == {size}


def test_a_gru_of_26_units_has_about_the_parameters_of_an_rnn_of_48() -> None:
    gru, rnn = (parse_layer(kind, {"hidden_size": size}, kind) for kind, size in (("gru", 26), ("rnn", 48)))
    counts = [layer.parameter_count({"in": sequence(8, 8)}) for layer in (gru, rnn)]
    assert counts == [2_808, 2_784]
    assert "2,808 and 2,784" in page("digits_gru")


# Formulas


def test_the_update_gate_of_a_gru_keeps_the_old_state() -> None:
    cell = nn.GRUCell(3, 4)
    h = torch.rand(2, 4)
    for bias, kept in ((20.0, True), (-20.0, False)):
        with torch.no_grad():
            cell.bias_ih[4:8] = bias  # torch's order: reset, update, new
        assert torch.allclose(cell(torch.rand(2, 3), h), h, atol=1e-5) is kept
    assert "h = (1 - z) n + z h" in page("digits_gru")
    assert "h = (1 - z) n + z h" in str(parse_layer("gru", {}, "gru").__doc__)


@pytest.mark.parametrize(("bias", "gate"), [(0.0, 0.5), (1.0, 0.731), (2.0, 0.881)])
def test_a_forget_bias_starts_the_gate_near_its_sigmoid(bias: float, gate: float) -> None:
    torch.manual_seed(0)
    lstm = PaddedLstm(2, 400, batch_first=True, forget_bias=bias)
    parameters = dict(lstm.named_parameters())
    both = (parameters["bias_ih_l0"] + parameters["bias_hh_l0"]).detach()[400:800]
    assert float(torch.sigmoid(both).mean()) == pytest.approx(gate, abs=0.01)
    assert 1 / (1 + math.exp(-bias)) == pytest.approx(gate, abs=0.001)


def test_torch_divides_the_alpha_of_local_response_normalisation_where_alexnet_did_not() -> None:
    x = torch.rand(1, 7, 2, 2) * 20
    squares = functional.pad(x.square(), (0, 0, 0, 0, 2, 2))
    around = sum(squares[:, place : place + 7] for place in range(5))
    paper = x / (2 + 1e-4 * around) ** 0.75
    assert torch.allclose(nn.LocalResponseNorm(5, alpha=5e-4, k=2.0)(x), paper, rtol=1e-5)
    assert not torch.allclose(nn.LocalResponseNorm(5, alpha=1e-4, k=2.0)(x), paper, rtol=1e-3)


def test_windows_of_fractional_pooling_are_2_wide_and_1_or_2_apart() -> None:
    places = torch.arange(16.0).expand(8, 1, 16, 16).contiguous()
    where = torch.rand(8, 1, 2)
    pooled = [
        functional.fractional_max_pool2d_with_indices(values, (2, 2), output_size=(11, 11), _random_samples=where)[0]
        for values in (places, -places)
    ]
    last, first = pooled[0][:, 0, 0], pooled[1][:, 0, 0]
    assert torch.equal(last + first, torch.ones(8, 11))  # the last column of a window less its first
    assert set(last.diff(dim=1).flatten().tolist()) == {1.0, 2.0}


def test_a_mean_of_scores_is_a_root_of_the_product_of_probabilities() -> None:
    scores = torch.randn(3, 10) * 3
    probabilities = scores.softmax(1)
    roots = probabilities.prod(0) ** (1 / 3)
    assert torch.allclose(scores.mean(0).softmax(0), roots / roots.sum(), atol=1e-6)
    assert not torch.allclose(scores.mean(0).softmax(0), probabilities.mean(0), atol=1e-2)


# Words


@pytest.mark.parametrize(
    "term",
    [
        "standard deviation",
        "overfitting",
        "regularisation",
        "weight sharing",
        "zero padding",
        "backpropagation through time",
        "hyperparameter",
        "exploding gradient",
        "cell state",
    ],
)
def test_terms_of_the_field_stand_in_the_glossary(term: str) -> None:
    glossary = (ROOT / "docs" / "guide" / "glossary.md").read_text("utf-8")
    assert f"### {term.capitalize()}\n" in glossary


def test_the_gates_of_an_lstm_are_called_forget_input_and_output_gate_everywhere() -> None:
    loop = preset("lstm_by_hand").project.network.layer("lstm_by_hand")
    assert isinstance(loop, Loop)
    gates = {node.id for node in loop.body.network if node.layer.kind == "sigmoid"}
    assert gates == {"forget_gate", "input_gate", "output_gate"}
    texts = [page(id_) + preset(id_).summary for id_ in preset_ids()]
    texts += [path.read_text("utf-8") for path in (ROOT / "docs" / "guide").glob("*.md")]
    texts += [path.read_text("utf-8") for path in (ROOT / "presets" / "lessons").glob("*.json")]
    assert [re.findall(r"(?:show|write) gates?", text) for text in texts] == [[]] * len(texts)


def test_the_classes_of_wine_are_cultivars() -> None:
    assert Wine().info().target_field().classes == ("cultivar 1", "cultivar 2", "cultivar 3")
    assert "grower" not in page("wine_mlp") + preset("wine_mlp").summary


def test_the_sentence_that_reviews_propose_has_known_words_alone() -> None:
    known = data_of("reviews_lstm").trained_tokens("text")
    [asked] = re.findall(r'predict RUN "(.+?)"', page("reviews_lstm"))
    assert [word for word in split_text(asked, "word") if word not in known] == []
    assert "bad" not in known


def test_the_lesson_on_overfitting_needs_fewer_units_as_well_as_a_pool() -> None:
    lesson = json.loads((ROOT / "presets" / "lessons" / "08-overfitting.json").read_text("utf-8"))
    [goal] = [goal for step in lesson["steps"] for goal in step.get("goals", ()) if goal["kind"] == "parameters"]
    pooled = 260 + 7 * 7 * 10 * 200 + 200 + 2_010
    assert pooled > goal["most"] > pooled - 10 * (490 + 1 + 10)


# Data


def test_what_diabetes_costs_without_a_network() -> None:
    rmse = {baseline.name: baseline.to_json()["rmse"] for baseline in baselines(data_of("diabetes_mlp"))}
    assert f"RMSE of {rmse['mean']:.1f} points" in page("diabetes_mlp")
    assert f"linear regression {rmse['linear']:.1f}" in page("diabetes_mlp")


def test_what_the_mean_picture_of_digits_costs() -> None:
    data = data_of("digits_autoencoder")
    pictures = np.asarray(data.dataset.input_field().values)
    mean = pictures[data.train.indices].mean(axis=0)
    rmse = math.sqrt(np.square(pictures[data.test.indices] - mean).mean())
    assert f"RMSE of {rmse:.2f}." in page("digits_autoencoder")


@pytest.mark.parametrize(("path", "told"), [("anywhere", ()), ("middle", (0, 7))])
def test_no_frame_of_a_clip_tells_its_direction_unless_the_way_lies_in_the_middle(
    path: str, told: tuple[int, ...]
) -> None:
    from sklearn.linear_model import LogisticRegression

    assert preset("clips_cnn_lstm").project.sections["data"] == {"source": "clips", "options": {"path": "anywhere"}}
    data = prepare(DataChoice.of("clips", path=path))
    clips, directions = np.asarray(data.dataset.input_field().values)[:, :, 0], data.dataset.target_field().values
    light, places = np.clip(clips, 0.3, None) - 0.3, np.arange(clips.shape[-1])
    centres = np.stack([(light.sum(axis) * places).sum(-1) / light.sum((2, 3)) for axis in (2, 3)], axis=-1)

    def right(frame: int) -> float:
        known, asked = data.train.indices, data.test.indices
        model = LogisticRegression(max_iter=2000).fit(centres[known, frame], directions[known])
        return float(model.score(centres[asked, frame], directions[asked]))

    assert all(right(frame) > 0.95 if frame in told else right(frame) < 0.5 for frame in (0, 3, 4, 7))


# Runs


def test_the_sixth_digit_is_the_hardest_for_an_mlp_that_adds(tmp_path: Path) -> None:
    session, _ = trained("addition_mlp", tmp_path)
    head = session.model.objective.heads[0]
    true = np.asarray(session.model.prepared.test.arrays[head.field.name])
    right = ((outputs_of(session, "test") > 0.5) == (true > 0.5)).mean(axis=0).ravel()
    assert right.argmin() == 5
    assert right[:3].min() == 1.0
    assert right[8] > 0.99


def test_dropout_puts_the_training_loss_above_the_validation_loss_at_first_only(tmp_path: Path) -> None:
    _, epochs = trained("breast_cancer_mlp", tmp_path)
    above = [epoch["train"]["loss"] > epoch["validation"]["loss"] for epoch in epochs]
    assert all(above[:5])
    assert not any(above[20:])


def test_the_outer_arms_of_spirals_are_parted_first(tmp_path: Path) -> None:
    session, _ = trained("spirals_mlp", tmp_path, epochs=10)
    data = session.model.prepared
    points = data.own_values(data.dataset.input_field().name, data.train.indices)
    true = np.asarray(data.train.arrays[session.model.objective.heads[0].field.name])
    right = outputs_of(session, "train").argmax(axis=1) == true.ravel()
    far = np.hypot(*points.T)
    inner, outer = far < np.quantile(far, 0.25), far > np.quantile(far, 0.5)
    assert right[outer].mean() > right[inner].mean() + 0.2

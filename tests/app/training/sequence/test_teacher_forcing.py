"""Teacher forcing: true words to learn by, own words to answer by, greedily or by beams."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.data.data_choice import DataChoice
from app.data.readers.tokens import text_of
from app.inference.evaluate import evaluate
from app.inference.new_inputs import input_fields
from app.inference.predict import predict
from app.project.presets import preset
from app.project.project_check import check_project
from app.training.objectives.teacher_forcing import TeacherForcing
from app.training.sequence.decoder_input import NO_DECODER_INPUT
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin
from graph.checking.layer_info import Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.catalogue import parse_layer
from graph.network import Connection, Network, Node
from graph.project import Project
from tests.app.training.projects import cnn, project

DATES: dict[str, Any] = {"source": "dates", "options": {"samples": 80}}
LETTERS = 46
STEPS = 11


def translator(score: str = "scaled_dot", **decoder: Any) -> Network:
    """An encoder whose last state a decoder starts from, with attention between them."""
    network = Network()
    layers: dict[str, tuple[str, dict[str, Any]]] = {
        "date": ("input", {"shape": {"kind": "tokens", "sizes": [28]}}),
        "written": ("input", {"shape": {"kind": "tokens", "sizes": [STEPS]}, "field": "written"}),
        "length": ("input", {"shape": {"kind": "vector", "sizes": [1]}, "field": "length"}),
        "letters": ("embedding", {"vocabulary": LETTERS, "size": 6}),
        "digits": ("embedding", {"vocabulary": LETTERS, "size": 6}),
        "encoder": ("gru", {"hidden_size": 8, "output_mode": "sequence", "final_state": True, "lengths": True}),
        "decoder": ("gru", {"hidden_size": 8, "output_mode": "sequence", "initial_state": True, **decoder}),
        "attention": ("attention", {"lengths": True, "score": score}),
        "both": ("concatenate", {}),
        "say": ("time_distributed_dense", {"units": LETTERS}),
        "iso": ("output", {}),
    }
    for id_, (kind, settings) in layers.items():
        network.insert_node(Node(id_, parse_layer(kind, settings, id_), (0.0, 0.0)))
    wires = (
        "date.out letters.in, letters.out encoder.in, length.out encoder.lengths, written.out digits.in, "
        "digits.out decoder.in, encoder.state decoder.state, decoder.out attention.query, encoder.out attention.keys, "
        "length.out attention.lengths, decoder.out both.in1, attention.out both.in2, both.out say.in, say.out iso.in"
    )
    for wire in wires.split(", "):
        (source, leaving), (target, port) = (end.split(".") for end in wire.split())
        if port in network.node(target).inputs:
            network.insert_connection(Connection(source, leaving, target, port))
    return network


def built(**plan: Any) -> tuple[Model, TeacherForcing]:
    """The translator ready to be trained."""
    model = Model.build(project(translator(), DATES, objective="teacher_forcing", **plan))
    assert isinstance(model.objective, TeacherForcing)
    return model, model.objective


def test_the_vocabulary_is_as_long_as_the_tests_say() -> None:
    model, aim = built()
    assert len(aim.head.field.vocabulary) == LETTERS and aim.decoder_input == "written"
    assert model.prepared.train.arrays["written"].shape[1] == STEPS


def test_alone_it_reads_what_it_wrote_and_nothing_that_it_was_given() -> None:
    model, aim = built()
    batch = next(model.feed(model.prepared.train).in_order(5))
    with model.evaluating():
        written, answers = aim.decoder.decode(batch.inputs)
        again = aim.decoder.with_decoder_input(batch.inputs, torch.zeros_like(written))
        assert torch.equal(aim.decoder.decode(again)[0], written)
        torch.testing.assert_close(model.forward(aim.decoder.with_decoder_input(batch.inputs, written)), answers)
    said = answers.argmax(2)
    assert torch.equal(written[:, 0], torch.full((5,), aim.start))
    end = aim.head.field.vocabulary.index("(end)")
    going = (said == end).cumsum(1) == 0
    assert torch.equal(written[:, 1:][going[:, :-1]], said[:, :-1][going[:, :-1]])


def test_words_that_are_forced_are_the_true_ones() -> None:
    model, aim = built(teacher_forcing=0.5)
    batch = next(model.feed(model.prepared.train).in_order(6))
    true = batch.inputs[aim.decoder.at]
    forced = torch.rand(true.shape) < 0.5
    with torch.no_grad():
        written, _ = aim.decoder.decode(batch.inputs, forced=forced)
        whole, _ = aim.decoder.decode(batch.inputs, forced=torch.ones_like(forced))
    assert torch.equal(written[:, 1:][forced[:, 1:]], true[:, 1:][forced[:, 1:]])
    assert torch.equal(whole, true)
    assert (aim.forward_inputs(batch.inputs, model.forward)[aim.decoder.at] != true).any()
    aim.forcing = 1.0
    assert aim.forward_inputs(batch.inputs, model.forward) is batch.inputs


def test_beams_find_the_likeliest_text_of_all_when_they_are_many_enough() -> None:
    torch.manual_seed(1)
    model, aim = built()
    batch = next(model.feed(model.prepared.train).in_order(1))
    inputs = tuple(one[:, :3] if place == aim.decoder.at else one for place, one in enumerate(batch.inputs))
    words = len(aim.head.field.vocabulary)
    with model.evaluating():
        many = torch.tensor([[aim.start, *pair] for pair in itertools.product(range(1, words), repeat=2)])
        wide = tuple(one.repeat(len(many), *(1,) * (one.dim() - 1)) for one in inputs)
        logs = model.forward(aim.decoder.with_decoder_input(wide, many)).log_softmax(2)
        end = aim.head.field.vocabulary.index("(end)")
        first = logs[:, 0].gather(1, many[:, 1:2])[:, 0]
        second = logs[:, 1].gather(1, many[:, 2:3])[:, 0]
        goes_on = (many[:, 1:] != end).all(1)
        best = many[(first + second + logs[:, 2].amax(1)).masked_fill(~goes_on, -torch.inf).argmax()]
        said = aim.decoder.search(inputs, words * words).argmax(2)[0]
        if not (said == end).any() and (said > 0).all():
            assert torch.equal(said[:2], best[1:])
        greedy = aim.decoder.decode(inputs)[1]
        torch.testing.assert_close(aim.decoder.search(inputs, 1).argmax(2), greedy.argmax(2))


def test_losses_and_metrics_say_which_is_which(tmp_path: Path) -> None:
    session = begin(
        project(translator(), DATES, objective="teacher_forcing", epochs=2, teacher_forcing=0.8), out=tmp_path / "run"
    )
    events = list(train(session))
    epochs = [event for event in events if type(event).__name__ == "Epoch"]
    own = {"token_accuracy", "sequence_accuracy"}
    assert set(epochs[0].train) == {"loss", "next_token_accuracy"}  # type: ignore[attr-defined]
    assert set(epochs[0].validation) == {"loss", "next_token_accuracy", *own}  # type: ignore[attr-defined]
    found = evaluate(tmp_path / "run")
    true, said = found.predictions.true, found.predictions.predicted
    assert found.metrics["token_accuracy"] == pytest.approx(((true == said) & (true != 0)).sum() / (true != 0).sum())
    model = session.model
    rows: dict[str, Any] = {name: np.asarray(model.prepared.test.arrays[name][:4]) for name in ("date", "length")}
    vocabulary = model.objective.heads[0].field.vocabulary
    told = predict(tmp_path / "run", rows)
    assert [one["text"] for one in told] == [text_of(row, vocabulary) for row in said[:4].tolist()]


def test_a_network_that_looks_ahead_is_refused() -> None:
    network = translator("general", bidirectional=True, initial_state=False)
    with pytest.raises(NetloomError, match="reads words of “written” before it has predicted them"):
        Model.build(project(network, DATES, objective="teacher_forcing"))


LATER: dict[str, tuple[str, dict[str, Any]]] = {
    "both directions": ("gru", {"bidirectional": True, "output_mode": "sequence", "hidden_size": 4}),
    "a filter that reaches behind its step": ("conv1d", {"filters": 8}),
    "the mean of all steps": ("group_norm", {"groups": 1}),
}


@pytest.mark.parametrize("kind", LATER)
def test_reading_ahead_is_a_problem_before_training_and_its_repair_trains(kind: str) -> None:
    network = translator("general")
    network.remove_connection(network.into("decoder")["in"])
    network.insert_node(Node("ahead", parse_layer(*LATER[kind], "ahead"), (0.0, 0.0)))
    network.insert_connection(Connection("digits", "out", "ahead", "in"))
    network.insert_connection(Connection("ahead", "out", "decoder", "in"))
    wrong = project(network, DATES, objective="teacher_forcing")
    (problem,) = (each for each in check_project(wrong, None).problems if each.severity is Severity.ERROR)
    assert problem.layer == "ahead" and "reads words of “written” before it has predicted them" in problem.message
    with pytest.raises(NetloomError, match="before it has predicted them"):
        Model.build(wrong)
    if problem.fixes:
        document = Document(wrong.network, wrong.sections)
        problem.fixes[0].apply(document)
        repaired = Project(document.network, dict(document.sections))
        assert check_project(repaired, None).ok
        Model.build(repaired)


def test_a_language_model_that_reads_ahead_is_refused_and_repaired() -> None:
    network = preset("sentences_lstm").project.network
    both = network.layer("lstm1").changed(bidirectional=True, hidden_size=32)
    network.replace_node(replace(network.node("lstm1"), layer=both))
    wrong = Project(network, {"data": {"source": "sentences", "options": {"samples": 60}}, "plan": {"epochs": 1}})
    (problem,) = (each for each in check_project(wrong, None).problems if each.severity is Severity.ERROR)
    assert problem.layer == "lstm1" and "reads words of “text” before it has predicted them" in problem.message
    with pytest.raises(NetloomError, match="before it has predicted them"):
        Model.build(wrong, judged=True)
    document = Document(wrong.network, wrong.sections)
    problem.fixes[0].apply(document)
    assert not document.network.layer("lstm1").values()["bidirectional"]
    assert all(
        each.layer != "lstm1"
        for each in check_project(Project(document.network, dict(document.sections)), None).problems
    )


def test_reading_forwards_is_no_problem() -> None:
    assert check_project(project(translator("general"), DATES, objective="teacher_forcing"), None).ok


def test_a_network_without_words_to_write_is_refused() -> None:
    with pytest.raises(NetloomError, match="reads the same words one step late"):
        Model.build(project(cnn(), objective="teacher_forcing"))


def test_words_that_lead_to_no_output_are_not_read() -> None:
    network = translator("general")
    network.remove_connection(network.into("digits")["in"])
    network.remove_node("digits")
    network.insert_node(
        Node("second", parse_layer("input", {"shape": {"kind": "tokens", "sizes": [28]}}, "second"), (0, 0))
    )
    network.insert_node(Node("others", parse_layer("embedding", {"vocabulary": LETTERS, "size": 6}, "others"), (0, 0)))
    network.insert_connection(Connection("second", "out", "others", "in"))
    network.insert_connection(Connection("others", "out", "decoder", "in"))
    idle = project(network, DATES, objective="teacher_forcing")
    assert NO_DECODER_INPUT in [each.message for each in check_project(idle, None).problems]
    info = DataChoice.parse(DATES).info()
    assert [field.name for field in input_fields(network, info)] == ["date", "length"]

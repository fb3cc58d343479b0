"""Texts that go on: the likeliest token, by chance, by beams, in pieces, and what cannot be done."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

from app.cli.run_verbs import with_plan
from app.data.readers.tokens import END, PADDING, START
from app.inference.continuation import TextWriter, check, continuation, longer, written_text
from app.project.presets import preset
from app.protocol.text_messages import ContinueText
from app.protocol.text_values import Decoding, WrittenText
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model
from app.worker.text_requests import continue_text
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.projects import chain

GREEDY, BEAM = Decoding(strategy="greedy"), Decoding(strategy="beam", beams=3)


def small(id_: str, **options: Any) -> Project:
    found = preset(id_).project
    data = dict(found.sections["data"])  # type: ignore[arg-type]
    own = data | {"options": {**data.get("options", {}), **options}}
    return Project(found.network, {**found.sections, "data": own})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    list(train(begin(with_plan(small("sentences_lstm", samples=200), {"epochs": 2, "threads": 1}), None, folder)))
    return folder


@pytest.fixture(scope="module")
def model(run: Path) -> Model:
    return load_model(run)[1]


@pytest.fixture
def writer(model: Model) -> TextWriter:
    return TextWriter(model)


def last(writer: TextWriter, beginning: str, how: Decoding, tokens: int = 12) -> WrittenText:
    [*_, texts] = continuation(writer, beginning, how, tokens)
    return texts[0]


def test_the_likeliest_token_is_that_of_the_network(model: Model, writer: TextWriter) -> None:
    numbers = writer.numbers("the clouds are")
    assert writer.vocabulary[numbers[0]] == START
    with model.evaluating():
        logits = model.forward((torch.tensor([numbers]),))[0, -1]
    [token, *_] = last(writer, "the clouds are", GREEDY).tokens
    known = [number for number, name in enumerate(writer.vocabulary) if name not in (PADDING, START)]
    assert token.number == known[int(logits[known].argmax())]
    assert token.probability == pytest.approx(float(logits[known].softmax(0).max()), rel=1e-5)
    assert token.likely[0].text == token.text
    assert [each.probability for each in token.likely] == sorted(
        (each.probability for each in token.likely), reverse=True
    )


def test_an_end_ends_and_neither_start_nor_padding_is_written(writer: TextWriter) -> None:
    for seed in range(5):
        text = last(writer, "", Decoding(temperature=3.0, seed=seed), 60)
        names = [token.text for token in text.tokens]
        assert not {PADDING, START} & set(names)
        assert text.ended == (END in names) and names.count(END) <= 1
        assert END not in written_text("", text, writer.joint)


def test_a_seed_repeats_itself_and_another_writes_something_else(writer: TextWriter) -> None:
    one, same = (last(writer, "ana", Decoding(seed=1, temperature=2.0)) for _ in range(2))
    assert one == same
    assert len({written_text("", last(writer, "ana", Decoding(seed=s, temperature=2.0)), " ") for s in range(4)}) > 1


def test_samples_are_as_frequent_as_their_probabilities(writer: TextWriter) -> None:
    numbers, count = writer.numbers("ana"), 600
    hows = [Decoding(temperature=1.5, top_k=3, seed=seed) for seed in range(count)]
    drawn = [longer(writer, numbers, (), how)[0].tokens[0] for how in hows]
    likely = longer(writer, numbers, (), hows[0])[0].tokens[0].likely
    assert len(likely) == 3 and sum(each.probability for each in likely) == pytest.approx(1)
    often = Counter(token.text for token in drawn)
    for each in likely:
        apart = 4 * math.sqrt(each.probability * (1 - each.probability) / count)
        assert often[each.text] / count == pytest.approx(each.probability, abs=apart)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_a_temperature_divides_the_logarithms(writer: TextWriter, temperature: float) -> None:
    numbers = writer.numbers("the")
    cooled = (writer.log_probabilities([numbers])[0] / temperature).softmax(0)
    [text] = longer(writer, numbers, (), Decoding(temperature=temperature))
    likely = text.tokens[0].likely
    assert [each.probability for each in likely] == pytest.approx(cooled.topk(len(likely)).values.tolist())
    assert text.tokens[0].probability == pytest.approx(float(cooled[text.tokens[0].number]))


def test_beams_find_the_likeliest_text_of_all(writer: TextWriter) -> None:
    """As many beams as there are texts of two tokens leave nothing out."""
    beginning = writer.numbers("the")
    first = writer.log_probabilities([beginning])[0]
    able = [number for number in range(len(first)) if math.isfinite(float(first[number]))]
    end = writer.vocabulary.index(END)
    pairs: dict[tuple[int, ...], float] = {(number,): float(first[number]) for number in able if number == end}
    rows = [number for number in able if number != end]
    seconds = writer.log_probabilities([[*beginning, number] for number in rows])
    for (row, number), after in itertools.product(enumerate(rows), able):
        pairs[number, after] = float(first[number] + seconds[row, after])
    best = max(pairs, key=lambda pair: pairs[pair])
    found = last(writer, "the", Decoding(strategy="beam", beams=64), 2)
    assert tuple(token.number for token in found.tokens) == best
    assert found.log_probability == pytest.approx(pairs[best])
    assert found.log_probability >= last(writer, "the", GREEDY, 2).log_probability - 1e-9


@pytest.mark.parametrize("how", [GREEDY, BEAM, Decoding(temperature=1.4, top_k=5, seed=3)])
def test_written_in_pieces_it_is_the_same_text(model: Model, writer: TextWriter, how: Decoding) -> None:
    request = ContinueText(beginning="peter lived", decoding=how, tokens=9, seconds=0.0)
    reply, pieces = continue_text(model, request), 1
    while not reply.complete:
        reply, pieces = continue_text(model, ContinueText(**{**vars(request), "so_far": reply})), pieces + 1
    [*_, whole] = continuation(writer, "peter lived", how, 9)
    assert reply.texts == whole and pieces > 1
    assert reply.joint == " " and reply.note == ""


def test_characters_stand_side_by_side() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "tokens", "sizes": [None]}}),
        ("embedding1", "embedding", {"vocabulary": 28, "size": 4}),
        ("rnn1", "rnn", {"hidden_size": 8, "output_mode": "sequence"}),
        ("dense1", "time_distributed_dense", {"units": 28}),
        ("output1", "output", {}),
    )
    data = {"source": "sentences", "options": {"unit": "character", "samples": 60}}
    writer = TextWriter(Model.build(Project(network, {"data": data, "plan": {}})))
    text = last(writer, "the cl", GREEDY, 4)
    assert writer.joint == ""
    names = [token.text for token in text.tokens if token.text != END]
    assert written_text("the cl", text, "") == "the cl" + "".join(names)


def test_a_network_of_fixed_length_reads_the_last_tokens() -> None:
    found = small("sentences_lstm", samples=60)
    network = chain(
        ("input1", "input", {"shape": {"kind": "tokens", "sizes": [found_steps(found)]}}),
        *[(node.id, node.layer.kind, dict(node.layer.values())) for node in list(found.network)[1:-1]],
        ("output1", "output", {}),
    )
    fixed = TextWriter(Model.build(Project(network, found.sections)))
    open_ = TextWriter(Model.build(found))
    open_.model.compiled.module.load_state_dict(fixed.model.compiled.module.state_dict())
    rows = [open_.numbers("the clouds are in")]
    torch.testing.assert_close(fixed.log_probabilities(rows), open_.log_probabilities(rows))
    assert fixed.log_probabilities([[3] * 200]).shape == (1, len(fixed.vocabulary))


def found_steps(project: Project) -> int:
    from app.data.data_choice import DataChoice

    time = DataChoice.parse(project.sections["data"]).info().input_field().shape.time  # type: ignore[arg-type]
    assert time is not None
    return time


def test_what_is_no_language_model_says_so() -> None:
    with pytest.raises(NetloomError, match="does not predict the next token"):
        TextWriter(Model.build(small("reviews_lstm", samples=60)))


@pytest.mark.parametrize(
    ("how", "tokens", "reason"),
    [
        (Decoding(temperature=0.0), 5, "temperature may be from 0.01"),
        (Decoding(temperature=math.nan), 5, "temperature"),
        (Decoding(beams=0), 5, "beams"),
        (Decoding(top_k=-1), 5, "top-k"),
        (GREEDY, 0, "tokens may be from 1"),
    ],
)
def test_settings_that_choose_nothing_are_refused(how: Decoding, tokens: int, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason):
        check(how, tokens)


def test_an_unknown_word_is_refused_where_none_stands_for_it(writer: TextWriter) -> None:
    with pytest.raises(NetloomError, match="“bears” is not among the words"):
        writer.numbers("the bears")

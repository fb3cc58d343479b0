"""Networks held against lists of tokens: their loss, metrics, tests, answers and predictions in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.dataset import FieldInfo
from app.data.readers.tokens import END, PADDING, START, text_of
from app.inference.evaluate import evaluate
from app.inference.predict import predict
from app.insight.predictions import predict_samples
from app.training.data_spec import data_spec
from app.training.heads import Head
from app.training.sequence import token_metrics
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.network import Network
from graph.shapes import sequence, tokens
from tests.app.training.projects import chain, project

WORDS = (PADDING, START, END, "a", "red", "blue", "circle")
CAPTIONS: dict[str, Any] = {"source": "captions", "options": {"samples": 60}}
"""14 words, 9 steps."""


def writer(units: int = 14, *before_output: tuple[str, str, dict[str, Any]], **output: Any) -> Network:
    """Guesses each word of a caption from those before it."""
    return chain(
        ("read", "input", {"shape": {"kind": "tokens", "sizes": [9]}, "field": "written"}),
        ("embedding1", "embedding", {"vocabulary": 14, "size": 8}),
        ("gru1", "gru", {"hidden_size": 8, "output_mode": "sequence"}),
        ("dense1", "time_distributed_dense", {"units": units}),
        *before_output,
        ("output1", "output", output),
    )


def test_a_text_ends_at_its_end_and_words_are_parted_by_spaces() -> None:
    assert text_of([1, 3, 4, 6, 2, 5, 0], WORDS) == "a red circle"
    assert text_of([1, 4, 3, 2, 0], (PADDING, START, END, "x", "7")) == "7x"


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_loss_and_metrics_leave_padding_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    length = rng.integers(1, 6, 4)
    targets = torch.from_numpy(np.where(np.arange(5) < length[:, None], rng.integers(1, 7, (4, 5)), 0))
    given_ = torch.from_numpy(rng.normal(size=(4, 5, 7)).astype(np.float32))
    own = [F.cross_entropy(given_[n, :many], targets[n, :many], reduction="sum") for n, many in enumerate(length)]
    head = _head()
    assert head.loss_fn(given_, targets).item() == pytest.approx(sum(own).item() / length.sum(), rel=1e-5)  # type: ignore[union-attr]
    sums = token_metrics.TokenTally(head)
    sums.add(given_, targets)
    said = token_metrics.predicted_tokens(given_, ())
    right = [(said[n, :many] == targets[n, :many]) for n, many in enumerate(length)]
    token, whole = sum(int(one.sum()) for one in right) / length.sum(), np.mean([bool(one.all()) for one in right])
    # What is said behind an end counts as nothing said, so an end too early costs the tokens behind it.
    assert sums.values()[0] <= token + 1e-9 and sums.values()[1] <= whole + 1e-9


def test_metrics_of_batches_are_those_of_all_samples() -> None:
    torch.manual_seed(0)
    outputs, targets = torch.rand(6, 9, 14), torch.randint(0, 14, (6, 9))
    targets[:3] = outputs[:3].argmax(2)
    head = _head()
    whole, parts = token_metrics.TokenTally(head, "each"), token_metrics.TokenTally(head, "each")
    whole.add(outputs, targets)
    for start in (0, 2, 3):
        stop = {0: 2, 2: 3, 3: 6}[start]
        parts.add(outputs[start:stop], targets[start:stop])
    assert parts.values() == whole.values()
    assert 0.5 < whole.values()[0] < 1


def test_tokens_that_never_occur_are_left_out_of_the_confusion() -> None:
    found, kept = token_metrics.confusion(np.array([1, 4, 4]), np.array([1, 4, 2]), 6)
    assert kept.tolist() == [1, 2, 4]
    assert found.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 1]]


def _head() -> Head:
    model = Model.build(project(writer(), CAPTIONS))
    return model.objective.heads[0]


def test_the_checker_asks_for_a_value_per_word_at_every_step_and_offers_it() -> None:
    info = Model.build(project(writer(), CAPTIONS)).prepared.dataset.info
    document = Document(writer(units=5))
    checker = Checker(document, data_spec(info))
    (problem,) = checker.problems
    assert problem.message.endswith("the data asks for a sequence 9 × 14, but a sequence 9 × 5 arrives.")
    problem.fixes[0].apply(document)
    assert checker.ok and document.network.layer("dense1").units == 14  # type: ignore[attr-defined]
    with document.transaction("Take the dense layer away"):
        document.remove("dense1")
        document.connect(_connection("gru1", "output1"))
    checker.problems[0].fixes[0].apply(document)
    assert checker.ok


def _connection(source: str, target: str) -> Any:
    from graph.network import Connection

    return Connection(source, "out", target, "in")


def test_a_loss_for_numbers_is_refused() -> None:
    with pytest.raises(NetloomError, match="words are compared by cross-entropy alone"):
        Model.build(project(writer(loss="mse"), CAPTIONS))
    assert FieldInfo("t", tokens(4)).answer == tokens(4)
    assert FieldInfo("t", tokens(4), vocabulary=WORDS).answer == sequence(4, 7)


@pytest.mark.parametrize("softmax", [False, True])
def test_a_run_is_tested_answers_and_predicts_in_words(tmp_path: Path, softmax: bool) -> None:
    last: Any = (("softmax1", "softmax", {}),) if softmax else ()
    made = begin(project(writer(14, *last), CAPTIONS, epochs=2), out=tmp_path / "run")
    *_, finished = train(made)
    assert set(finished.test) == {"loss", "token_accuracy", "sequence_accuracy"}  # type: ignore[attr-defined]
    found = evaluate(tmp_path / "run", "train")
    true, said = found.predictions.true, found.predictions.predicted
    right = ((true == said) & (true != 0)).sum() / (true != 0).sum()
    assert found.metrics["token_accuracy"] == pytest.approx(right)
    assert found.task == "sequence" and found.confusion is not None
    assert found.confusion.sum() == (true != 0).sum()
    assert len(found.worst.words.true) == len(found.worst.words.input) == 24
    _, model = load_model(tmp_path / "run")
    predicted = predict_samples(model, np.array([0, 5]))
    assert predicted.tokens is not None and predicted.tokens.shape == (2, 9) and len(predicted.texts) == 2
    written = model.prepared.train.arrays["written"][:3]
    told = predict(tmp_path / "run", {"written": written})
    assert [one["text"] for one in told] == [text_of(row, words_of(model)) for row in _said(model, np.asarray(written))]
    assert all(0 <= one["probability"] <= 1 for one in told)


def words_of(model: Model) -> tuple[str, ...]:
    """The vocabulary of captions."""
    return model.objective.heads[0].field.vocabulary


def _said(model: Model, written: np.ndarray[Any, Any]) -> list[list[int]]:
    with model.evaluating():
        answers_ = model.forward((torch.from_numpy(written),))
    found: list[list[int]] = token_metrics.predicted_tokens(answers_, words_of(model)).tolist()
    return found


def test_perplexity_is_the_exponential_of_the_mean_surprise_of_the_tokens_that_count() -> None:
    field = FieldInfo("next", tokens(5), vocabulary=WORDS, next_of="text")
    head = Head("output1", field, "cross_entropy", 1.0, "", lambda outputs, targets: outputs.sum())
    rng = torch.Generator().manual_seed(0)
    outputs, targets = torch.randn((4, 5, 7), generator=rng), torch.randint(1, 7, (4, 5), generator=rng)
    targets[1, 3:] = targets[2, 1:] = 0
    own = targets != 0
    tally = token_metrics.NextTokenTally(head)
    tally.add(outputs[:3], targets[:3])
    tally.add(outputs[3:], targets[3:])
    surprise = torch.nn.functional.cross_entropy(outputs[own], targets[own])
    right = (outputs[own].argmax(1) == targets[own]).float().mean()
    assert tally.values() == pytest.approx([float(surprise.exp()), float(right)], rel=1e-5)
    assert tally.names == ("perplexity", "token_accuracy")


def test_a_network_that_guesses_is_as_unsure_as_there_are_words() -> None:
    field = FieldInfo("next", tokens(5), vocabulary=WORDS, next_of="text")
    head = Head("output1", field, "cross_entropy", 1.0, "", lambda outputs, targets: outputs.sum())
    tally = token_metrics.NextTokenTally(head)
    tally.add(torch.zeros(2, 5, 7), torch.ones((2, 5), dtype=torch.int64))
    assert tally.values()[0] == pytest.approx(7)


def test_a_next_token_is_judged_behind_the_true_ones_also_where_an_end_was_predicted() -> None:
    field = FieldInfo("next", tokens(3), vocabulary=WORDS, next_of="text")
    head = Head("output1", field, "cross_entropy", 1.0, "", lambda outputs, targets: outputs.sum())
    outputs = torch.eye(7)[torch.tensor([[2, 4, 5]])]
    assert token_metrics.step_tokens(head, outputs).tolist() == [[2, 4, 5]]
    other = Head("output1", FieldInfo("t", tokens(3), vocabulary=WORDS), "cross_entropy", 1.0, "", head.loss_fn)
    assert token_metrics.step_tokens(other, outputs).tolist() == [[2, 0, 0]]

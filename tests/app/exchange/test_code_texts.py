"""Words that training never saw are named wherever a prediction is made: `predict`, Try it, exported code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.data.data_choice import DataChoice
from app.data.sources.texts import Text
from app.exchange.export import export_code
from app.inference.entered_sample import read_entered, sample_of_file
from app.inference.input_forms import inputs_of
from app.inference.new_tokens import unknown_note, unknown_notes
from app.project.fit_preset import fit_preset
from app.protocol.inference_values import NewSample
from app.training.runs import Run
from app.training.training_session import load_model
from graph.project import write_project
from tests.app.cli.calling import Caller

NOTE = "Not among the words of training: “bad”; it counts as unknown."


@pytest.fixture
def run(tmp_path: Path, call: Caller) -> Path:
    """A network that learned from short texts, each with a word of its own."""
    rows = [f"a {('good', 'dull')[row % 2]} film word{row},{('glad', 'sorry')[row % 2]}" for row in range(60)]
    (tmp_path / "texts.csv").write_text("\n".join(["text,mood", *rows]) + "\n", encoding="utf-8")
    source = Text(path="texts.csv", column="text", target="mood", length=8)
    project = fit_preset(DataChoice(source=source), tmp_path, None, "texts")
    project.sections["plan"] = {"epochs": 1, "batch_size": 8}
    write_project(tmp_path / "p.netloom", project)
    assert call("train", tmp_path / "p.netloom", "--out", tmp_path / "run", "--json").code == 0
    return tmp_path / "run"


def table(folder: Path) -> Path:
    (folder / "new.csv").write_text("text\na good film\na bad film\nnot bad. a new film\n", encoding="utf-8")
    return folder / "new.csv"


def folder_of_texts(folder: Path) -> Path:
    (folder / "new").mkdir()
    (folder / "new" / "a.txt").write_text("a bad film")
    (folder / "new" / "b.txt").write_text("a good film")
    return folder / "new"


@pytest.mark.parametrize(
    ("given", "notes"),
    [
        (lambda _: "a good film", None),
        (lambda _: "a bad film", [NOTE]),
        (
            table,
            [f"2: {NOTE}", "3: Not among the words of training: “not”, “bad”, “.”, “new”; they count as unknown."],
        ),
        (folder_of_texts, [f"a.txt: {NOTE}"]),
    ],
)
def test_predict_names_words_that_training_never_saw(
    run: Path, call: Caller, given: Callable[[Path], object], notes: list[str] | None
) -> None:
    asked = given(run.parent)
    answer = call("predict", run, asked, "--json")
    assert answer.json.get("notes") == notes
    printed = call("predict", run, asked).out
    assert [line for line in printed.splitlines() if line.startswith("- ")] == [f"- {note}" for note in notes or ()]


def test_words_of_the_file_that_only_the_test_set_holds_count_as_unknown_and_are_told(run: Path, call: Caller) -> None:
    _, model = load_model(run)
    known = model.prepared.trained_tokens("text")
    word = next(word for word in model.prepared.dataset.field_named("text").vocabulary[2:] if word not in known)
    assert word.startswith("word")
    notes = [NOTE.replace("bad", word)]
    assert call("predict", run, f"a good film {word}", "--json").json["notes"] == notes
    entered = read_entered(inputs_of(model, run.parent), NewSample(texts={"text": f"a good film {word}"}))
    assert list(entered.notes) == notes


def test_a_text_that_is_opened_keeps_its_words(run: Path) -> None:
    _, model = load_model(run)
    inputs = inputs_of(model, run.parent)
    sample, *_ = sample_of_file(inputs, table(run.parent), 1, run.parent)
    assert sample.texts == {"text": "a bad film"}


def test_exported_code_reads_texts_and_warns_of_unknown_words(run: Path, call: Caller) -> None:
    opened = Run.open(run)
    export_code(opened.project.network, "texts", run.parent / "net.py", opened)
    texts = ["a good film", "a bad film"]
    exported = subprocess.run(
        [sys.executable, "-P", "net.py", "net.safetensors", *texts],
        cwd=run.parent,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert "UserWarning: not among the words of training: bad\n" in exported.stderr
    assert exported.stderr.count("UserWarning") == 1
    theirs: list[dict[str, Any]] = [json.loads(line.replace("'", '"')) for line in exported.stdout.splitlines()]
    for text, answer in zip(texts, theirs, strict=True):
        [ours] = call("predict", run, text, "--json").json["predictions"]
        assert answer["class"] == ours["class"]
        assert answer["probabilities"] == pytest.approx(ours["probabilities"], abs=1e-5)
    lint = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "120", "net.py"]
    subprocess.run(lint, cwd=run.parent, check=True)


def test_many_texts_and_many_words_are_told_shortly() -> None:
    assert unknown_note("one two three four five six", "word", set()).endswith("“five” …; they count as unknown.")
    notes = unknown_notes(["x"] * 5, (), "character", {"y"}, told=3)
    assert notes[-1] == "2 more texts have tokens that count as unknown."
    assert notes[0] == "1: Not among the characters of training: “x”; it counts as unknown."
    assert len(notes) == 4

"""Model cards say what a network reads, learned and reached, and where its scores end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.exchange.model_card import export_card
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.project import Project
from tests.app.training.projects import cnn, project
from tests.app.training.test_class_weights import network, table


def trained(folder: Path, made: Project) -> Run:
    for _ in train(begin(made, out=folder / "run")):
        pass
    return Run.open(folder / "run")


def test_a_card_of_a_run_tells_scores_beside_baselines(tmp_path: Path) -> None:
    made = Project(network(2), {"data": table(tmp_path), "plan": {"epochs": 2, "optimiser": "sgd"}})
    run = trained(tmp_path, made)
    card = export_card(run.project, "Two | <b>kinds</b>", tmp_path / "card.md", run.base, run).read_text("utf-8")
    assert card.startswith("# Two | &lt;b&gt;kinds&lt;/b&gt;\n")
    for title in ("What it reads and says", "Data", "Training", "Scores", "Limits", "How to load it"):
        assert f"## {title}\n" in card
    score = run.summary().test["accuracy"]
    [tested] = [line for line in card.splitlines() if line.startswith("| test set |")]
    assert f"| {score:.4g} |" in tested and f"| {run.environment['samples']['test']} |" in tested
    assert "| without learning: always “k0” |" in card
    assert "| optimiser | sgd |" in card and "2 classes: k0, k1" in card
    assert str(tmp_path) not in card
    assert 'netloom.open_run("run")' in card
    assert "of 18 test samples are right" in card  # so few that their number is said


def test_a_card_of_what_was_not_trained_has_no_scores(tmp_path: Path) -> None:
    card = export_card(project(cnn()), "Digits", tmp_path / "card.md", None).read_text("utf-8")
    assert "It is not trained." in card and "## Scores" not in card
    reads = [line for line in card.splitlines() if line.startswith(("| input1 |", "| relu1 |"))]
    assert len(reads) == 1 and "| image |" in reads[0] and "8 × 8" in reads[0]


def test_notes_are_told_by_their_first_paragraph(tmp_path: Path) -> None:
    made = replace(
        project(cnn()), sections={"notes": "# Head\n\nIt <b>sees</b> [edges](layer:conv1).\n\n### More\n- a"}
    )
    card = export_card(made, "", tmp_path / "card.md", None).read_text("utf-8")
    assert "\n\nIt &lt;b&gt;sees&lt;/b&gt; edges.\n\n" in card and "More" not in card


def test_data_that_is_gone_is_told(tmp_path: Path) -> None:
    made = Project(network(2), {"data": {"source": "table", "options": {"path": "gone.csv", "target": "y"}}})
    card = export_card(made, "", tmp_path / "card.md", tmp_path).read_text("utf-8")
    assert "gone.csv" in card and str(tmp_path) not in card
    assert "No data is chosen." in export_card(replace(made, sections={}), "", tmp_path / "b.md", None).read_text(
        "utf-8"
    )

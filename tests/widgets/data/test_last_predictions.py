"""What the last run says stands beside the samples it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.project.presets import FOLDER
from app.protocol.data_messages import PredictSamples
from app.training.trainer import train
from app.training.training_session import begin
from graph.document import Document
from graph.project import Project, read_project
from tests.app.insight.test_predictions import linear
from tests.widgets.data.conftest import DirectLink, make_view
from tests.widgets.data.test_data_view import choose
from widgets.charts.sample_tiles import Answer
from widgets.data.data_view import DataView
from widgets.data.preview_values import few


def trained(kind: str, features: int, units: int, data: Any, folder: Path) -> Path:
    """A short run on the data that a document has chosen."""
    project = Project(linear(features, units), {"data": data, "plan": {"epochs": 3, "learning_rate": 0.05}})
    for _ in train(begin(project, out=folder / kind)):
        pass
    return folder / kind


def make(qtbot: QtBot, link: DirectLink) -> tuple[DataView, Document]:
    document = Document()
    return make_view(qtbot, link, document), document


def test_classes_are_said_and_marked(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    view, document = make(qtbot, link)
    choose(qtbot, view, "iris")
    run = trained("iris", 4, 3, document.sections["data"], tmp_path)
    assert view.samples.gallery.caption_lines == 2
    view.predictions.show_run(run)
    gallery, table = view.samples.gallery, view.samples.model
    assert gallery.caption_lines == 3
    answers = [one for one in gallery._answers if one is not None]
    assert len(answers) == 150 and {one.right for one in answers} <= {True, False}
    right = sum(one.right is True for one in answers)
    assert right > 75
    assert table.headerData(2, Qt.Orientation.Horizontal) == "network"
    assert view.facts.text().endswith("Predictions beside the samples: iris")
    assert str(table.data(table.index(0, 2))).startswith("says ")
    # Other data is not what the run knows.
    choose(qtbot, view, "wine")
    assert gallery.caption_lines == 2 and "network" not in table._heads
    assert "Predictions" not in view.facts.text()
    choose(qtbot, view, "iris")
    assert gallery.caption_lines == 3
    view.close_document()


def test_numbers_are_said_in_their_unit_and_only_to_who_looks(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    view, document = make(qtbot, link)
    choose(qtbot, view, "diabetes")
    run = trained("diabetes", 10, 1, document.sections["data"], tmp_path)
    view.hide()
    view.predictions.show_run(run)
    assert not any(isinstance(request, PredictSamples) for request in link.asked)
    view.show()
    first = view.samples.gallery._answers[0]
    assert first is not None and first.right is None and first.words.startswith("says ")
    view.close_document()


def test_several_numbers_are_told_by_their_ends() -> None:
    assert [few([229656.44], "€"), few([1.5, 2]), few([1, 2, 3.25], "kW")] == ["229,656 €", "1.5, 2", "1 … 3.25 kW"]


def test_a_forecast_is_drawn_beside_what_came(qtbot: QtBot, link: DirectLink) -> None:
    view, _ = make(qtbot, link)
    choose(qtbot, view, "seasons")
    preview, samples = view.preview, view.samples
    assert preview is not None
    ahead = preview.targets.reshape(len(preview.index), -1)
    samples.show_answers([Answer("says", None, values=tuple(row)) for row in ahead.tolist()])
    assert "the network says" in [curve.label for curve in samples.series.view.curves.values()]
    samples.show_answers(())
    assert "the network says" not in [curve.label for curve in samples.series.view.curves.values()]
    view.close_document()


GANS = [file for file in sorted(FOLDER.glob("*.netloom")) if '"adversarial"' in file.read_text("utf-8")]


@pytest.mark.parametrize("file", GANS, ids=lambda file: file.stem)
def test_what_a_discriminator_says_of_samples_that_are_all_real(
    file: Path, qtbot: QtBot, link: DirectLink, tmp_path: Path
) -> None:
    project = read_project(file)
    plan = {**project.sections["plan"], "epochs": 1}  # type: ignore[dict-item]
    document = Document(project.network, {**project.sections, "plan": plan})
    view = make_view(qtbot, link, document)
    qtbot.waitUntil(lambda: view.preview is not None)
    view.samples.tabs.setCurrentWidget(view.batch)
    for _ in train(begin(Project(document.network, dict(document.sections)), out=tmp_path / "run")):
        pass
    view.predictions.show_run(tmp_path / "run")
    answers = [answer for answer in view.samples.gallery._answers if answer is not None]
    assert answers and {answer.right for answer in answers} == {None}
    assert {answer.words for answer in answers} <= {"says made", "says real"}
    assert "of training" in view.batch.summary.text()
    view.close_document()

"""Which features of a row are explained: those that occur in the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.attribution_messages import ExplainByGradients, GradientExplanation
from app.protocol.values import FieldFacts
from graph.document import Document
from tests.widgets.understand.silent import Silent, saved_run
from tests.widgets.understand.test_why_tab import explained
from widgets.look.text_places import texts_in
from widgets.understand.why_tab import NEVER_SEEN, WhyTab

NAMES = ("rent", "district = A", "district = B", "district = (unknown)")


def shown(silent: Silent, folder: Path, row: list[float]) -> WhyTab:
    """The view with the explanation of a row."""
    project = preset("wine_mlp").project
    silent.panel.subject.show_run(saved_run(folder, Document(project.network, dict(project.sections))))
    silent.panel.show_tab("Why")
    silent.panel.show()
    silent.show_data()
    values = np.array(row, np.float32)
    field = FieldFacts("row", "vector", (4,), names=NAMES, units=("€", "", "", ""))
    reply = GradientExplanation(
        run=str(folder), explained=explained(), saliency=np.full(4, 0.5, np.float32), product=np.zeros(4, np.float32),
        input=values, deviations=values, input_field=field,
    )  # fmt: skip
    silent.reply(ExplainByGradients, reply)
    return silent.panel.view(WhyTab)


def test_a_category_that_never_occurs_is_left_out_and_that_is_said(
    silent: Silent, tmp_path: Path, qtbot: QtBot
) -> None:
    tab = shown(silent, tmp_path, [640, 1, 0, 0])
    qtbot.waitUntil(lambda: any(text.text == "rent" for text in texts_in(tab.tiles)))
    read = [text.text for text in texts_in(tab.tiles)]
    assert "district = A" in read and not any("unknown" in text for text in read)
    assert tab.tiles.heats["saliency"].values.tolist() == [0.5, 0.5, 0.5]
    assert NEVER_SEEN in tab.says.text()


def test_one_that_a_sample_has_is_explained(silent: Silent, tmp_path: Path) -> None:
    tab = shown(silent, tmp_path, [640, 0, 0, 1])
    assert len(tab.tiles.heats["saliency"].values) == 4 and NEVER_SEEN not in tab.says.text()

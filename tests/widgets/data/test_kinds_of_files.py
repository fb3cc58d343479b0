"""A file of every kind that people bring opens in the data view, with each of its tabs and settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from graph.document import Document
from tests.app.data.readers.test_readers import machines
from tests.graph.networks import section
from tests.widgets.data.conftest import DirectLink, make_view
from tools import data_samples
from widgets.data.data_view import READING


def records(folder: Path) -> Path:
    path = folder / "train_FD001.txt"
    path.write_text(machines([40, 35, 50, 45]))
    return path


KINDS: dict[str, tuple[Callable[[Path], Path], str, bool]] = {
    "table": (data_samples.table, "table", True),
    "series": (data_samples.series, "series", True),
    "long table of sequences": (data_samples.moves, "sequences", True),
    "sounds": (data_samples.sounds, "recordings", False),
    "pictures": (data_samples.pictures, "images", False),
    "arrays": (data_samples.arrays, "arrays", False),
    "texts": (data_samples.texts, "text", True),
    "run-to-failure records": (records, "cmapss", False),
}
"""What makes a file, as which source it is read, and whether it is a table that is read by a recipe."""


@pytest.mark.parametrize("name", KINDS)
def test_it_opens_with_all_its_tabs(qtbot: QtBot, link: DirectLink, tmp_path: Path, name: str) -> None:
    make, source, by_recipe = KINDS[name]
    document = Document()
    view = make_view(qtbot, link, document, (1400, 1000))
    view.open_path(make(tmp_path), source if by_recipe else None)
    qtbot.waitUntil(lambda: view.preview is not None)
    data = section(document, "data")
    assert data["source"] == source
    bar = view.samples.tabs.tabBar()
    titles = [bar.tabText(place) for place in range(bar.count()) if bar.isTabVisible(place)]
    for title in titles:
        view.samples.show_first(title)
    assert by_recipe <= (READING in titles)
    if name == "sounds":
        assert READING not in titles

"""The data view under real clicks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QModelIndex, QPointF, QRectF, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.data.split import Split
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.dense import Dense
from graph.layers.io import Input, Output
from graph.network import Connection
from tests.graph.networks import section
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data import sample_table
from widgets.data.choice_form import SHARES, changed_split
from widgets.data.data_view import DataView
from widgets.data.sample_table import SampleModel
from widgets.data.sample_views import drawable, over_own_range


@pytest.fixture
def document() -> Document:
    """A small network that fits digits, as its defaults are."""
    document = Document()
    with document.transaction("Draw"):
        start, middle, end = document.add(Input()), document.add(Dense(units=7)), document.add(Output())
        document.connect(Connection(start, "out", middle, "in"))
        document.connect(Connection(middle, "out", end, "in"))
    return document


def choose(qtbot: QtBot, view: DataView, kind: str) -> None:
    """Click a data set in the list and wait for its preview."""
    items = view.sources.list
    item = next(
        items.item(row) for row in range(items.count()) if items.item(row).data(Qt.ItemDataRole.UserRole) == kind
    )
    items.scrollToItem(item)
    qtbot.mouseClick(items.viewport(), Qt.MouseButton.LeftButton, pos=items.visualItemRect(item).center())
    qtbot.waitUntil(lambda: view.preview is not None and view.preview.info.id == kind)


def press(qtbot: QtBot, parent: QWidget, title: str) -> None:
    def shown() -> list[QPushButton]:
        return [one for one in parent.findChildren(QPushButton) if one.text() == title and one.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()))
    (button,) = shown()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def tabs_of(view: DataView) -> list[str]:
    return [view.samples.tabs.tabText(index) for index in range(view.samples.tabs.count())]


def test_nothing_is_chosen_at_first(qtbot: QtBot, link: DirectLink, document: Document) -> None:
    view = make_view(qtbot, link, document)
    assert view.title.text() == "No data yet"
    assert not view.form.isVisible()
    assert link.asked == []


def test_a_wider_window_gives_its_room_to_the_data(qtbot: QtBot, link: DirectLink, document: Document) -> None:
    view = make_view(qtbot, link, document, (1300, 700))
    sources, middle, form = (pane.width() for pane in (view.sources, view._middle, view._area))
    view.resize(1900, 700)
    assert [pane.width() for pane in (view.sources, view._middle, view._area)] == [sources, middle + 600, form]


def test_choosing_is_an_edit_of_the_document(qtbot: QtBot, link: DirectLink, document: Document) -> None:
    view = make_view(qtbot, link, document)
    choose(qtbot, view, "iris")
    assert section(document, "data")["source"] == "iris"
    assert document.undo_names[0] == "Choose Iris flowers"
    assert view.title.text() == "Iris flowers"
    assert tabs_of(view) == ["Samples", "Table", "Features", "Correlation", "Whitening", "One batch"]
    document.undo()
    assert view.title.text() == "No data yet"
    assert "data" not in document.sections


@pytest.mark.parametrize(
    ("kind", "sides"),
    [
        ("digits", ["Samples", "Features", "One batch"]),
        ("sine", ["Samples", "Series", "Features", "Correlation", "One batch"]),
    ],
)
def test_each_kind_of_data_has_its_sides(
    qtbot: QtBot, link: DirectLink, document: Document, kind: str, sides: list[str]
) -> None:
    view = make_view(qtbot, link, document)
    choose(qtbot, view, kind)
    assert tabs_of(view) == sides


def test_the_table_shows_the_values(qtbot: QtBot, link: DirectLink, document: Document) -> None:
    view = make_view(qtbot, link, document)
    choose(qtbot, view, "iris")
    model = view.samples.model
    heads = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert heads[:3] == ["species", "part", "sepal length [cm]"]
    assert [model.data(model.index(0, column)) for column in (0, 2)] == ["setosa", "5.1"]


def test_columns_are_measured_when_somebody_looks_and_not_all_of_their_cells(
    qtbot: QtBot, link: DirectLink, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred columns of all samples took two seconds, in which no window answers."""
    asked: list[int] = []
    data = SampleModel.data

    def counting(model: SampleModel, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        asked.append(index.row())
        return data(model, index, role)

    monkeypatch.setattr(SampleModel, "data", counting)
    monkeypatch.setattr(sample_table, "MEASURED", 320)
    view = make_view(qtbot, link, document)
    choose(qtbot, view, "breast_cancer")
    assert not asked
    view.samples.tabs.setCurrentWidget(view.samples.table)
    widths = {view.samples.table.columnWidth(column) for column in range(32)}
    assert len(widths) > 10
    assert 0 < max(asked) < view.samples.table.held.rowCount() // 2


def test_the_network_is_fitted_by_one_click(qtbot: QtBot, link: DirectLink, document: Document) -> None:
    view = make_view(qtbot, link, document)
    before = document.network.layer("input1"), document.network.layer("dense1")
    choose(qtbot, view, "iris")
    assert "vector of 4" in view.offer.text
    press(qtbot, view.offer, "Fit the network to this data")
    network = document.network
    assert network.layer("input1").values()["shape"] == {"kind": "vector", "sizes": [4]}
    assert network.layer("dense1").values()["units"] == 3
    assert view.offer.text == ""
    document.undo()
    assert (document.network.layer("input1"), document.network.layer("dense1")) == before
    assert document.undo_names[0] == "Choose Iris flowers"


def test_options_ask_for_another_preview(qtbot: QtBot, link: DirectLink, document: Document) -> None:
    view = make_view(qtbot, link, document)
    choose(qtbot, view, "digits")
    view.form.options.edited.emit("layout", "rows")
    qtbot.waitUntil(lambda: view.preview is not None and view.preview.inputs.ndim == 3)
    assert section(document, "data")["options"]["layout"] == "rows"
    assert "Series" in tabs_of(view)


def test_a_split_with_an_empty_part_is_told_of(qtbot: QtBot, link: DirectLink, document: Document) -> None:
    view = make_view(qtbot, link, document)
    choose(qtbot, view, "sine")
    with document.transaction("Set window"):
        data = section(document, "data")
        document.set_section("data", data | {"options": data["options"] | {"window": 400}})
    qtbot.waitUntil(lambda: "empty" in view.notice.text)
    assert view.preview is None


def test_a_file_of_the_users_own(qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{n * n % 7},{'even' if n % 2 == 0 else 'odd'}" for n in range(60))
    table = tmp_path / "numbers.csv"
    table.write_text(f"first,second,parity\n{rows}\n")
    view = make_view(qtbot, link, document)
    view.sources.file_chosen.emit(table)
    qtbot.waitUntil(lambda: view.preview is not None)
    assert section(document, "data")["source"] == "table"
    assert view.preview is not None
    assert sorted(view.preview.info.classes) == ["even", "odd"]


def test_a_file_that_is_not_there(qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path) -> None:
    view = make_view(qtbot, link, document)
    view.open_path(tmp_path / "nothing.csv")
    assert "nothing.csv" in view.notice.text
    assert "data" not in document.sections


def test_a_choice_that_cannot_be_read(qtbot: QtBot, link: DirectLink) -> None:
    view = make_view(qtbot, link, Document(sections={"data": {"source": "dragons"}}))
    assert "dragons" in view.notice.text


@given(st.sampled_from(SHARES), st.floats(0.05, 0.95), st.floats(0.05, 0.9))
def test_the_other_shares_give_way(name: str, value: float, train: float) -> None:
    rest = (1 - train) / 2
    split = Split(train=train, validation=rest, test=1 - train - rest)
    changed = changed_split(split, name, value)
    assert getattr(changed, name) == value
    assert sum(changed.shares) == pytest.approx(1)
    assert min(changed.shares) >= 0


def test_a_share_that_leaves_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(NetloomError, match="train"):
        changed_split(Split(), "train", 0.0)


def test_the_way_to_the_network_is_a_row_of_steps(qtbot: QtBot, link: DirectLink, document: Document) -> None:
    view = make_view(qtbot, link, document)
    choose(qtbot, view, "digits")
    assert view.pipeline.words() == ["8 × 8 pixels", "standardise", "network sees 1 × 8 × 8", "target: class 1 of 10"]
    view.form.options.edited.emit("layout", "rows")
    qtbot.waitUntil(lambda: "network sees 8 × 8" in view.pipeline.words())
    # In a narrow view the steps stand in several rows, each inside.
    view.pipeline.resize(200, 20)
    assert view.pipeline.height() > 2 * view.pipeline._labels[0].height()
    assert all(label.geometry().right() <= 200 for label in view.pipeline._labels)
    document.undo()
    document.undo()
    qtbot.waitUntil(lambda: not view.pipeline.isVisible())


def shows(view: DataView, title: str) -> bool:
    return view.preview is not None and view.preview.info.title == title


def test_columns_are_asked_for_only_where_a_table_names_the_pictures(
    qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path
) -> None:
    rows = ["file,label"]
    for number in range(12):
        path = tmp_path / "pets" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 5), 20 * number, np.uint8)).save(path)
        rows.append(f"{path.relative_to(tmp_path).as_posix()},{path.parent.name}")
    (tmp_path / "pets.csv").write_text("\n".join(rows))
    view = make_view(qtbot, link, document)
    for name, wanted in (("pets", False), ("pets.csv", True)):
        view.open_path(tmp_path / name)
        qtbot.waitUntil(partial(shows, view, name))
        shown = {spec.name for spec in view.form.options._specs}
        assert ("target" in shown) == ("parts" in shown) == ("column" in shown) == wanted
        assert {"path", "height", "width", "fit"} <= shown


@pytest.mark.parametrize("sizes", [(6,), (1,), (9, 2), (12, 12)])
def test_arrays_without_targets_are_shown_and_fitted(
    qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path, sizes: tuple[int, ...]
) -> None:
    """The network learns to reconstruct its input, which is its own target then."""
    np.save(tmp_path / "only.npy", np.random.default_rng(0).normal(size=(40, *sizes)))
    view = make_view(qtbot, link, document)
    view.open_path(tmp_path / "only.npy")
    qtbot.waitUntil(lambda: view.preview is not None)
    assert view.title.text() == "only" and "reconstruction" in view.facts.text()
    assert view.preview is not None and view.preview.info.target_field == view.preview.info.input_field
    if len(sizes) == 1:
        press(qtbot, view.offer, "Fit the network to this data")
        assert document.network.layer("dense1").values()["units"] == sizes[0]


def test_a_file_that_was_refused_is_tried_again(
    qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path
) -> None:
    (tmp_path / "only.npy").write_bytes(b"cut")
    view = make_view(qtbot, link, document)
    view.open_path(tmp_path / "only.npy")
    assert "holds no arrays" in view.reading.found.text()
    np.save(tmp_path / "only.npy", np.random.default_rng(0).normal(size=(40, 3)))
    press(qtbot, view.reading, "Try again")
    qtbot.waitUntil(lambda: view.preview is not None)
    assert not view.notice.text and not view.recipes.refused


def test_features_of_a_table_are_each_drawn_over_their_own_range() -> None:
    rows = np.array([[1.0, 10_000.0, 7.0], [2.0, 20_000.0, 7.0], [1.5, 30_000.0, 7.0]])
    assert over_own_range(rows).tolist() == [[0.0, 0.0, 0.5], [1.0, 0.5, 0.5], [0.5, 1.0, 0.5]]


def test_samples_of_a_table_are_names_and_values(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    lines = [f"{number % 5},{10_000 + number},{number % 2}" for number in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["few,many,target", *lines]), "utf-8")
    view = make_view(qtbot, link)
    view.open_path(tmp_path / "t.csv")
    qtbot.waitUntil(lambda: view.preview is not None)
    assert view.preview is not None
    np.testing.assert_array_equal(drawable(view.preview), view.preview.inputs)
    gallery = view.samples.gallery
    assert gallery.is_rows()
    assert gallery.cells(3) == [("few", "3"), ("many", "10,003")]
    assert "few 3, many 10,003" in gallery.tile_sentence(3, QPointF(), QRectF())

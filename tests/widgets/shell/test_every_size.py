"""At every size, scale and look no word is cut, nothing lies over another, and the window fits its screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from time import monotonic
from unittest.mock import patch

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QTabWidget

from app.protocol.training_messages import Stop
from app.training.runs import Run
from graph.editing.row_layout import row_places
from graph.network import Network, Position
from graph.project import project_json, write_project
from graph.shapes import image
from tests.widgets.conftest import chain, digits_project
from tests.widgets.shell.cut_words import cut_covers, cut_labels, faults
from tests.widgets.shell.lost_content import nameless_cards, shown, whole
from tests.widgets.shell.test_settling import PAGES, with_curves
from tests.widgets.shell.trained_window import LESSON, show_finished, show_results, take_lesson
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.level_of_detail import Level, level_at
from widgets.data.data_view import DataView
from widgets.look.stylesheet import stylesheet
from widgets.look.theme import ThemeSource
from widgets.shell.window import MainWindow
from widgets.training.busy_covers import BusyCovers
from widgets.training.pending_request import Pending
from widgets.training.training_panel import TrainPanel
from widgets.training.worker_link import WorkerLink
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.understand_tab import Tab

SCREENS = [
    (1024, 700, 100),  # a small projector
    (1366, 768, 100),  # a small laptop
    (1280, 720, 100),  # 1920 x 1080 at 150 %
    (960, 540, 100),  # 1920 x 1080 at 200 %
    (1024, 700, 150),  # the projector's text on a small screen
    (1366, 768, 150),
    (1366, 768, 200),
]
"""Width and height in device-independent pixels, and the size of the text in per cent."""
LOOKS = [(*screen, "light") for screen in SCREENS] + [(*SCREENS[3], "dark")]
"""In the dark look only the smallest screen: looks differ in nothing that takes room, which a test below holds."""


def settle() -> None:
    for _ in range(6):
        QApplication.processEvents()


def every_view(window: MainWindow, layer: str = "conv1") -> Iterator[str]:
    """Turn to each workspace and each of its tabs in turn, with a layer chosen on the canvas."""
    for page in PAGES:
        window.show_workspace(page)
        panel = window.workbench.panel(page)
        if isinstance(panel, DataView):
            yield from _tabs(page, panel.samples.tabs)
        elif isinstance(panel, TrainPanel):
            yield from _tabs(page, panel.tabs)
        elif isinstance(panel, UnderstandPanel):
            with patch.object(Tab, "lacks", lambda _subject: ""):  # as if each had something to show
                for kind in panel.views.kinds:
                    panel.views.bring(kind)
                    show_results(panel.tab)
                    yield f"{page}, {kind.title}"
        else:
            window.workbench.canvas.select([layer])
            for tabs in (window.workbench.side_panel, window.workbench.checks):
                yield from _tabs(page, tabs)
            column = window.workbench.left_column
            folded = not column.is_open
            column.show_tabs(True)
            yield from _tabs(page, window.workbench.left)
            column.show_tabs(not folded)


def _tabs(page: str, tabs: QTabWidget) -> Iterator[str]:
    for index in range(tabs.count()):
        if tabs.isTabVisible(index):
            tabs.setCurrentIndex(index)
            yield f"{page}, {tabs.tabText(index)}"
    tabs.setCurrentIndex(0)


def add_another_run(window: MainWindow, run: Path) -> None:
    """Draw a second run beside the one on show, with the long name of a project's own data."""
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.curves.add_run(run, "mydigits with two filters  10:25", 1)
    loss = panel.curves.loss.view
    for part in ("train", "validation"):
        curve = next(each for each in loss.curves if str(run) in each and part in each)
        for view in (loss, panel.curves.metric.view):
            view.append(curve, [1, 200, 400], [0.9, 0.4, 0.2])


@contextmanager
def every_pane_waiting(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let all that is empty wait for a worker that has been starting for some seconds."""
    waits = [Pending(Stop(), lambda _: None, None, since=monotonic() - 5)]
    busy = window.findChildren(BusyCovers)
    with monkeypatch.context() as patched:
        patched.setattr(WorkerLink, "pending_of", lambda *_: waits)
        for each in busy:
            each.refresh()
        yield
    for each in busy:
        each.refresh()


@pytest.mark.parametrize(("width", "height", "text", "look"), LOOKS)
def test_no_word_is_cut_at_any_size(
    window: MainWindow,
    project_file: Path,
    netloom_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    height: int,
    text: int,
    look: str,
) -> None:
    Run.create(netloom_home / "runs" / "A first attempt", project_json(digits_project()), {})
    window.preferences.set("theme", look)
    window.preferences.set("text_size", text)
    window.resize(width, height)
    settle()
    found = [f"start: {fault}" for fault in faults(window)]
    with_curves(window, project_file)
    show_finished(window, project_file.with_name("run"))
    add_another_run(window, project_file.with_name("other"))
    for view in every_view(window):
        settle()
        found += [f"{view}: {fault}" for fault in faults(window)]
        with every_pane_waiting(window, monkeypatch):
            found += [f"{view}, waiting: {fault}" for fault in cut_covers(window)]
        if (window.width(), window.height()) != (width, height):
            found.append(f"{view}: the window is {window.size().toTuple()}")
            window.resize(width, height)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("width", "height", "text"), SCREENS[:-1])  # twice as large, choices are scrolled to
def test_what_a_lesson_asks_is_in_sight_at_any_size(
    window: MainWindow, project_file: Path, width: int, height: int, text: int
) -> None:
    window.preferences.set("text_size", text)
    window.resize(width, height)
    with_curves(window, project_file)
    found = []
    for step in range(len(LESSON.steps)):
        take_lesson(window, step)
        for page in PAGES:
            window.show_workspace(page)
            settle()
            found += [f"step {step + 1}, {page}: {fault}" for fault in faults(window)]
            if (window.width(), window.height()) != (width, height):
                found.append(f"step {step + 1}, {page}: the window is {window.size().toTuple()}")
                window.resize(width, height)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", ["train", "understand"])
def test_choices_that_have_no_room_are_scrolled_to(window: MainWindow, project_file: Path, page: str) -> None:
    width, height, text = SCREENS[-1]
    window.preferences.set("text_size", text)
    window.resize(width, height)
    with_curves(window, project_file)
    take_lesson(window, 1)
    window.show_workspace(page)
    settle()
    lesson = window.workbench.lesson
    assert lesson.next.isVisible() and whole(lesson.next)
    assert lesson.area.isAncestorOf(lesson.question.entry) and not cut_labels(window)
    for choice in lesson.question.choices:
        lesson.area.ensureWidgetVisible(choice.label)
        assert whole(choice.label) and whole(choice.button), choice.text
        choice.button.setFocus()
    window.resize(width, 1400)
    settle()
    assert not lesson.area.isAncestorOf(lesson.question.entry) and whole(lesson.question.entry)
    assert lesson.question.choices[-1].button.hasFocus()


def two_in_a_row(network: Network) -> dict[str, Position]:
    """As high as a drawing of fourteen layers comes to be."""
    return {id_: (224.0 * (place % 2), 152.0 * (place // 2)) for place, id_ in enumerate(network.ids)}


def as_typed(network: Network) -> dict[str, Position]:
    """As layers come out that are typed in one line on a small screen."""
    return row_places(Network(), network, tuple(network.ids), (480.0, 420.0))


@pytest.mark.parametrize(("width", "height", "text"), [SCREENS[0], SCREENS[4]])
@pytest.mark.parametrize("places", [two_in_a_row, as_typed])
def test_a_network_of_many_layers_is_whole_and_named_in_a_low_canvas(
    window: MainWindow,
    project_file: Path,
    places: Callable[[Network], dict[str, Position]],
    width: int,
    height: int,
    text: int,
) -> None:
    layers: list[tuple[str, dict[str, object]]] = [("conv2d", {}), ("relu", {})] * 5 + [
        ("flatten", {}),
        ("dense", {"units": 10}),
        ("output", {}),
    ]
    project = digits_project()
    network = chain(("input", {"shape": image(1, 8, 8)}), *layers)
    for id_, place in places(network).items():
        network.replace_node(network.node(id_).moved(place))
    write_project(project_file, replace(project, network=network))
    window.preferences.set("text_size", text)
    window.resize(width, height)
    window.files.open(project_file)
    for page in PAGES[1:]:
        window.show_workspace(page)
        settle()
        (canvas,) = shown(window, CanvasView)
        seen = canvas.navigation.visible_region()
        assert not [id_ for id_, card in canvas.board.cards.items() if not seen.contains(card.rect)], page
        if places is as_typed:
            assert not nameless_cards(window), page
        else:  # so small that the longest names are cut in the middle
            assert level_at(canvas.navigation.zoom) is not Level.FAR, page


def test_looks_differ_in_nothing_that_takes_room() -> None:
    light, dark = ThemeSource("light").theme, ThemeSource("dark").theme
    sheets = [re.sub(r"#[0-9a-fA-F]{3,8}|rgba?\([^)]*\)|url\([^)]*\)", "", stylesheet(look)) for look in (light, dark)]
    assert sheets[0] == sheets[1]
    differing = [field.name for field in fields(light) if getattr(light, field.name) != getattr(dark, field.name)]
    assert all(name == "name" or _colours(getattr(light, name)) for name in differing)


def _colours(value: object) -> bool:
    values = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else [value]
    return all(isinstance(one, QColor) for one in values)

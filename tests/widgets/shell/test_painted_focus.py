"""Keyboard focus is seen on every class of widget of the product's own: charts, canvases, galleries, cards, lists."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

import widgets
from app.protocol.inference_values import PictureLook
from graph.checking.check import Checker
from graph.checking.layer_info import Problem, Severity
from graph.checking.network_hints import Hint
from graph.document import Document
from tests.widgets.conftest import digits_project
from widgets.canvas.popup_frame import PopupFrame
from widgets.charts.matrix_plot import MatrixPlot
from widgets.charts.rate_plot import RatePlot
from widgets.charts.sample_tiles import SampleTiles
from widgets.charts.sound_plots import FramePlot, SoundPlot
from widgets.charts.tiles import TileView
from widgets.comparing.network_picture import NetworkPicture
from widgets.data.correlation_view import CorrelationMatrix
from widgets.data.whitening_view import CloudPlot
from widgets.description.guide_reader import PageReader
from widgets.fields.open_editors import LongText
from widgets.fields.size_fields import LinkButton
from widgets.hints.hint_rows import HintRow
from widgets.inspector.function_plot import ActivationPlot
from widgets.look.layouts import vbox
from widgets.look.text_page import TextPage
from widgets.look.theme import ThemeSource
from widgets.panels.problems import ProblemRow
from widgets.plots.painted_view import PaintedView
from widgets.plots.plot_view import PlotView
from widgets.shell.window import MainWindow
from widgets.start.lesson_shelf import LessonCard, LessonSketch
from widgets.start.project_rows import FileRow, OpenRow, ProjectRow
from widgets.start.recent_project import RecentProject
from widgets.sweep.space_table import SpaceTable
from widgets.understand.try_it.drawing_board import DrawingBoard
from widgets.understand.try_it.mask_view import LargePicture

LEAST = 20
"""Pixels that focus changes at least: a ring, a mark or a line."""


BASES = (MatrixPlot, SampleTiles, TileView, LongText, TextPage, PaintedView, PlotView, PopupFrame, ProjectRow)
"""Classes of which only others are made."""


def network_picture(themes: ThemeSource) -> QWidget:
    document = Document(digits_project().network)
    return NetworkPicture(document, Checker(document), themes)


MADE: Mapping[type[QWidget], Callable[[ThemeSource], QWidget]] = {
    NetworkPicture: network_picture,
    PageReader: PageReader,
    LinkButton: lambda _: LinkButton(),
    HintRow: lambda themes: HintRow(Hint(Severity.HINT, None, None, "Two layers.", (), "rule", "Why."), "rule", themes),
    ProblemRow: lambda themes: ProblemRow(Problem(Severity.ERROR, None, None, "The network has no Input."), themes),
    ActivationPlot: ActivationPlot,
    LessonCard: lambda _: LessonCard(LessonSketch("one", "One", "Of it.", 5, (), 3), QWidget()),
    FileRow: lambda _: FileRow(RecentProject(Path("/digits.netloom"), "digits")),
    OpenRow: lambda _: OpenRow(RecentProject(None, "digits", unsaved=True)),
    SpaceTable: lambda _: SpaceTable(),
    CorrelationMatrix: CorrelationMatrix,
    CloudPlot: lambda themes: CloudPlot(themes, "Before", "No columns."),
    SoundPlot: SoundPlot,
    FramePlot: FramePlot,
    RatePlot: lambda themes: RatePlot(themes, "No rate was tried."),
    LargePicture: lambda themes: LargePicture(themes, "Prediction", ""),
    DrawingBoard: lambda themes: DrawingBoard(
        themes, PictureLook(channels=1, height=8, width=8, ground=0.0, ink=1.0, stroke=1.5)
    ),
}
"""What stands in no workspace at the beginning, or does not last there."""


def all_kinds() -> Iterator[type[QWidget]]:
    """Every class of widget of the product."""
    for module in pkgutil.walk_packages(widgets.__path__, "widgets."):
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and issubclass(kind, QWidget) and kind.__module__ == module.name:
                yield kind


@cache
def said_policies(module: ModuleType) -> dict[str, str]:
    """What each class of a module gives to `setFocusPolicy`, for those that call it."""
    source = inspect.getsource(module)
    lines, found = source.splitlines(), dict[str, str]()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            _, said, policy = "\n".join(lines[node.lineno - 1 : node.end_lineno]).partition("self.setFocusPolicy(")
            if said:
                found[node.name] = policy.partition(")")[0]
    return found


def is_reached_by_tab(kind: type[QWidget]) -> bool:
    """Whether Tab comes to such a widget: as its own class or one above it says, else as Qt's class does."""
    for each in kind.__mro__:
        if each.__module__.startswith("widgets."):
            said = said_policies(importlib.import_module(each.__module__)).get(each.__name__)
            if said is not None:
                return "NoFocus" not in said and "ClickFocus" not in said
        elif issubclass(each, QWidget):
            return bool(each().focusPolicy() & Qt.FocusPolicy.TabFocus)
    return False


def own_widgets(window: MainWindow) -> dict[type[QWidget], QWidget]:
    """One widget of each class of the product that is reached by Tab."""
    return {
        type(widget): widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and type(widget).__module__.startswith("widgets.")
    }


def build_all(window: MainWindow, project_file: Path) -> None:
    """Have every workspace and every view of Understand made."""
    window.files.open(project_file)
    for page in ("data", "network", "train", "understand"):
        window.show_workspace(page)
        QApplication.processEvents()
    panel = window.workbench.panel("understand")
    for kind in panel.views.kinds:  # type: ignore[union-attr]
        panel.view(kind)  # type: ignore[union-attr]


def pixels(image: QImage) -> npt.NDArray[np.uint32]:
    """The colours of a picture, row by row."""
    plain = image.convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(plain.constBits(), np.uint32).copy()


def changed_pixels(first: QImage, second: QImage) -> int:
    """How many pixels of two pictures of the same size differ."""
    assert second.size() == first.size()
    return int((pixels(first) != pixels(second)).sum())


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_focus_is_seen_on_every_class_of_the_window(
    window: MainWindow, project_file: Path, qtbot: QtBot, mode: str
) -> None:
    window.themes.set_mode(mode)  # type: ignore[arg-type]
    build_all(window, project_file)
    found = own_widgets(window)
    for made, make in MADE.items():
        found[made] = make(window.themes)
    needed = {kind for kind in all_kinds() if is_reached_by_tab(kind)}
    assert len(needed) > 80 and needed - set(found) == set(BASES)
    host, other = QWidget(), QPushButton("Elsewhere")
    qtbot.addWidget(host)
    host.resize(420, 300)
    rows = vbox(other, parent=host)
    host.show()
    host.activateWindow()
    unseen = []
    for kind, widget in found.items():
        if not isValid(widget):  # a row of a list that was written anew
            continue
        home = widget.parentWidget()
        rows.addWidget(widget)
        widget.setEnabled(True)
        widget.show()
        try:
            if seen_pixels(widget, other, qtbot) < LEAST:
                unseen.append(kind.__name__)
        finally:
            widget.hide()
            widget.setParent(
                home if home is not None and isValid(home) else window
            )  # the window closes what is its own
    assert unseen == []


def seen_pixels(widget: QWidget, other: QWidget, qtbot: QtBot) -> int:
    """How many pixels of ``widget`` change as the keyboard comes to it from ``other``."""
    other.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(other.hasFocus)
    QApplication.processEvents()
    without = widget.grab().toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert widget.hasFocus(), type(widget)
    QApplication.processEvents()
    return changed_pixels(without, widget.grab().toImage())

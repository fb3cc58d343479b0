"""Where Understand opens, and that a view is made when it is first looked at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.errors.errors_tab import ErrorsTab
from widgets.understand.filters_tab import FiltersTab
from widgets.understand.try_it.try_it_tab import TryItTab
from widgets.understand.weights_tab import WeightsTab


def trained(silent: Silent, folder: Path, name: str = "run") -> Path:
    document = make_document("digits", 1)
    silent.panel.subject.follow(document, None)
    return saved_run(folder / name, document)


def test_a_trained_project_opens_at_try_it(silent: Silent, tmp_path: Path) -> None:
    silent.panel.show_run(trained(silent, tmp_path))
    assert silent.asked == []  # nobody looks yet
    silent.panel.show()
    assert silent.panel.views.kind is TryItTab
    assert [kind for _, kind, _ in silent.asked] == ["DescribeInputs"]


def test_a_project_without_a_run_opens_inside(silent: Silent) -> None:
    silent.panel.subject.follow(make_document("digits", 1), None)
    silent.panel.show()
    assert silent.panel.views.kind is FiltersTab


def test_a_view_that_was_chosen_or_restored_stays(silent: Silent, tmp_path: Path) -> None:
    assert silent.panel.show_slug("weights")
    silent.panel.show_run(trained(silent, tmp_path))
    silent.panel.show()
    assert silent.panel.views.kind is WeightsTab


def test_while_somebody_looks_another_run_moves_nothing(silent: Silent, tmp_path: Path) -> None:
    silent.panel.show()
    assert silent.panel.views.kind is FiltersTab
    silent.panel.show_run(trained(silent, tmp_path))
    assert silent.panel.views.kind is TryItTab  # there was nothing to look at before
    silent.panel.subject.forget()
    silent.panel.show_run(trained(silent, tmp_path, "another"))
    silent.panel.show_run(trained(silent, tmp_path, "third"))
    assert silent.panel.views.kind is TryItTab


def test_views_are_made_when_they_are_first_looked_at(silent: Silent, tmp_path: Path) -> None:
    assert not silent.panel.views.made
    silent.panel.show_run(trained(silent, tmp_path))
    assert not silent.panel.views.made
    silent.panel.show()
    assert [type(tab) for tab in silent.panel.views.made] == [TryItTab]
    silent.panel.show_tab("Errors")
    assert [type(tab) for tab in silent.panel.views.made] == [TryItTab, ErrorsTab]
    errors = silent.panel.view(ErrorsTab)
    assert errors.isVisible() and not silent.panel.view(TryItTab).isVisible()
    assert any(kind == "Evaluate" for _, kind, _ in silent.asked)  # it knows the run
    silent.panel.show_tab("Try it")
    silent.panel.show_tab("Errors")
    assert silent.panel.view(ErrorsTab) is errors


def test_tab_goes_from_the_bar_into_a_view_that_was_made_late(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    silent.panel.show_run(trained(silent, tmp_path))
    silent.panel.show()
    silent.panel.activateWindow()
    silent.panel.show_tab("Errors")
    bar = silent.panel.views.bar
    bar.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(bar.hasFocus)
    qtbot.keyClick(bar, Qt.Key.Key_Tab)
    focus = QApplication.focusWidget()
    assert focus is not None and silent.panel.view(ErrorsTab).isAncestorOf(focus)

"""The groups of views: found by mouse and by keyboard, and no view that has nothing to say."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent
from widgets.understand.by_hand.by_hand_tab import ByHandTab
from widgets.understand.errors.errors_tab import ErrorsTab
from widgets.understand.frequency.frequency_tab import FrequencyTab
from widgets.understand.surface_tab import NO_PLANE, SurfaceTab
from widgets.understand.understand_tab import Group
from widgets.understand.view_groups import Views
from widgets.understand.why_tab import WhyTab

PATIENCE = 30_000


def titles(views: Views) -> list[str]:
    return [views.bar.tabText(row) for row in range(views.bar.count())]


def opened(silent: Silent, kind: str) -> Views:
    silent.panel.subject.follow(make_document(kind, 1), None)
    silent.panel.show()
    return silent.panel.views


def test_a_click_on_a_group_shows_its_views_and_the_one_seen_last(qtbot: QtBot, silent: Silent) -> None:
    views = opened(silent, "digits")
    assert views.tab.title == "Filters"
    qtbot.mouseClick(views.rail.button(Group.PREDICTIONS), Qt.MouseButton.LeftButton)
    assert titles(views) == ["Errors", "Why", "Similar"]
    qtbot.mouseClick(views.bar, Qt.MouseButton.LeftButton, pos=views.bar.tabRect(1).center())
    assert silent.panel.tab is silent.panel.view(WhyTab)
    assert views.sentence.text() == silent.panel.view(WhyTab).sentence
    qtbot.mouseClick(views.rail.button(Group.STEPS), Qt.MouseButton.LeftButton)
    assert silent.panel.tab is silent.panel.view(ByHandTab)
    qtbot.mouseClick(views.rail.button(Group.PREDICTIONS), Qt.MouseButton.LeftButton)
    assert silent.panel.tab is silent.panel.view(WhyTab)


def test_groups_and_views_are_reached_by_the_keyboard(qtbot: QtBot, silent: Silent) -> None:
    views = opened(silent, "digits")
    inside = views.rail.button(Group.INSIDE)
    silent.panel.activateWindow()
    inside.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is inside, timeout=PATIENCE)
    qtbot.keyClick(inside, Qt.Key.Key_Down)
    assert silent.panel.tab is silent.panel.view(ErrorsTab)
    assert QApplication.focusWidget() is views.rail.button(Group.PREDICTIONS)
    views.bar.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(views.bar, Qt.Key.Key_Right)
    assert silent.panel.tab is silent.panel.view(WhyTab)


@pytest.mark.parametrize(
    ("kind", "first", "absent"),
    [
        ("digits", "Filters", {"Decision surface"}),
        ("spirals", "Feature maps", {"Filters", "Frequencies"}),
        ("sine", "Feature maps", {"Filters", "Frequencies", "Decision surface"}),
    ],
)
def test_what_has_nothing_to_say_is_left_out(silent: Silent, kind: str, first: str, absent: set[str]) -> None:
    views = opened(silent, kind)
    assert views.tab.title == first
    offered = {kind.title for kind in views.kinds if views.offered(kind)}
    assert not offered & absent
    assert not silent.panel.show_slug("magic")
    for name in absent:
        assert not silent.panel.show_slug(name.lower().replace(" ", "-"))


def test_a_view_that_was_asked_for_explains_what_it_lacks(silent: Silent) -> None:
    views = opened(silent, "digits")
    silent.panel.show_tab("Decision surface")
    assert "Decision surface" in titles(views)
    assert silent.panel.view(SurfaceTab).plot.empty_text == NO_PLANE
    silent.panel.show_tab("Errors")
    assert "Decision surface" not in titles(views)


def test_a_view_that_was_chosen_stays_when_the_network_changes(silent: Silent) -> None:
    views = opened(silent, "digits")
    silent.panel.show_tab("Frequencies")
    silent.panel.subject.follow(make_document("spirals", 1), None)
    assert views.tab is silent.panel.view(FrequencyTab)
    silent.panel.show_tab("Weights")
    assert "Frequencies" not in titles(views)
    silent.panel.subject.follow(Document(), None)
    assert "Frequencies" in titles(views)


def test_every_view_has_a_sentence_and_a_name_of_its_own(silent: Silent) -> None:
    tabs = silent.panel.views.kinds
    assert len({tab.title for tab in tabs}) == len({tab.sentence for tab in tabs}) == len(tabs) > 10
    assert all(tab.title and tab.sentence and not tab.sentence.endswith(".") for tab in tabs)
    for group in {tab.group for tab in tabs}:
        button = silent.panel.views.rail.button(group)
        assert button.text() == group.value
        assert button.accessibleDescription() == group.says


def test_all_tabs_fit_into_a_small_window(silent: Silent) -> None:
    silent.panel.show()
    for kind in silent.panel.views.kinds:
        silent.panel.views.bring(kind)
    assert silent.panel.minimumSizeHint().width() <= 1024

"""The groups of views: found by mouse and by keyboard, and no view that has nothing to say."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.by_hand.by_hand_tab import ByHandTab
from widgets.understand.errors.errors_tab import ErrorsTab
from widgets.understand.frequency.frequency_tab import FrequencyTab
from widgets.understand.recurrent.recurrent_tab import NO_RECURRENT
from widgets.understand.surface_tab import NO_PLANE
from widgets.understand.try_it.try_it_tab import TryItTab
from widgets.understand.understand_tab import Group
from widgets.understand.view_groups import SCORES, Views
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


def test_the_sentence_and_the_name_of_the_run_share_the_room_beside_the_bar(silent: Silent) -> None:
    views, about = opened(silent, "digits"), silent.panel.about
    about.setText("lenet 12:30:05  ·  live  ·  not the network as it is drawn now  ·  trained on Digits")
    for width, whole in ((934, False), (1800, True)):
        silent.panel.resize(width, 440)
        for _ in range(4):
            QApplication.processEvents()
        lines = [views.sentence, about]
        assert [each.width() >= each.fontMetrics().horizontalAdvance(each.text()) for each in lines] == [whole, whole]
        for each in lines:
            each.grab()
            font, shown = each._fitting()
            assert shown == each.text() or each.toolTip() == each.text()
            assert whole or (font.pixelSize() > 0 and len(shown) > 20), shown
    assert about.maximumWidth() >= about.width() > 0


def test_views_that_are_listed_out_of_sight_are_whole_when_they_are_seen(silent: Silent) -> None:
    views = opened(silent, "digits")
    silent.panel.resize(1200, 440)
    views.bring(TryItTab)
    QApplication.processEvents()
    assert titles(views) == ["Try it"]
    silent.panel.hide()
    views.sentence.setText("The same in all views.")
    QApplication.processEvents()
    views.kind = ByHandTab
    views._list()
    assert views.bar.sizeHint().width() > views.bar.width()
    silent.panel.show()
    QApplication.processEvents()
    assert len(titles(views)) > 1 and views.bar.width() == views.bar.sizeHint().width()


def test_of_a_hinge_loss_views_say_that_scores_are_no_probabilities(silent: Silent) -> None:
    document = make_document("digits", 1)
    silent.panel.subject.follow(document, None)
    silent.panel.show()
    views = silent.panel.views
    views.bring(WhyTab)
    assert views.sentence.text() == WhyTab.sentence
    with document.transaction("Hinge"):
        document.set_section("plan", {"loss": "hinge"})
    silent.panel.subject.follow(document, None)
    assert views.sentence.text() == SCORES
    for told_in_scores in (ErrorsTab, TryItTab, ByHandTab):
        views.bring(told_in_scores)
        assert views.sentence.text() == told_in_scores.sentence


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


def test_a_group_without_a_view_for_the_network_is_grey_and_says_why(qtbot: QtBot, silent: Silent) -> None:
    views = opened(silent, "digits")
    button, before = views.rail.button(Group.TIME), views.kind
    assert NO_RECURRENT in html.unescape(button.toolTip()) and button.accessibleDescription() == NO_RECURRENT
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert views.kind is before and not button.isChecked()
    assert [group for group in Group if not views.rail.button(group).isEnabled()] == [Group.TIME]
    silent.panel.subject.follow(make_document("sine", 1), None)
    assert button.accessibleDescription() == Group.TIME.says
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert titles(views) == ["Unrolled", "Gates", "Gradients"]
    silent.panel.subject.follow(make_document("digits", 1), None)
    assert titles(views) == ["Unrolled"] and not button.isEnabled()
    assert views.nothing.isVisible() and views.nothing.text() == NO_RECURRENT


def test_what_needs_a_trained_network_is_one_sentence_before(silent: Silent, tmp_path: Path) -> None:
    views = opened(silent, "digits")
    wanted = [kind for kind in views.kinds if kind.no_run and views.offered(kind)]
    assert len(wanted) > 7
    for kind in wanted:
        silent.panel.show_tab(kind.title)
        assert views.nothing.isVisible() and views.nothing.text() == kind.no_run
        assert views.on_screen is None
    silent.panel.show_run(saved_run(tmp_path / "run", make_document("digits", 1)))
    assert views.on_screen is silent.panel.tab and views.on_screen.isVisible()
    assert not views.nothing.isVisible()
    silent.panel.subject.forget()
    assert views.nothing.isVisible() and views.on_screen is None


def test_while_a_training_starts_that_is_what_is_said(silent: Silent) -> None:
    views = opened(silent, "digits")
    silent.panel.show_tab("Errors")
    assert views.nothing.text() == ErrorsTab.no_run
    silent.panel._controller.train(make_document("digits", 1))
    assert views.nothing.isVisible() and views.nothing.text() == "The training starts…"


def test_what_works_before_training_is_there_before_training(silent: Silent) -> None:
    views = opened(silent, "sine")
    for kind in (kind for kind in views.kinds if not kind.no_run and views.offered(kind)):
        silent.panel.show_tab(kind.title)
        assert not views.nothing.isVisible() and silent.panel.view(kind).isVisible()


def test_a_view_that_was_asked_for_explains_what_it_lacks(silent: Silent) -> None:
    views = opened(silent, "digits")
    silent.panel.show_tab("Decision surface")
    assert "Decision surface" in titles(views)
    assert views.nothing.isVisible() and views.nothing.text() == NO_PLANE
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
    assert max(len(tab.sentence) for tab in tabs) <= 60, "there is a line beside the tabs, and the name of the run"
    for group in {tab.group for tab in tabs}:
        button = silent.panel.views.rail.button(group)
        assert button.text() == group.value
        assert button.accessibleDescription() == group.says


def test_all_tabs_fit_into_a_small_window(silent: Silent) -> None:
    silent.panel.show()
    for kind in silent.panel.views.kinds:
        silent.panel.views.bring(kind)
    assert silent.panel.minimumSizeHint().width() <= 1024

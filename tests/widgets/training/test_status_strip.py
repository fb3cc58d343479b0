"""The strip above the plots."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.protocol.events import EvaluationProgress, TrainingProgress
from app.training.kept_epoch import KeptEpoch
from tests.app.protocol.samples import epoch, started
from widgets.tour.painted_text import visible_words
from widgets.training.status_strip import StatusStrip
from widgets.training.training_state import State


def test_figures_are_told_whole_or_in_fewer_words(qtbot: QtBot) -> None:
    """Where there is little room, what judges the network stays: its metric on validation samples."""
    strip = StatusStrip()
    qtbot.addWidget(strip)
    strip.resize(1200, 36)
    strip.show()
    strip.on_start(started())
    figures = {"train": {"loss": 0.25, "accuracy": 0.9}, "validation": {"loss": 0.5, "accuracy": 0.8}}
    strip.on_epoch(epoch(**figures))
    qtbot.waitUntil(lambda: "train 0.25" in strip.figures.text() and "validation 80.0 %" in strip.figures.text())
    said = [strip.figures.text()]
    for width in range(1200, 260, -20):
        strip.resize(width, 36)
        QApplication.processEvents()
        strip._fit_figures()
        said.append(strip.figures.text())
    assert list(dict.fromkeys(said)) == list(strip._figures)
    assert strip._figures[1].startswith("Last epoch:  Loss  validation")
    assert strip._figures[2:] == (
        "Last epoch:  Accuracy  validation 80.0 %",
        "Accuracy  validation 80.0 %",
        "Accuracy  80.0 %",
    )
    assert "train 0.25" in strip.figures.toolTip()


def test_of_a_run_that_is_over_the_figures_are_those_of_the_weights_that_are_kept(qtbot: QtBot) -> None:
    strip = StatusStrip()
    qtbot.addWidget(strip)
    strip.resize(1200, 36)
    strip.show()
    strip.show_kept(KeptEpoch(12, True, {"loss": 0.25}, {"loss": 0.5}))
    qtbot.waitUntil(lambda: strip.figures.text() == "Best epoch, 12:  Loss  train 0.2500  validation 0.5000")


def test_what_is_missed_least_goes_first_and_no_word_is_cut(qtbot: QtBot) -> None:
    holder = QWidget()  # a window would be kept as wide as all of its words
    qtbot.addWidget(holder)
    holder.resize(1200, 60)
    strip = StatusStrip(holder)
    holder.show()
    strip.on_start(started(epochs=30))
    strip.on_progress(TrainingProgress(30, 5, 10, 19_590.0, 0.0))
    strip.show_state(State.FINISHED, "Trained: 98.9 % on the test set")
    strip.offer_errors(True)
    strip.tell_overfitting(False)
    seen = []
    for width in (1200, 0, 0, 0):
        strip.resize(width or strip._wanted() - 1, 36)
        QApplication.processEvents()
        shown = [label for label in (strip.state, strip.epoch, strip.speed, strip.overfitting) if label.isVisible()]
        assert [label.text() for label in shown if label.width() < label.sizeHint().width()] == []
        seen.append(len(shown))
    assert seen[0] == 4 and seen[-1] == 1 and seen == sorted(seen, reverse=True)
    strip.resize(1200, 36)
    assert strip.speed.isVisible() and strip.epoch.isVisible()


def test_the_bar_stands_for_all_epochs_and_says_how_long_they_take(qtbot: QtBot) -> None:
    strip = StatusStrip()
    qtbot.addWidget(strip)
    strip.show()
    strip.on_start(started(epochs=20))
    assert (strip.bar.value(), strip.epoch.text()) == (0, "Epoch 1 of 20")
    strip.on_progress(TrainingProgress(11, 5, 10, 100.0, 36.0))
    assert (strip.bar.value(), strip.epoch.text()) == (525, "Epoch 11 of 20, 36 s left")
    strip.on_epoch(epoch(epoch=11, epochs=20))
    assert (strip.bar.value(), strip.epoch.text()) == (550, "Epoch 11 of 20, 36 s left")
    strip.show_state(State.FINISHED)
    assert (strip.bar.value(), strip.epoch.text()) == (550, "Epoch 11 of 20")
    assert "all epochs" in strip.bar.accessibleName()


def test_the_test_at_the_end_says_how_far_it_is(qtbot: QtBot) -> None:
    strip = StatusStrip()
    qtbot.addWidget(strip)
    strip.show()
    strip.on_start(started(epochs=5))
    strip.on_epoch(epoch(epoch=5, epochs=5))
    strip.on_testing(EvaluationProgress(4096, 10_000))
    assert (strip.state.text(), strip.epoch.text()) == ("Testing", "4,096 of 10,000 test samples")
    assert strip.bar.value() == 410 and strip.bar.accessibleName() == "Progress of the test"
    strip.show_state(State.FINISHED)
    assert strip.epoch.text() == "Epoch 5 of 5" and "all epochs" in strip.bar.accessibleName()


def test_of_a_run_that_is_over_it_is_told_whether_it_overfits(qtbot: QtBot) -> None:
    strip = StatusStrip()
    qtbot.addWidget(strip)
    strip.resize(1200, 36)
    strip.show()
    for answer, words in ((True, "overfits"), (False, "no sign of overfitting")):
        strip.tell_overfitting(answer)
        assert words in visible_words(strip).splitlines()
    strip.tell_overfitting(False, falling="The best epoch was the last.")
    assert "still falling: more epochs may help" in visible_words(strip).splitlines()
    strip.tell_overfitting(None, falling="The best epoch was the last.")
    assert "overfit" not in visible_words(strip) and "falling" not in visible_words(strip)

"""A text is typed, and what it is predicted to be follows; messages are the test's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication, QTabWidget
from pytestqt.qtbot import QtBot

from app.protocol.inference_messages import (
    DescribeInputs,
    InputsDescribed,
    NewSamplePredicted,
    PredictNewSample,
    ReadSample,
    SampleRead,
)
from app.protocol.inference_values import InputForm, NewSample, OutputPrediction
from app.protocol.messages import Array
from app.protocol.values import FieldFacts
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.try_it.text_editor import TextEditor
from widgets.understand.try_it.try_it_tab import TryItTab

WORDS = FieldFacts("text", "tokens", (8,), vocabulary=40)
MOOD = FieldFacts("mood", "vector", (2,), classes=("sorry", "glad"))


def predicted(glad: float, *notes: str) -> NewSamplePredicted:
    output = OutputPrediction(
        output="output1",
        kind="classes",
        target=MOOD,
        values=np.array([1 - glad, glad], np.float32),
        chosen=(int(glad > 0.5),),
        sure=max(glad, 1 - glad),
    )
    return NewSamplePredicted(outputs=(output,), notes=notes)


def opened(silent: Silent, folder: Path) -> TryItTab:
    """The tab with a text from the data, which is predicted to be glad."""
    silent.panel.show()
    silent.panel.show_run(saved_run(folder / "run", make_document("digits", 1)))
    silent.panel.show_tab("Try it")
    form = InputForm(field=WORDS, editor="text", unit="word")
    silent.reply(DescribeInputs, InputsDescribed(forms=(form,), parts={"test": 5}))
    sample = NewSample(arrays={"text": np.zeros(8, np.int64)}, texts={"text": "a lovely film"})
    silent.reply(ReadSample, SampleRead(sample=sample, place=0, count=5, target=np.array(1), target_field=MOOD))
    return silent.panel.view(TryItTab)


def answer(qtbot: QtBot, silent: Silent, reply: NewSamplePredicted) -> PredictNewSample:
    """Answer the newest request for a prediction, and return it."""
    qtbot.waitUntil(lambda: any(kind == "PredictNewSample" for _, kind, _ in silent.asked))
    request = silent.request(PredictNewSample)
    silent.reply(PredictNewSample, reply)
    return request


def test_what_is_typed_is_predicted_and_unknown_words_are_told(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    assert answer(qtbot, silent, predicted(0.9)).sample.texts == {"text": "a lovely film"}
    assert tab.prediction.outputs[0].words.text() == "glad"
    assert tab.prediction.outputs[0].sure.text() == "90.0 % sure"
    assert tab.prediction.truth.text() == "Sample 1 (test set); true: glad"
    [editor] = tab.editors
    assert isinstance(editor, TextEditor)
    editor.field.selectAll()
    qtbot.keyClicks(editor.field, "a dire zyzzyva")
    request = answer(qtbot, silent, predicted(0.2, "Not among the words of training: “zyzzyva”; it counts as unknown."))
    assert request.sample.texts["text"] == "a dire zyzzyva"
    assert tab.prediction.outputs[0].words.text() == "sorry"
    assert "zyzzyva" in tab.prediction.notes.text()


def test_while_a_reply_is_awaited_no_second_request_goes_out(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    qtbot.waitUntil(lambda: tab.latest.sent == 1)
    [editor] = tab.editors
    assert isinstance(editor, TextEditor)
    for letter in "abcdef":
        qtbot.keyClicks(editor.field, letter)
        QApplication.processEvents()
    qtbot.wait(60)
    assert tab.latest.sent == 1
    answer(qtbot, silent, predicted(0.9))
    assert tab.latest.sent == 2
    assert silent.request(PredictNewSample).sample.texts["text"].count("f") == 2  # the latest text, with “film”


def test_an_empty_text_asks_for_one(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    answer(qtbot, silent, predicted(0.9))
    [editor] = tab.editors
    assert isinstance(editor, TextEditor)
    editor.field.clear()
    assert tab.prediction.says.text() == "Type a text."
    assert not tab.prediction.outputs[0].isVisible()


def test_a_refusal_is_said_in_the_place_of_the_prediction(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    qtbot.waitUntil(lambda: tab.latest.sent == 1)
    silent.refuse("PredictNewSample", "“x” is not among the tokens.")
    assert tab.prediction.says.text() == "“x” is not among the tokens."


def test_several_inputs_stand_in_tabs_and_go_together(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    silent.panel.show()
    silent.panel.show_run(saved_run(tmp_path / "run", make_document("digits", 1)))
    silent.panel.show_tab("Try it")
    numbers = FieldFacts("window", "sequence", (3, 1))
    forms = (InputForm(field=WORDS, editor="text", unit="word"), InputForm(field=numbers, editor="values"))
    silent.reply(DescribeInputs, InputsDescribed(forms=forms, parts={"test": 5}))
    arrays: dict[str, Array] = {
        "text": np.zeros(8, np.int64),
        "window": np.ones((3, 1), np.float32),
        "length": np.array([3]),
    }
    sample = NewSample(arrays=arrays, texts={"text": "a lovely film"})
    silent.reply(ReadSample, SampleRead(sample=sample, place=0, count=5))
    tab = silent.panel.view(TryItTab)
    tabs = tab._holder
    assert isinstance(tabs, QTabWidget) and [tabs.tabText(row) for row in range(tabs.count())] == ["text", "window"]
    sent = answer(qtbot, silent, predicted(0.9)).sample
    assert sent.texts == {"text": "a lovely film"}
    assert set(sent.arrays) == {"text", "window", "length"}


def test_where_to_start_from_is_offered_once_it_is_known(silent: Silent, tmp_path: Path) -> None:
    silent.panel.show()
    silent.panel.show_run(saved_run(tmp_path / "run", make_document("digits", 1)))
    silent.panel.show_tab("Try it")
    tab = silent.panel.view(TryItTab)
    assert tab.nothing.isVisible() and not tab.controls.isVisible()
    form = InputForm(field=WORDS, editor="text", unit="word")
    silent.reply(DescribeInputs, InputsDescribed(forms=(form,), parts={"test": 5}))
    assert tab.page.isVisible() and tab.controls.isVisible()
    silent.panel.show_run(saved_run(tmp_path / "other", make_document("digits", 1)))
    silent.refuse("DescribeInputs", "The weights were altered.")
    assert tab.nothing.text() == "The weights were altered." and not tab.controls.isVisible()

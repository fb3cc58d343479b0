"""A clip that is tried out: its frames, and below each what the network says happens in it."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from app.protocol.inference_values import InputForm, NewSample, OutputPrediction
from app.protocol.values import FieldFacts
from widgets.look.theme import ThemeSource
from widgets.understand.try_it.values_editor import ValuesEditor


def said(text: str) -> tuple[OutputPrediction, ...]:
    target = FieldFacts("event", "tokens", (3,), (), (), (), 4, False)
    return (OutputPrediction(output="output1", kind="text", target=target, values=np.zeros(0), text=text),)


def test_a_word_for_every_frame_stands_below_it(qtbot: QtBot) -> None:
    clip = FieldFacts("clip", "video", (3, 1, 8, 8), (), (), (), 0, False)
    editor = ValuesEditor(ThemeSource(), InputForm(field=clip, editor="values"))
    qtbot.addWidget(editor)
    editor.show()
    editor.show_sample(NewSample(arrays={"clip": np.zeros((3, 1, 8, 8), np.float32)}))
    assert editor.tile.count() == 1  # a strip of all frames
    editor.show_prediction(said("a sentence of other length"))
    assert editor.tile.count() == 1
    editor.show_prediction(said("stands left turns"))
    assert editor.tile.isVisible() and editor.tile.count() == 3
    answers = [editor.tile._answer(frame) for frame in range(3)]
    assert [answer.words for answer in answers if answer is not None] == ["says stands", "says left", "says turns"]
    assert not editor.grab().isNull()

"""Attention of the open project: what is asked for a sample, and what is shown of the reply."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from app.protocol.recurrent_messages import Attention, ReadAttention
from app.protocol.recurrent_values import AttentionWeights
from tests.widgets.understand.recurrent.test_gates_tab import document_of, wait_for
from tests.widgets.understand.silent import Silent
from widgets.understand.recurrent.attention_tab import AttentionTab


def shown(qtbot: QtBot, silent: Silent, attention: AttentionWeights) -> AttentionTab:
    """The tab after a reply about the first sample."""
    silent.open(document_of("dates_attention"), "Attention")
    silent.show_data()
    tab = silent.panel.view(AttentionTab)
    wait_for(qtbot, silent, ReadAttention)
    request = silent.request(ReadAttention)
    assert (request.layer, request.sample) == ("attention", tab.gallery.position)
    assert request.project is not None
    silent.reply(ReadAttention, Attention(attention=attention))
    return tab


def test_what_the_network_writes_stands_beside_what_it_should(qtbot: QtBot, silent: Silent) -> None:
    weights, keys = np.full((2, 3), 1 / 3, np.float32), ("5", "J", "7")
    written = AttentionWeights(
        weights=weights, queries=("1", "9"), keys=keys, generated=True, prediction="19", label="1976"
    )
    tab = shown(qtbot, silent, written)
    assert tab.prediction.text() == "It writes 19, but it should be 1976"
    assert tab.says.text() == "untrained weights"
    assert not tab.map.is_empty()


def test_of_steps_that_are_no_words_nothing_is_said(qtbot: QtBot, silent: Silent) -> None:
    weights = np.ones((1, 1), np.float32)
    tab = shown(qtbot, silent, AttentionWeights(weights=weights, queries=("1",), keys=("1",)))
    assert tab.prediction.text() == ""
    tab.look_anew()
    wait_for(qtbot, silent, ReadAttention)
    silent.refuse("ReadAttention", "The data cannot be read.")
    assert tab.map.is_empty()
    assert tab.map.empty_text == "The data cannot be read."

"""Where a network looks while it writes: the weights of an attention layer for one sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from app.protocol.messages import ModelRequest
from app.protocol.recurrent_messages import Attention, ReadAttention
from graph.network import Network
from graph.structure.blocks import Block
from widgets.charts.attention_map import AttentionMap
from widgets.look.labels import text_label
from widgets.look.theme import ThemeSource
from widgets.understand.recurrent.recurrent_tab import SampledTab
from widgets.understand.subject import Subject

NO_ATTENTION = "This network has no attention layer, so it does not look back. The example “Dates: attention” has one."
EMPTY = "Open a network with an attention layer, such as the example “Dates: attention”."


class AttentionTab(SampledTab):
    """Samples to pick from, and the weights: one row for each step written, one column for each step read."""

    title = "Attention"
    place = 1
    sentence = "Where the network looks while it writes each word"
    shows_layers = "only attention layers look back"
    none, empty = NO_ATTENTION, EMPTY

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(source, subject, parent)
        self.map = AttentionMap(source, "Attention", EMPTY)
        self.map.setObjectName("attention")
        self.prediction = text_label("", self)
        self.bar.addWidget(self.prediction)
        self.bar.addStretch(1)
        self.bar.addWidget(self.says)
        self.column.addWidget(self.beside(self.map), 1)

    @classmethod
    def layers_of(cls, network: Network) -> list[str]:
        """The attention layers by their paths."""
        return attention_layers(network)

    def make_request(self) -> ModelRequest[Any] | None:
        """The weights of the layer for the sample that was picked."""
        sample = self.gallery.position
        return None if sample is None else ReadAttention(layer=self.picker.chosen, sample=sample)

    def show_reply(self, reply: Attention) -> None:
        """Show where the network looks in the sample."""
        attention = reply.attention
        wrong = "" if attention.prediction == attention.label else f", but it should be {attention.label}"
        self.prediction.setText(f"It writes {attention.prediction}{wrong}" if attention.generated else "")
        self.map.set_weights(attention.weights, attention.queries, attention.keys, written=attention.generated)

    def show_nothing(self, words: str) -> None:
        """Show no weights."""
        self.prediction.clear()
        self.map.set_empty_text(words)
        self.map.set_weights(np.zeros((0, 0)), [], [], written=False)


def attention_layers(network: Network, before: str = "") -> list[str]:
    """The attention layers by their paths, ``block1.attention1``, in the network's order."""
    paths: list[str] = []
    for id_ in network.ordered():
        node = network.node(id_)
        if node.muted:
            continue
        if node.layer.has_attention:
            paths.append(f"{before}{node.tied or id_}")
        elif isinstance(node.layer, Block):
            paths += attention_layers(node.layer.body.network, f"{before}{id_}.")
    return list(dict.fromkeys(paths))

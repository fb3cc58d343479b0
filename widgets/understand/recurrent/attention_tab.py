"""Where a network looks while it writes: the weights of an attention layer for one sample."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QLabel, QWidget

from app.protocol.loose import Loose as Message
from graph.network import Network
from graph.structure.blocks import Block
from widgets.charts.attention_map import AttentionMap
from widgets.look.theme import ThemeSource
from widgets.understand.recurrent.recurrent_tab import SampledTab
from widgets.understand.subject import Subject

NO_ATTENTION = "This network has no attention layer, so it does not look back. The example “Dates: attention” has one."
EMPTY = "Open a network with an attention layer, such as the example “Dates: attention”."


class AttentionTab(SampledTab):
    """Samples to pick from, and the weights: one row for each step written, one column for each step read."""

    title = "Attention"
    place = 1
    sentence = "Which part of its input the network looks at for each word it writes"
    asks = "attention"
    none, empty = NO_ATTENTION, EMPTY

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(source, subject, parent)
        self.map = AttentionMap(source, "Attention", EMPTY)
        self.map.setObjectName("attention")
        self.answer = QLabel(self)
        self.bar.addWidget(self.answer)
        self.bar.addStretch(1)
        self.bar.addWidget(self.says)
        self.column.addWidget(self.beside(self.map), 1)

    def layers_of(self, network: Network) -> list[str]:
        """The attention layers by their paths."""
        return attention_layers(network)

    def show_found(self, message: Message) -> None:
        """Show where the network looks in the sample."""
        fields = message.fields
        right = fields["says"] == fields["truth"]
        wrong = "" if right else f", but it should be {fields['truth']}"
        self.answer.setText(f"It writes {fields['says']}{wrong}" if fields["written"] else "")
        self.map.set_weights(message.arrays["weights"], fields["asked"], fields["read"], written=fields["written"])

    def show_nothing(self, words: str) -> None:
        """Show no weights."""
        self.answer.clear()
        self.map.set_empty_text(words)
        self.map.set_weights(np.zeros((0, 0)), [], [], written=False)


def attention_layers(network: Network, before: str = "") -> list[str]:
    """The attention layers by their paths, ``block1.attention1``, in the network's order."""
    found: list[str] = []
    for id_ in network.ordered():
        node = network.node(id_)
        if node.muted:
            continue
        if node.layer.has_attention:
            found.append(f"{before}{node.tied or id_}")
        elif isinstance(node.layer, Block):
            found += attention_layers(node.layer.body.network, f"{before}{id_}.")
    return list(dict.fromkeys(found))

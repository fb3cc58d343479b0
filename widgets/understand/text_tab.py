"""Text generation: a person types a beginning, and the network goes on, each token with its probability."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.data.readers.tokens import END, split_text
from app.numerics.strokes import is_drawing
from app.protocol.text_messages import ContinuedText, ContinueText
from app.protocol.text_values import STRATEGIES, Decoding, WrittenText, WrittenToken
from app.system.number_format import format_percent
from widgets.charts.stroke_drawing import StrokeDrawing
from widgets.look.labels import MarkupLabel, text_label
from widgets.look.layouts import boxed, hbox, hsplit, vbox
from widgets.look.plain_text import joined, markup, plain_tip
from widgets.look.scrolled import scrolled
from widgets.look.terms import name_columns
from widgets.look.theme import ThemeSource
from widgets.understand.melody_pane import MelodyPane
from widgets.understand.piecewise_request import PiecewiseRequest
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

NO_NEXT = (
    "This network does not predict the next word or character of a text. “LSTM goes on with a sentence” among the "
    "examples does."
)
TITLES = {"greedy": "Greedy: the likeliest", "sample": "Sample: by chance", "beam": "Beam search"}
"""Strategies as people read them."""
SAYS = {
    "greedy": "The likeliest token each time: always the same text.",
    "sample": "By chance, as the probabilities say. A low temperature is careful, a high one daring.",
    "beam": "Several texts are followed at once; what stands here is the likeliest as a whole, and may still change.",
}
LARGE = '<span style="font-size: large; white-space: pre-wrap">{}{}</span>'
OTHERS = 4
"""Tokens that might have been, beside the one that was written, at most."""
RARE = 5e-4
"""Probability below which none of them is told."""


class TextTab(Tab):
    """A beginning, how to go on, the text as it grows, and a table of its tokens."""

    title = "Text that goes on"
    place = 2
    sentence = "Type a beginning, and see it go on token by token"
    group = Group.TRY
    no_run = "Train the network, then let it go on with a text of yours."

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self._source = source
        self.beginning = QLineEdit(self)
        self.strategy = QComboBox(self)
        self.temperature = QDoubleSpinBox(self, minimum=0.1, maximum=10.0, singleStep=0.1, decimals=1, value=1.0)
        self.top_k = _whole(self, 0, 1000, 0)
        self.beams = _whole(self, 1, 64, 4)
        self.seed = _whole(self, 0, 2**31 - 1, 0)
        self.tokens = _whole(self, 1, 500, 40)
        self.write = QPushButton("Write", self)
        self.text = MarkupLabel("", self)
        self.about = text_label("", self, look="faint", wrap=True)
        self.table = QTableWidget(self)
        self.melody = MelodyPane(source, subject, self)
        self.drawing = StrokeDrawing(source, self)
        self.work = PiecewiseRequest(subject, self)
        self._asked = self._shown = ""
        self._reply: ContinuedText | None = None
        self._lay_out()
        self._connect()
        self._show_settings()
        self._show_nothing()

    # Building

    def _lay_out(self) -> None:
        for strategy in STRATEGIES:
            self.strategy.addItem(TITLES[strategy], strategy)
        self.strategy.setCurrentIndex(STRATEGIES.index("sample"))
        self.top_k.setSpecialValueText("all")
        self.beginning.setPlaceholderText("How the text begins")
        self.beginning.setMinimumWidth(260)
        self.write.setToolTip("Go on with the text (Return)")
        named = (
            ("Beginning", self.beginning), ("Strategy", self.strategy), ("Temperature", self.temperature),
            ("Top k", self.top_k), ("Seed", self.seed), ("Beams", self.beams), ("Tokens", self.tokens),
        )  # fmt: skip
        self._fields: dict[str, QWidget] = {}
        for name, field in named:
            field.setAccessibleName(name)
            # A caption and its field go on in the next line together.
            self._fields[name] = boxed(hbox(text_label(name, self, look="faint", buddy=field), (field, 1), spacing=6))
            self.bar.addWidget(self._fields[name], 1 if field is self.beginning else 0)
        self.bar.addWidget(self.write)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.text.setAccessibleName("The text so far")
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._set_up_table()
        words = (self.about, (scrolled(self.text), 1), (self.melody, 2), (self.drawing, 4))
        page = boxed(vbox(*words, margins=(12, 4, 8, 8), spacing=8))
        self.column.addWidget(hsplit((page, 1), (self.table, 1), sizes=(480, 480), least=200), 1)

    def _set_up_table(self) -> None:
        table = self.table
        table.setAccessibleName("Tokens that were written")
        name_columns(table, "Token", "Probability", "It might also have been")
        table.verticalHeader().setVisible(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)

    def _connect(self) -> None:
        self.strategy.currentIndexChanged.connect(self._show_settings)
        self.beginning.returnPressed.connect(self._begin)
        self.write.clicked.connect(self._begin_or_stop)
        self.work.grown.connect(self._on_grown)
        self.work.failed.connect(self._on_refused)
        self.work.running_changed.connect(self._show_running)
        self._source.changed.connect(self._show_text)

    # The panel

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """A target that holds the next tokens."""
        info = subject.data_info
        return NO_NEXT if info is None or not any(field.next_of for field in info.fields) else ""

    def on_subject(self) -> None:
        """What was written by another run is of no use."""
        self.work.cancel()
        self._show_nothing()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is written unseen."""
        self.work.cancel()
        super().hideEvent(event)

    # Asking

    @property
    def decoding(self) -> Decoding:
        """How tokens are chosen, as the fields say."""
        return Decoding(
            strategy=self.strategy.currentData(),
            temperature=self.temperature.value(),
            top_k=self.top_k.value(),
            beams=self.beams.value(),
            seed=self.seed.value(),
        )

    def _begin(self) -> None:
        if not self.subject.ready:
            return
        self._asked = self.beginning.text()
        self.work.begin(ContinueText(beginning=self._asked, decoding=self.decoding, tokens=self.tokens.value()))

    def _begin_or_stop(self) -> None:
        if self.work.running:
            self.work.cancel()
        else:
            self._begin()

    # Showing

    def _show_settings(self) -> None:
        strategy = self.strategy.currentData()
        own = {"Temperature": "sample", "Top k": "sample", "Seed": "sample", "Beams": "beam"}
        for name, wanted in own.items():
            self._fields[name].setVisible(strategy == wanted)
        if self._reply is None:
            self.about.setText(SAYS[strategy])

    def _show_running(self, running: bool) -> None:
        self.write.setText("Stop" if running else "Write")

    def _show_nothing(self) -> None:
        self._reply = None
        self.text.show_text("")
        self.table.setRowCount(0)
        self.melody.hide()
        self.drawing.hide()
        self.about.setText(SAYS[self.strategy.currentData()])

    def _on_grown(self, reply: ContinuedText) -> None:
        self._reply, self._shown = reply, self._asked
        ended = " The network has ended it." if reply.texts[0].ended else ""
        self.about.setText(f"{SAYS[self.strategy.currentData()]}{ended} {reply.note}".strip())
        self._show_text()
        self._show_pictures(reply.texts[0])
        self._show_table(reply.texts[0])

    def _on_refused(self, reason: str) -> None:
        self._show_nothing()
        self.about.setText(reason)

    def _show_text(self) -> None:
        """The beginning as it was typed, and behind it what was written, the surer the stronger."""
        if self._reply is None:
            return
        theme, joint = self._source.theme, self._reply.joint
        words = [token for token in self._reply.texts[0].tokens if token.text != END]
        written = joined(
            markup('{}<b><span style="color: {}">{}</span></b>', joint, theme.accent.name(), token.text)
            for token in words
        )
        self.text.show_text(markup(LARGE, self._shown, written))

    def _show_pictures(self, text: WrittenText) -> None:
        """Draw what was written, where tokens are notes or steps of a pen."""
        given = split_text(self._shown, "word")
        tokens = (*given, *(token.text for token in text.tokens if token.text != END))
        most = len(tokens) if text.ended else len(given) + self.tokens.value()
        self.melody.show_tokens(tokens, len(given), most)
        drawn = is_drawing(tokens)
        self.drawing.setVisible(drawn)
        if drawn:
            self.drawing.show_tokens(tokens, len(given))

    def _show_table(self, text: WrittenText) -> None:
        self.table.setRowCount(len(text.tokens))
        for row, token in enumerate(text.tokens):
            for column, words in enumerate((shown(token.text), share(token.probability), others(token))):
                item = QTableWidgetItem(words)
                item.setToolTip(plain_tip(words))
                if column == 1:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        self.table.scrollToBottom()


def shown(token: str) -> str:
    """A token as it can be seen: a space and the end of a line have names."""
    return {" ": "(space)", "\n": "(new line)", END: "(end)"}.get(token, token)


def share(probability: float) -> str:
    """A probability in per cent; what is not quite sure is never rounded up to it."""
    return format_percent(probability if probability == 1 else min(probability, 0.999))


def others(token: WrittenToken) -> str:
    """The likeliest other tokens at the place of one, with their probabilities."""
    rest = [each for each in token.likely if each.text != token.text][:OTHERS]
    told = (f"{shown(each.text)} {share(each.probability)}" for each in rest if each.probability >= RARE)
    return ", ".join(told)


def _whole(parent: QWidget, least: int, most: int, value: int) -> QSpinBox:
    return QSpinBox(parent, minimum=least, maximum=most, value=value)

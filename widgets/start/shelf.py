"""A shelf: cards in as many columns as there is room for, of which a search leaves those that fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from widgets.look.labels import text_label
from widgets.start.search_words import fitting

C = TypeVar("C", bound=QWidget)


class Shelf(QWidget, Generic[C]):
    """Cards of at least ``least`` pixels with their gap, in at most ``most`` columns.

    ``wanted`` is what was searched for here last.

    Subclasses say by `tiers` what the search looks at, by `fits` what else counts, and by `without` what is said where
    nothing fits.
    """

    least = 232
    most = 5

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 8, 8)
        self._grid.setSpacing(12)
        self._columns, self.wanted = 0, ""
        self.cards: list[C] = []
        self.nothing = text_label("", self, look="faint", wrap=True, hidden=True)
        self.other = QPushButton(self)
        self.other.setAccessibleName("Show what fits elsewhere")
        """Leads to what fits on another shelf, where nothing fits here."""
        self.other.hide()

    def tiers(self, card: C) -> tuple[str, ...]:
        """What the search looks at, in lower case, the nearest first.

        A farther one counts only where no card holds all words in a nearer one.
        """
        raise NotImplementedError

    def fits(self, card: C) -> bool:
        """Whether a card may be shown, whatever the search says."""
        return True

    def without(self) -> str:
        """What is said where no card is shown."""
        raise NotImplementedError

    def show_cards(self, cards: Sequence[C]) -> None:
        """Show these cards, which are children of the shelf, instead of those before."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = list(cards)
        self.arrange()

    def filter(self, text: str) -> None:
        """Show the cards that hold all words of ``text``."""
        self.wanted = text
        self.arrange()

    def offer_other(self, title: str) -> None:
        """Offer what fits elsewhere, by a button of this title, where nothing fits here; nothing where it is empty."""
        self.other.setText(title)
        self.arrange()

    def count(self, text: str) -> int:
        """How many cards hold all words of ``text``."""
        return len(fitting(text, self.cards, self.tiers))

    def arrange(self) -> None:
        """Put the cards that fit in their places."""
        if not self._columns:  # not shown yet
            return
        shown = fitting(self.wanted, [card for card in self.cards if self.fits(card)], self.tiers)
        while self._grid.takeAt(0) is not None:
            pass
        for card in self.cards:
            card.setVisible(card in shown)
        for index, card in enumerate(shown):
            self._grid.addWidget(card, index // self._columns, index % self._columns)
        for column in range(self.most):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
        for row in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(-(-max(len(shown), 1) // self._columns), 1)
        self.nothing.setText(self.without())
        self.nothing.setVisible(not shown)
        self.other.setVisible(not shown and bool(self.other.text()))
        if not shown:
            self._grid.addWidget(self.nothing, 0, 0, 1, self._columns, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(self.other, 1, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def narrowest(self) -> int:
        """Pixels that a card takes at least, with its gap."""
        return self.least

    def fit_columns(self) -> None:
        """Have as many columns as there is room for."""
        columns = max(1, min(self.most, self.width() // self.narrowest()))
        if columns != self._columns:
            self._columns = columns
            self.arrange()

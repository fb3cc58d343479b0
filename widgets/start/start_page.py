"""The start page: continue, open, new, and a gallery of networks to start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.system.number_format import counted
from widgets.look import icons
from widgets.look.labels import Label, text_label
from widgets.look.layouts import Gap, Stretch, empty, hbox, vbox
from widgets.look.menus import give_menu
from widgets.look.scrolled import scrolled
from widgets.look.segments import segments
from widgets.look.theme import Themed, ThemeSource
from widgets.start.lesson_shelf import LessonList, lessons
from widgets.start.preset_cards import PresetCard
from widgets.start.preset_entries import TOPICS, PresetEntry
from widgets.start.project_rows import FileRow, OpenRow, ProjectRow
from widgets.start.recent_project import RecentProject
from widgets.start.shelf import Shelf

AT_ONCE = 30
"""Projects that Continue shows at once."""


class Gallery(Themed, Shelf[PresetCard]):
    """The cards of all presets."""

    chosen = Signal(object)

    def __init__(self, presets: Sequence[PresetEntry], families: Mapping[str, str], themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("gallery")
        cards = [PresetCard(preset, families, themes, self) for preset in presets]
        for card in cards:
            card.chosen.connect(self.chosen)
        self._topic = ""
        self.show_cards(cards)
        self.follow(themes)

    def narrowest(self) -> int:
        """Larger text needs wider cards."""
        return self.theme.px(self.least)

    def theme_changed(self) -> None:
        """Fewer columns for larger text."""
        if self.isVisible():
            self.fit_columns()

    def show_topic(self, topic: str) -> None:
        """Show the examples of one of `TOPICS` alone; of all where it is empty."""
        self._topic = topic
        self.arrange()

    def fits(self, card: PresetCard) -> bool:
        """Whether a preset is of the topic that is shown."""
        return not self._topic or self._topic in card.preset.topics

    def tiers(self, card: PresetCard) -> tuple[str, ...]:
        """What is known of a preset: the card, its task and layers, its page."""
        return card.preset.tiers

    def without(self) -> str:
        """No preset fits, or there is none."""
        if self.cards and self._topic:
            return f"No example of {self._topic} has all of these words. Try fewer, or look among all."
        if self.cards:
            return "No example has all of these words. Try fewer."
        return "No examples are installed with this copy of Netloom."


class StartPage(Themed, QWidget):
    """``opened`` carries a path, ``preset`` a `PresetEntry`, ``lesson`` the id of a lesson.

    ``wants_back`` asks for the project that is open, ``wants_new`` and ``wants_open`` for those commands,
    ``wants_tour`` for the tour, ``wants_data`` for one's own data: a folder of it, or a file (False).
    ``tour_declined`` says that the tour is not wanted, ``unwanted`` carries a `RecentProject` that is to leave the
    list.
    """

    opened = Signal(object)
    preset = Signal(object)
    lesson = Signal(str)
    wants_back = Signal()
    wants_new = Signal()
    wants_open = Signal()
    wants_data = Signal(bool)
    wants_tour = Signal()
    tour_declined = Signal()
    unwanted = Signal(object)

    def __init__(
        self,
        presets: Sequence[PresetEntry],
        families: Mapping[str, str],
        themes: ThemeSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("startPage")
        self._themes = themes
        self.back: OpenRow | None = None
        self.rows: list[ProjectRow] = []
        self._listed: tuple[RecentProject | None, ...] | None = None
        self._whole = False
        self.gallery = Gallery(presets, families, themes)
        self.gallery.chosen.connect(self.preset)
        self.lessons = LessonList()
        self.lessons.chosen.connect(self.lesson)
        self.side = self._side()
        hbox((self.side, 0), (self._main(), 1), parent=self, margins=(28, 24, 20, 0), spacing=32)
        self.follow(themes)
        self.theme_changed()

    def _side(self) -> QWidget:
        side = QWidget()
        self._name = Label("Netloom")
        self._claim = text_label("Draw a network, watch it learn, see what it learned.", wrap=True, look="faint")
        self.new, self.open = QPushButton("New network"), QPushButton("Open…")
        self.data = self._data_button()
        self.new.setObjectName("startNew")
        self.open.setObjectName("startOpen")
        self.new.setProperty("primary", True)
        self.new.clicked.connect(self.wants_new)
        self.open.clicked.connect(self.wants_open)
        self._continue = text_label("Continue", look="heading", hidden=True)
        listed = QWidget()
        self.files = vbox(spacing=0, parent=listed)
        self.files.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.all = QPushButton()
        self.all.setObjectName("startAll")
        self.all.clicked.connect(self._show_all)
        self.many = text_label("", look="faint", wrap=True, hidden=True)
        buttons = (self.new, self.data, self.open)
        rows = self._scrolling(listed)  # in a low window they scroll, and none is cut
        heads = self._continue, self.many
        entries = (self._name, self._claim, Gap(10), *buttons, self._tour(), Gap(12), *heads, (rows, 1))
        vbox(*entries, parent=side, margins=(0, 0, 0, 16), spacing=8)
        return side

    def _data_button(self) -> QPushButton:
        """One's own data: a file, or a folder."""
        button, menu = QPushButton("My data"), QMenu(self)
        button.setObjectName("startData")
        button.setToolTip("Begin with your own table, pictures, series or texts; the window also takes them dropped")
        menu.addAction("A file…", lambda: self.wants_data.emit(False))
        menu.addAction("A folder of pictures or texts…", lambda: self.wants_data.emit(True))
        give_menu(button, menu)
        return button

    def _tour(self) -> QFrame:
        """The offer of the tour, until it was taken or declined."""
        self.tour_offer, self.tour, self.no_tour = QFrame(), QPushButton("Show me around"), QPushButton("Skip")
        self.tour_offer.setProperty("card", True)
        self.tour.setObjectName("startTour")
        self.no_tour.setObjectName("startNoTour")
        self.no_tour.setToolTip("The tour is under ☰, Help, whenever you want it")
        self.tour.clicked.connect(self.wants_tour)
        self.no_tour.clicked.connect(self.tour_declined)
        words = text_label("New here? The tour takes one minute.", wrap=True)
        buttons = hbox((self.tour, 1), self.no_tour, spacing=6)
        vbox(words, buttons, parent=self.tour_offer, margins=(10, 8, 10, 10), spacing=8)
        return self.tour_offer

    def offer_tour(self, offered: bool) -> None:
        """Offer the tour, or no more."""
        self.tour_offer.setVisible(offered)

    def _main(self) -> QVBoxLayout:
        self.shelves = QStackedWidget()
        self.search = QLineEdit()
        self.search.setObjectName("gallerySearch")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(self._search)
        self.gallery.other.clicked.connect(lambda: self._take_along(1))
        self.lessons.other.clicked.connect(lambda: self._take_along(0))
        for widget in (self.gallery, self.lessons):
            self.shelves.addWidget(self._scrolling(widget))
        switch, self.topic_row = self._switch(), self._topics()
        wide = (self.search, 100)  # up to its greatest width
        head = hbox(switch, Stretch(1), wide, Gap(8))
        topics = hbox(self.topic_row, Stretch(1))
        return vbox(head, topics, (self.shelves, 1), spacing=12)

    def _search(self, text: str) -> None:
        """Look on the shelf that is shown; where nothing fits there, lead to what fits on the other."""
        if not self.lessons.cards:
            self.lessons.show_lessons(lessons())
        here, there = self._here_and_there()
        here.filter(text)
        found = there.count(text)
        what = "example" if there is self.gallery else "lesson"
        here.offer_other(f"Show {counted(found, what)} with these words" if found else "")

    def _here_and_there(self) -> tuple[Gallery | LessonList, Gallery | LessonList]:
        """The shelf that is shown, and the other one."""
        lessons = self.kinds.checkedId() == 1
        return (self.lessons, self.gallery) if lessons else (self.gallery, self.lessons)

    def _take_along(self, index: int) -> None:
        """Bring a shelf forward with the words that were searched for on the other; examples of all topics."""
        text = self.search.text()
        if index == 0:
            self.topics.button(0).setChecked(True)
        self.kinds.button(index).setChecked(True)
        self.search.setText(text)
        self.search.setFocus()

    @property
    def panes(self) -> tuple[QWidget, ...]:
        """What F6 goes through: the column on the left, and the cards."""
        return self.side, self.shelves

    @staticmethod
    def _scrolling(widget: QWidget) -> QScrollArea:
        area = scrolled(widget, by_keys=False)
        area.viewport().setAutoFillBackground(False)
        widget.setAutoFillBackground(False)
        return area

    def _switch(self) -> QWidget:
        """Examples or lessons."""
        frame, self.kinds = segments((("startExamples", "Examples"), ("startLessons", "Lessons")), self)
        self.kinds.idToggled.connect(lambda index, on: self._show_shelf(index) if on else None)
        return frame

    def _topics(self) -> QWidget:
        """All examples, or those of one topic."""
        named = [("topicAll", "All"), *((f"topic-{topic}", topic.capitalize()) for topic in TOPICS)]
        frame, self.topics = segments(named, self)
        listed = ["", *TOPICS]
        self.topics.idToggled.connect(lambda index, on: self.gallery.show_topic(listed[index]) if on else None)
        return frame

    def show_lessons(self) -> None:
        """Bring the lessons forward."""
        self.kinds.button(1).setChecked(True)
        self._show_shelf(1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_shelf(self.kinds.checkedId())

    def _show_shelf(self, index: int) -> None:
        if index:
            self.lessons.show_lessons(lessons())  # how far one came may have changed
        self.topic_row.setVisible(index == 0)
        self.shelves.setCurrentIndex(index)
        self._show_search()

    def _show_search(self) -> None:
        """Show what was searched for on this shelf: what was typed for the other is not applied here."""
        here, _ = self._here_and_there()
        what, such = ("examples", "LSTM") if here is self.gallery else ("lessons", "pooling")
        self.search.setPlaceholderText(f"Search {what}, say {such}")
        self.search.setAccessibleName(f"Search {what}")
        self.search.setText(here.wanted)

    def show_recent(
        self, recent: Sequence[RecentProject], open_project: RecentProject | None = None, many: str = ""
    ) -> None:
        """List what to continue with: the project that is open, then the others; ``many`` is said above them.

        Of very many the first are shown until all are asked for.
        """
        self.many.setText(many)
        self.many.setVisible(bool(many))
        listed = open_project, *recent
        if listed != self._listed:
            self._listed, self._whole = listed, self._whole and len(recent) > AT_ONCE
            self._list_rows()

    def _list_rows(self) -> None:
        open_project, *recent = self._listed or (None,)
        shown = [each for each in (recent if self._whole else recent[:AT_ONCE]) if each is not None]
        held = next((number for number, row in enumerate(self.rows) if row.hasFocus()), None)
        self.files.removeWidget(self.all)
        self.all.setParent(self)  # it is no row, and stays
        empty(self.files)
        self.back = OpenRow(open_project) if open_project is not None else None
        others = [FileRow(each) for each in shown]
        self.rows = [*([self.back] if self.back is not None else []), *others]
        self._continue.setVisible(bool(self.rows))
        for row in self.rows:
            row.clicked.connect(lambda _=False, row=row: self._go_on(row))
            self.files.addWidget(row)
        for other in others:
            other.unwanted.connect(lambda other=other: self.unwanted.emit(other.project))
        self.all.setText(f"Show all {len(recent)}")
        self.all.setVisible(len(shown) < len(recent))
        self.files.addWidget(self.all)
        if held is not None:
            self._give_keys(held)

    def _give_keys(self, number: int) -> None:
        """Give the keys to a row, or to the last one."""
        if self.rows:
            row = self.rows[min(number, len(self.rows) - 1)]
            row.show()  # now: the layout would show it later, and until then it takes no keys
            row.setFocus()

    def _show_all(self) -> None:
        self._whole = True
        self._list_rows()
        self._give_keys(AT_ONCE)

    def _go_on(self, row: ProjectRow) -> None:
        if row is self.back:
            self.wants_back.emit()
        else:
            self.opened.emit(row.project.path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.hasFocus() and self.search.text():
            self.search.clear()
        elif event.key() == Qt.Key.Key_Escape:
            self.wants_back.emit()
        else:
            super().keyPressEvent(event)

    def set_families(self, families: Mapping[str, str]) -> None:
        """Paint the drawings in the colours of these families."""
        for card in self.gallery.cards:
            card.set_families(families)

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        large = self.theme.font(bold=True)
        large.setPointSizeF(large.pointSizeF() * 1.7)
        self._name.setFont(large)
        self.side.setFixedWidth(self.theme.px(220))
        self.new.setIcon(icons.icon("add", self.theme, self.theme.accent_text))
        self.open.setIcon(icons.icon("open", self.theme))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.surface)
        painter.end()

"""The user guide in a window: its pages, a search over all of them, links between pages, pictures, and printing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence, QPixmap, QResizeEvent, QShortcut, QTextCursor
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QTextEdit, QToolButton, QVBoxLayout, QWidget

from app.system.guide_pages import FIRST, GuidePage, Hit, guide_pages, leads_to, picture_of, search, stems
from widgets.description.description_panel import Reader
from widgets.description.found_sections import FoundSections, marked, set_result
from widgets.look.first_press import FirstPress
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, boxed, hbox, hsplit, vbox
from widgets.look.plain_text import Markup, markup, plain_tip
from widgets.look.theme import Themed, ThemeSource

PLACE = Qt.ItemDataRole.UserRole
NOTHING = "No section of the guide holds all of these words. Try fewer, or another word."
MOST_HITS = 60


def fitted_picture(path: str, widest: int, ratio: float) -> QPixmap:
    """The picture in a file, made at most ``widest`` pixels wide, on a display with ``ratio`` of its own for each."""
    picture = QImage(path)
    if picture.width() > widest:
        picture = picture.scaledToWidth(round(widest * ratio), Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(picture)


class PageReader(Reader):
    """Shows a page of the guide with its pictures, which are made as wide as the page where they are wider."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__(themes)
        self.page: GuidePage | None = None
        self._pictures: dict[tuple[str, int, float], QPixmap] = {}
        self._again = QTimer(self, singleShot=True, interval=120)
        self._again.timeout.connect(self.theme_changed)

    def show_guide_page(self, page: GuidePage) -> None:
        """Show a page from its beginning."""
        self.page = page
        self._pictures.clear()
        self.show_text(page.text)

    def picture(self, address: str) -> QPixmap | None:
        """A picture of the page."""
        path = picture_of(self.page, address) if self.page is not None else None
        if path is None:
            return None
        key = str(path), max(self.viewport().width() - 8, 80), self.devicePixelRatioF()
        if key not in self._pictures:
            self._pictures[key] = fitted_picture(*key)
        return self._pictures[key]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self.page is not None:
            self._again.start()


class GuideReader(Themed, QWidget):
    """The pages on the left, one of them on the right; what is typed above lists the sections that hold it.

    ``outside`` carries the address of a link that leads out of the guide.
    """

    outside = Signal(str)
    printed = Signal(object)

    def __init__(self, themes: ThemeSource, more: Callable[[], Sequence[GuidePage]] = tuple) -> None:
        super().__init__()
        self.setObjectName("guide")
        self._more, self._themes = more, themes
        self._before: list[str] = []
        self._after: list[str] = []
        self.search, self.list, self.reader = QLineEdit(), QListWidget(), PageReader(themes)
        self.back, self.forward = (
            self._button("back", "Back (Alt+Left)"),
            self._button("forward", "Forward (Alt+Right)"),
        )
        self.back.setArrowType(Qt.ArrowType.LeftArrow)
        self.forward.setArrowType(Qt.ArrowType.RightArrow)
        self.print = self._button("print", "Print this page (Ctrl+P)")
        self.print.setText("Print…")
        self.nothing = text_label(NOTHING, look="faint", wrap=True, hidden=True)
        self._assemble()
        self._connect()
        self.follow(themes)

    @staticmethod
    def _button(name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"guide-{name}")
        button.setAccessibleName(tip.partition(" (")[0])
        button.setToolTip(plain_tip(tip))
        return button

    def _assemble(self) -> None:
        self.search.setPlaceholderText("Search the guide")
        self.search.setAccessibleName("Search the guide")
        self.search.setClearButtonEnabled(True)
        self.list.setAccessibleName("Pages and what was found")
        self.list.setItemDelegate(FoundSections(self._themes, self.list))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        FirstPress(self.list)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.reader.setAccessibleName("Page of the guide")
        left: QVBoxLayout = vbox(self.search, self.nothing, (self.list, 1), margins=(12, 12, 6, 12), spacing=8)
        tools = hbox(self.back, self.forward, Stretch(1), self.print, spacing=4)
        right = vbox(tools, (self.reader, 1), margins=(14, 12, 12, 12), spacing=8)
        split = hsplit((boxed(left), 0), (boxed(right), 1), sizes=(270, 690), least=(180, 320))
        vbox(split, parent=self)
        self.setFocusProxy(self.search)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(lambda: self._open(self.list.item(max(self.list.currentRow(), 0))))
        self.list.itemClicked.connect(self._open)
        self.list.itemActivated.connect(self._open)
        self.reader.linked.connect(self._follow)
        self.back.clicked.connect(lambda: self._step(self._before, self._after))
        self.forward.clicked.connect(lambda: self._step(self._after, self._before))
        self.print.clicked.connect(lambda: self.printed.emit(self.reader))
        for keys, button in (("Alt+Left", self.back), ("Alt+Right", self.forward), ("Ctrl+P", self.print)):
            QShortcut(QKeySequence(keys), self, button.click)
        QShortcut(QKeySequence("Ctrl+F"), self, self.search.setFocus)
        self.search.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down leads from the search into the list."""
        in_search = watched is self.search and event.type() == QEvent.Type.KeyPress
        if in_search and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down:
            self._to_list()
            return True
        return super().eventFilter(watched, event)

    # Pages

    @property
    def pages(self) -> tuple[GuidePage, ...]:
        """All pages: those of the guide, and those that are made from what the program knows."""
        return (*guide_pages(), *self._more())

    @property
    def page(self) -> GuidePage | None:
        """The page on show."""
        return self.reader.page

    def show_guide(self, id: str = "", heading: str = "") -> None:
        """Show a page at a heading; without an id the page that was read last, or the first."""
        pages = {page.id: page for page in self.pages}
        wanted = id or (self.page.id if self.page is not None else FIRST)
        page = pages.get(wanted) or next(iter(pages.values()), None)
        if page is None:
            return
        if self.page is not None and self.page.id != page.id:
            self._before.append(self.page.id)
            self._after.clear()
        self._bring(page, heading)

    def _bring(self, page: GuidePage, heading: str = "") -> None:
        if self.page != page:
            self.reader.show_guide_page(page)
        self.reader.setExtraSelections([])
        if not self.reader.show_heading(heading):
            self.reader.verticalScrollBar().setValue(0)
        self.back.setEnabled(bool(self._before))
        self.forward.setEnabled(bool(self._after))
        self._find(self.search.text())

    def _step(self, source: list[str], target: list[str]) -> None:
        pages = {page.id: page for page in self.pages}
        if source and self.page is not None:
            target.append(self.page.id)
            self._bring(pages[source.pop()])

    def _follow(self, address: str) -> None:
        place = leads_to(self.page, address) if self.page is not None else None
        if place is not None:
            self.show_guide(*place)
        else:
            self.outside.emit(address)

    # The list

    def _find(self, text: str) -> None:
        """List the pages, or the sections that hold what was typed."""
        words = text.strip()
        hits = search(words, self.pages)[:MOST_HITS] if words else []
        self.list.clear()
        for hit in hits:
            item = self._list(f"{hit.page.title} › {hit.heading}\n{hit.excerpt}", hit.page.id, hit.anchor)
            set_result(item, self._markup(hit, stems(words)))
        for page in () if words else self.pages:
            self._list(page.title, page.id, "")
            if self.page is not None and page.id == self.page.id:
                self.list.setCurrentRow(self.list.count() - 1)
        self.nothing.setVisible(bool(words) and not hits)

    def _markup(self, hit: Hit, words: Sequence[str]) -> Markup:
        colour = self.theme.selection.name()
        heading, excerpt = (marked(text, words, colour) for text in (hit.heading, hit.excerpt))
        return markup("<span class='page'>{}</span><br><b>{}</b><br>{}", hit.page.title, heading, excerpt)

    def _list(self, text: str, id: str, anchor: str) -> QListWidgetItem:
        item = QListWidgetItem(text, self.list)
        item.setData(PLACE, (id, anchor))
        return item

    def _to_list(self) -> None:
        self.list.setFocus()
        self.list.setCurrentRow(max(self.list.currentRow(), 0))

    def _open(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        id_, heading = item.data(PLACE)
        words, row = stems(self.search.text()), self.list.row(item)
        self.show_guide(id_, heading)
        self.list.setCurrentRow(row)
        self._mark(words)

    def _mark(self, words: Sequence[str]) -> None:
        """Mark what was looked for wherever it stands on the page."""
        marks = []
        for word in words:
            cursor = self.reader.document().find(word)
            while not cursor.isNull():
                mark = QTextEdit.ExtraSelection()
                mark.cursor = QTextCursor(cursor)
                mark.format.setBackground(self.theme.selection)
                marks.append(mark)
                cursor = self.reader.document().find(word, cursor)
        self.reader.setExtraSelections(marks)

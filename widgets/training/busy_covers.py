"""Busy state of panels: a view that is empty says that the worker is at work while a request for it is pending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from widgets.look.free_places import place_in
from widgets.look.labels import Label
from widgets.training.pending_request import Pending
from widgets.training.worker_link import WorkerLink

QUIET_MS = 200
"""A wait shorter than this says nothing: words that flash by only disturb."""
EARLY_MS = 2
"""By so much a timer of Qt may come before its time."""
STARTING = "Starting PyTorch…"


_known: dict[type, Callable[[QWidget], bool] | None] = {}


def emptiness(view: QWidget) -> Callable[[QWidget], bool] | None:
    """What says of views of this kind whether they show nothing, None where they cannot say it.

    A window has a thousand widgets of a hundred kinds, so the kinds are asked, each once.
    """
    kind = type(view)
    if kind not in _known:
        found = getattr(kind, "is_empty", None)
        _known[kind] = found if callable(found) else None
    return _known[kind]


MARGINS = (16, 8, 2)
"""Pixels around the words of a cover, as many of these as leave the words room."""


class Cover(Label):
    """Lies over an empty view, first without words, and hides what it says of itself.

    The words stand in the middle of what is in sight of the view; where they have no room there, they are left out.
    """

    def __init__(self, view: QWidget) -> None:
        super().__init__(parent=view)
        self.setObjectName("busyCover")
        self.setProperty("faint", True)
        self.setProperty("cover", True)
        self.setAutoFillBackground(True)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = ""
        self.place(view)
        view.installEventFilter(self)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        parent = self.parentWidget()
        if event.type() == QEvent.Type.Resize and parent is watched:
            self.place(parent)
        return False

    def say(self, words: str) -> None:
        """Say what is being done."""
        self.words = words
        if self.accessibleName() != words:
            self.setAccessibleName(words)
        parent = self.parentWidget()
        if parent is not None:
            self.place(parent)

    def place(self, view: QWidget) -> None:
        """Lie over the whole view, with the words in sight: a part of it may be scrolled or split out of sight."""
        self.setGeometry(view.rect())
        window = view.window()
        seen = place_in(window, view).translated(view.mapFrom(window, QPoint()))
        margin = next((each for each in MARGINS if self._has_room(seen, each)), None)
        self.setText("" if margin is None else self.words)
        inset = margin or 0
        right, bottom = view.width() - seen.right() - 1, view.height() - seen.bottom() - 1
        self.setContentsMargins(seen.left() + inset, seen.top() + inset, right + inset, bottom + inset)

    def _has_room(self, seen: QRect, margin: int) -> bool:
        """Whether the words, with breaks between them alone, have room within a margin."""
        room = seen.adjusted(margin, margin, -margin, -margin)
        wrapped = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
        needed = self.fontMetrics().boundingRect(room, wrapped, self.words)
        return room.isValid() and needed.width() <= room.width() and needed.height() <= room.height()


class BusyCovers(QObject):
    """Covers the empty views of ``panel`` while a request of the panel, or of something in it, is pending.

    So a panel shows one of: nothing, that the worker works (since when, how far), what came, or why nothing did.
    ``work`` says in words what else is done for the panel, without a request; empty where nothing is.
    """

    def __init__(self, link: WorkerLink, panel: QWidget, work: Callable[[], str] = str) -> None:
        super().__init__(panel)
        self._link, self._panel, self._work = link, panel, work
        self._began = 0.0
        self._covers: dict[QWidget, Cover] = {}
        self._later = QTimer(self, singleShot=True, interval=0)
        self._words = QTimer(self, interval=QUIET_MS, timerType=Qt.TimerType.PreciseTimer)  # else up to 5 % early
        self._later.timeout.connect(self.refresh)
        self._words.timeout.connect(self.refresh)
        link.pending_changed.connect(self._on_pending)
        panel.installEventFilter(self)

    @property
    def covered(self) -> list[QWidget]:
        """The views that say at present that the worker is at work."""
        return [view for view in self._covers if isValid(view)]

    def _on_pending(self) -> None:
        self.refresh()
        if self._covers:
            self._later.start()  # whoever has asked may empty its views only then

    def refresh(self) -> None:
        """Cover what is empty while something is pending, and uncover the rest."""
        pending = self._link.pending_of(self._panel) if self._panel.isVisible() else []
        empty = set(self._empty_views()) if pending or (self._panel.isVisible() and self._work()) else set()
        for view in self._covers.keys() - empty:
            self._uncover(view)
        for view in empty - self._covers.keys():
            self._covers[view] = Cover(view)
        if not self._covers:
            self._words.stop()
            return
        if not self._words.isActive():
            self._began = monotonic()
        seconds = monotonic() - min((each.since for each in pending), default=self._began)
        self._words.start(max(QUIET_MS - round(seconds * 1000), 0) or QUIET_MS)
        words = self._sentence(pending, seconds)
        for cover in self._covers.values():
            cover.say(words)

    def _empty_views(self) -> Iterator[QWidget]:
        """Views on screen that show nothing; of one within another, the outer one."""
        for view in self._panel.findChildren(QWidget):
            is_empty = emptiness(view)
            if is_empty is not None and view.isVisible() and is_empty(view):
                yield view

    def _uncover(self, view: QWidget) -> None:
        cover = self._covers.pop(view)
        if isValid(cover):
            if isValid(view):
                view.removeEventFilter(cover)
            cover.hide()
            cover.deleteLater()

    def _sentence(self, pending: list[Pending], seconds: float) -> str:
        """What is being done, for how long, and how far it is."""
        if seconds * 1000 < QUIET_MS - EARLY_MS:
            return ""
        told = next((each.progress.sentence for each in pending if each.progress is not None), "")
        words = told or (self._work() if not pending else "") or ("Working…" if self._link.is_ready else STARTING)
        return f"{words}  {seconds:.0f} s" if seconds >= 1 else words

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._panel and event.type() == QEvent.Type.Show:
            self._link.put_in_order()
            self.refresh()
            self._later.start()
        return False

"""Well-known sets that are downloaded once: a row for each, with what it takes and a button."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QPushButton, QWidget

from app.data.download import KNOWN, is_here
from app.data.source_catalogue import DOWNLOADED
from app.data.sources.source import Source
from widgets.data.downloads import Downloads
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip


class KnownSets(QWidget):
    """`chosen` carries the kind of a set that is here and is to be used."""

    chosen = Signal(str)

    def __init__(self, downloads: Downloads | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.downloads = downloads or Downloads(parent=self)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.downloads.close)
        self.fault = text_label(parent=self, look="error", wrap=True, selectable=True)
        self.rows = {source.kind: KnownRow(source, self) for source in DOWNLOADED}
        heading = text_label("Well-known sets", self, look="heading")
        vbox(heading, *self.rows.values(), self.fault, parent=self, spacing=4)
        for kind, row in self.rows.items():
            row.button.clicked.connect(lambda _, kind=kind: self._press(kind))
        self.downloads.progressed.connect(self._show_progress)
        self.downloads.done.connect(self._finish)
        self.downloads.failed.connect(self._fail)
        self._say("")
        self.refresh()

    def refresh(self) -> None:
        """Show which sets are here, which is coming, and which could be fetched."""
        coming = self.downloads.kind
        for kind, row in self.rows.items():
            row.show_state(here=is_here(kind), coming=kind == coming, free=not coming)

    def show_choice(self, kind: str | None) -> None:
        """Mark the set that the project uses."""
        for name, row in self.rows.items():
            row.mark(name == kind)

    def _press(self, kind: str) -> None:
        self._say("")
        if is_here(kind):
            self.chosen.emit(kind)
        elif self.downloads.kind == kind:
            self.downloads.cancel()
        else:
            self.downloads.start(kind)
            self.refresh()

    def _show_progress(self, kind: str, share: float) -> None:
        self.rows[kind].bar.setValue(round(1000 * share))

    def _finish(self, kind: str) -> None:
        self.refresh()
        self.chosen.emit(kind)

    def _fail(self, kind: str, reason: str) -> None:
        self.refresh()
        self._say(reason)

    def _say(self, reason: str) -> None:
        self.fault.setText(reason)
        self.fault.setVisible(bool(reason))


class KnownRow(QWidget):
    """One set: name, size or progress, and the button that fetches, cancels or uses it."""

    def __init__(self, source: type[Source], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = source.title
        self._used = self._here = False
        self.about = text_label(f"{KNOWN[source.kind].size / 1e6:,.0f} MB", self, look="faint")
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Download of {source.title}")
        self.button = QPushButton(self)
        self.setToolTip(plain_tip(source.summary()))
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 2, 0, 2)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.addWidget(text_label(source.title, self), 0, 0)
        grid.addWidget(self.about, 1, 0)
        grid.addWidget(self.bar, 1, 0)
        grid.addWidget(self.button, 0, 1, 2, 1)
        grid.setColumnStretch(0, 1)

    def show_state(self, *, here: bool, coming: bool, free: bool) -> None:
        """Show whether the set is ``here``, is ``coming``, or could be fetched now (``free``)."""
        self.bar.setVisible(coming)
        self.about.setVisible(not coming)
        if not coming:
            self.bar.setValue(0)
        self._here = here
        self._set_text("Cancel" if coming else "Use" if here else "Download")
        self.button.setEnabled((here and not self._used) or coming or free)

    def mark(self, used: bool) -> None:
        """Show whether the project uses this set."""
        self._used = used
        if self._here:
            self._set_text("In use" if used else "Use")
            self.button.setEnabled(not used)

    def _set_text(self, text: str) -> None:
        self.button.setText("In use" if text == "Use" and self._used else text)
        self.button.setAccessibleName(f"{text} {self._title}")

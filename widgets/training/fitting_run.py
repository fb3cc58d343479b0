"""Which run of a project counts: after an edit or an undo, the latest that was trained as the project stands now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.data.same_data import same_data
from app.training.runs import Run
from graph.document import Document
from graph.errors import NetloomError
from graph.network import Network
from widgets.training.run_changes import age
from widgets.training.run_entries import RunEntry, stamp

REST_MS = 150
"""Edits that follow each other faster than this have the runs looked through once."""
MOST, LAYERS = 40, 8000
"""Runs that are looked at, the latest first, and layers of all of them together."""


@dataclass(frozen=True, eq=False)
class _Trained:
    """What a run was trained with, and the stamp of its folder then."""

    stamp: tuple[int, int, int]
    network: Network
    data: object
    base: Path | None


class FittingRun(QObject):
    """Looks through runs, one between other events, once edits have come to rest.

    `found` carries the `RunEntry` of the latest whose network and data are those of the document.
    """

    found = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[Path, _Trained] = {}
        self._left: list[RunEntry] = []
        self._runs: Callable[[], Iterable[RunEntry]] = lambda: ()
        self._document = Document()
        self._base: Path | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._next = QTimer(self, interval=0)
        self._rest.timeout.connect(self._begin)
        self._next.timeout.connect(self._look_at_next)

    def look(self, runs: Callable[[], Iterable[RunEntry]], document: Document, base: Path | None) -> None:
        """Look among ``runs``, which are the document's own; ``base`` is where its relative paths begin."""
        self.stop()
        self._runs, self._document, self._base = runs, document, base
        self._rest.start()

    def _begin(self) -> None:
        usable = sorted((entry for entry in self._runs() if not entry.problem), key=age, reverse=True)
        self._left = usable[: min(MOST, LAYERS // max(len(self._document.network), 1))]
        listed = {entry.path for entry in usable}
        self._known = {path: trained for path, trained in self._known.items() if path in listed}
        self._next.start()

    def stop(self) -> None:
        """Look no further."""
        self._left = []
        self._rest.stop()
        self._next.stop()

    def _look_at_next(self) -> None:
        if not self._left:
            self.stop()
            return
        entry = self._left.pop(0)
        if self._fits(entry.path):
            self.stop()
            self.found.emit(entry)

    def _fits(self, run: Path) -> bool:
        trained, network = self._trained(run), self._document.network
        if trained is None or len(trained.network) != len(network) or not trained.network.computes_as(network):
            return False
        return same_data(trained.data, trained.base, self._document.sections.get("data"), self._base)

    def _trained(self, run: Path) -> _Trained | None:
        now, known = stamp(run), self._known.get(run)
        if known is None or known.stamp != now:
            try:
                opened = Run.open(run)
            except NetloomError:
                return None
            sections = opened.project.sections
            known = self._known[run] = _Trained(now, opened.project.network, sections.get("data"), opened.base)
        return known

"""Data that is no longer where, or what, it was: pointing to it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.data.data_choice import DataChoice
from app.data.readers.file_access import locate
from app.data.source_catalogue import file_endings
from app.data.sources.file_source import CHANGED, FileSource
from app.protocol.data_messages import DataRepointed, RepointData
from graph.errors import NetloomError
from widgets.look import file_dialogs
from widgets.training.worker_link import WorkerLink

Offer = tuple[str, Callable[[], None]]


class Repointer(QObject):
    """`repointed(choice, what)` carries a choice that points to the data again; `failed` says why there is none."""

    repointed = Signal(object, str)
    failed = Signal(str)

    def __init__(self, link: WorkerLink, parent: QWidget) -> None:
        super().__init__(parent)
        self._link, self._window = link, parent
        self._section: Mapping[str, Any] = {}
        self._base: Path | None = None
        self._request: int | None = None

    def follow(self, section: Mapping[str, Any], base: Path | None) -> None:
        """Know what the document's data is now."""
        self._section, self._base = section, base

    def forget(self) -> None:
        """Another project is open: an answer that is still to come would be put into it."""
        if self._request is not None:
            self._link.forget(self._request)
            self._request = None

    def offers_where_missing(self) -> tuple[Offer, ...]:
        """What can be done where a file or folder of the user's is not there; nothing where it is."""
        try:
            source = DataChoice.parse(self._section).source
        except NetloomError:
            return ()
        if not isinstance(source, FileSource):
            return ()
        try:
            locate(source.path, self._base)
        except NetloomError:
            return (("Find it…", self._find),)
        return ()

    def offers_where_changed(self, notes: Sequence[str]) -> tuple[str, tuple[Offer, ...]]:
        """The note that says that the data has changed, and what can be done; an empty one where it has not."""
        change = next((note for note in notes if note.endswith(CHANGED)), "")
        return change, (("Use the changed data", self._accept), ("Find it…", self._find)) if change else ()

    def _accept(self) -> None:
        self._repoint("Use the changed data", None)

    def _find(self) -> None:
        held = Path(str((self._section.get("options") or {}).get("path", "")))
        start = str((self._base or Path()) / held.parent)
        title, note = "Find the data", f"The project reads {held.name}."
        if held.name.lower().endswith(file_endings()):  # what ends otherwise is a folder
            kind = f"Files like {held.name} (*{held.suffix});;All files (*)"
            name, _ = file_dialogs.ask_open(self._window, title, start, kind, "Use", note)
        else:
            name = file_dialogs.ask_folder(self._window, title, start, "Use", note)
        if name:
            self._repoint("Point to the data again", Path(name))

    def _repoint(self, what: str, path: Path | None) -> None:
        def on_reply(reply: DataRepointed) -> None:
            self.repointed.emit(DataChoice.parse(reply.choice), what)

        request = RepointData(data=dict(self._section), base=self._base, path=path)
        self.forget()
        self._request = self._link.request(request, on_reply, self.failed.emit)

"""Deleting runs with undo: they go to the trash, from which a notice or a menu brings them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu

from app.system.number_format import counted, scaled
from app.training.run_labels import owner_of, size_on_disk
from app.training.run_trash import DAYS, DeletedRun, deleted_runs, discard, discard_old, restore_run, trash_run
from graph.errors import NetloomError
from widgets.look.plain_text import caption
from widgets.training.inline_notice import InlineNotice
from widgets.training.run_entries import RunEntry, run_name
from widgets.training.run_model import RunModel

MENU = "Deleted runs"
FOR_GOOD = "Delete for good…"
LISTED = 15
"""Deleted runs that the menu offers, the last deleted ones."""
T = TypeVar("T")


class RunDeletion:
    """Deletes runs of a list, brings them back, and says so in the notice over it.

    ``select`` is called with a run that is back, ``offer`` with what `undo` takes back in words, empty once it takes
    nothing back.
    """

    def __init__(
        self, model: RunModel, notice: InlineNotice, select: Callable[[Path], None], offer: Callable[[str], None]
    ) -> None:
        self._model, self._notice, self._select, self._offer = model, notice, select, offer
        self._last: tuple[list[DeletedRun], set[Path]] = [], set()
        """What was deleted last and is not back yet, and which of it was ticked."""
        self._words = ""
        self._discarded: set[Path] = set()
        """The folders of runs whose old deleted ones were deleted for good in this session."""
        self._sizes: dict[Path, int] = {}
        self.deleted: list[DeletedRun] = []
        """The deleted runs of the open project, or of all projects where those are listed, as last looked at."""

    # What is in the trash

    def look(self) -> None:
        """Look at what is in the trash; what is there for too long is deleted for good, once in a session."""
        model = self._model
        for place in model.places:
            if place not in self._discarded:
                self._discarded.add(place)
                discard_old(place)
        deleted = [each for place in model.places for each in deleted_runs(place)]
        self.deleted = [each for each in deleted if model.all_projects or model.is_own(each.path)]

    def _size_of(self, deleted: DeletedRun) -> int:
        """What lies in the trash does not change, so it is measured once."""
        if deleted.path not in self._sizes:
            self._sizes[deleted.path] = size_on_disk(deleted.path)
        return self._sizes[deleted.path]

    # Acts

    def delete(self, entries: Sequence[RunEntry]) -> None:
        """Move runs to the trash, and offer to undo that."""
        ticked = {entry.path for entry in entries if self._model.hue(entry.path) is not None}
        names = {entry.path: entry.name for entry in entries}
        deleted, failures = [], []
        for path in names:
            try:
                deleted.append(trash_run(path))
            except NetloomError as error:
                failures.append(str(error))
        self._model.refresh_again()
        if not deleted:
            self._notice.say(" ".join(failures))
            return
        size = scaled(sum(self._size_of(each) for each in deleted), "B")
        one = len(deleted) == 1
        what, them = (f"“{names[deleted[0].original]}”", "it") if one else (f"{len(deleted)} runs", "them")
        words = f"Deleted {what} ({size}). For {DAYS} days, More, {MENU}, puts {them} back."
        self._last, self._words = (deleted, ticked), " ".join((words, *failures))
        self._notice.say(self._words, "warning" if failures else "ok", ("Undo", self.undo))
        self._offer(f"Delete the run {what}" if one else f"Delete {what}")

    def undo(self) -> None:
        """Put back what was deleted last."""
        self.restore(*self._last)

    def restore(self, runs: Sequence[DeletedRun], ticked: frozenset[Path] | set[Path] = frozenset()) -> None:
        """Put deleted runs back; those that were ``ticked`` are so again."""
        self._take_back_offer(runs)
        back = {deleted.original: self._try(partial(restore_run, deleted)) for deleted in runs}
        self._model.refresh_again()
        self._model.read_all()
        paths = {original: path for original, path in back.items() if path is not None}
        for original, path in paths.items():
            self._model.tick(path, original in ticked)
        if first := next(iter(paths.values()), None):
            QTimer.singleShot(0, self._model, partial(self._select, first))

    def _take_back_offer(self, runs: Sequence[DeletedRun]) -> None:
        """Of what was deleted last some comes back, or goes for good: it is no longer undone as a whole."""
        if {deleted.path for deleted in runs} & {deleted.path for deleted in self._last[0]}:
            self._last = [], set()
            self._offer("")
            if self._notice.text == self._words:
                self._notice.clear()

    def ask_for_good(self) -> None:
        """Ask whether all deleted runs that are listed are to go from the disk."""
        self.look()
        runs = self.deleted
        what = "the deleted run" if len(runs) == 1 else f"{len(runs)} deleted runs"
        size = scaled(sum(map(self._size_of, runs)), "B")
        question = f"Delete {what} for good ({size})? This cannot be undone."
        self._notice.say(question, "warning", ("Delete for good", partial(self._discard, runs)))

    def _discard(self, runs: Sequence[DeletedRun]) -> None:
        self._take_back_offer(runs)
        for deleted in runs:
            self._try(partial(discard, deleted))
        self._model.refresh_again()

    def _try(self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except NetloomError as error:
            self._notice.say(str(error))
            return None

    # The menu

    def fill(self, menu: QMenu) -> None:
        """Offer the deleted runs, each to be put back, and to be rid of them all."""
        self.look()
        runs = self.deleted
        for deleted in runs[:LISTED]:
            name = run_name(deleted.path, owner_of(deleted.path), self._model.key)
            size = scaled(self._size_of(deleted), "B")
            menu.addAction(f"Put back {caption(name)}   ({size})", partial(self.restore, [deleted]))
        menu.addSeparator()
        menu.addAction(FOR_GOOD, self.ask_for_good)
        menu.setEnabled(bool(runs))

    def words(self) -> tuple[str, str]:
        """What the deleted runs take on the disk, and what a tooltip says about it; empty where there is none."""
        if not self.deleted:
            return "", ""
        size, count = sum(map(self._size_of, self.deleted)), counted(len(self.deleted), "deleted run")
        takes, them = ("takes", "it") if len(self.deleted) == 1 else ("take", "them")
        tip = f"What {count} still {takes} on the disk: More, {MENU}, puts {them} back."
        return f"{scaled(size, 'B')} deleted", tip

"""Deleting runs, with undo and redo: they go to the trash, from which undo, a notice or a menu brings them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu

from app.system.number_format import counted, scaled
from app.system.told_notes import as_sentences
from app.training.run_labels import owner_of, size_on_disk
from app.training.run_trash import DAYS, DeletedRun, deleted_runs, discard, discard_old, restore_run, trash_run
from graph.document import Act, Document
from graph.errors import NetloomError
from widgets.look.menus import add_entry
from widgets.training.inline_notice import InlineNotice
from widgets.training.run_entries import RunEntry, run_name
from widgets.training.run_model import RunModel

MENU = "Deleted runs"
FOR_GOOD = "Delete for good…"
LISTED = 15
"""Deleted runs that the menu offers, the last deleted ones."""
T = TypeVar("T")


@dataclass(frozen=True)
class _Shown:
    """How runs are shown: all that are ``listed``, the hues of those that are ticked in their order, the last run."""

    listed: frozenset[Path] = frozenset()
    hues: Mapping[Path, int] = field(default_factory=dict)
    last: Path | None = None

    def moved(self, places: Mapping[Path, Path]) -> _Shown:
        """The same where some of the runs lie in other ``places`` by now."""
        at = {path: places.get(path, path) for path in (*self.listed, *self.hues)}
        hues = {at[path]: hue for path, hue in self.hues.items()}
        return _Shown(frozenset(at.values()), hues, at.get(self.last, self.last) if self.last is not None else None)


@dataclass(eq=False)
class _Deletion:
    """Runs that were deleted together: those in the trash, and those that were put back, where they are now.

    ``before`` is how runs were shown until then, ``words`` what the notice said, ``act`` what the history holds.
    """

    trash: list[DeletedRun]
    before: _Shown
    words: str
    back: list[Path] = field(default_factory=list)
    act: Act | None = None


class RunDeletion:
    """Deletes runs of a list, brings them back, and says so in the notice over it.

    Each deletion is an act in the history of the document, so undo and redo reach it in its turn; undone, it leaves the
    runs shown as they were. ``select`` is called with a run that is back; ``staying`` is what the list does around a
    deletion: it selects a run near it. ``last_run`` tells which run is shown as the last one, ``show_last`` shows it.
    """

    def __init__(
        self,
        model: RunModel,
        notice: InlineNotice,
        select: Callable[[Path], None],
        staying: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._model, self._notice, self._select, self._staying = model, notice, select, staying
        self.last_run: Callable[[], Path | None] = lambda: None
        self.show_last: Callable[[Path], object] = lambda _: None
        self._document = Document()
        self._deletions: list[_Deletion] = []
        """What was deleted since the document was opened and can be undone or done again, the last at the end."""
        self._discarded: set[Path] = set()
        """The folders of runs whose old deleted ones were deleted for good in this session."""
        self._sizes: dict[Path, int] = {}
        self.deleted: list[DeletedRun] = []
        """The deleted runs of the open project, or of all projects where those are listed, as last looked at."""
        model.renamed.connect(self._on_rename)

    def set_document(self, document: Document) -> None:
        """Stand in the history of another document."""
        self._document, self._deletions = document, []

    # What is in the trash

    def look(self) -> None:
        """Look at what is in the trash; what is there for too long is deleted for good, once in a session."""
        model = self._model
        for place in model.scope.places:
            if place not in self._discarded:
                self._discarded.add(place)
                discard_old(place)
        deleted = [each for place in model.scope.places for each in deleted_runs(place)]
        self.deleted = [each for each in deleted if model.scope.all_projects or model.scope.is_own(each.path)]

    def _size_of(self, deleted: DeletedRun) -> int:
        """What lies in the trash does not change, so it is measured once."""
        if deleted.path not in self._sizes:
            self._sizes[deleted.path] = size_on_disk(deleted.path)
        return self._sizes[deleted.path]

    # Acts

    def delete(self, entries: Sequence[RunEntry]) -> None:
        """Move runs to the trash, and offer to undo that."""
        deletion = _Deletion([], _Shown(), "")
        if self._trash(deletion, [entry.path for entry in entries]):
            one, what = len(deletion.trash) == 1, self._called(deletion)
            act = Act(
                f"Delete the run {what}" if one else f"Delete {what}",
                partial(self._take_back, deletion),
                partial(self._repeat, deletion),
            )
            deletion.act = act
            self._deletions.append(deletion)
            self._document.record(act)

    def _trash(self, deletion: _Deletion, paths: Sequence[Path]) -> bool:
        """Move runs to the trash as one deletion; False where none could be."""
        listed = frozenset(entry.path for entry in self._model.entries)
        deletion.before = _Shown(listed, self._model.shown, self.last_run())
        failures = []
        with self._staying():
            for path in paths:
                try:
                    deletion.trash.append(trash_run(path))
                except NetloomError as error:
                    failures.append(str(error))
            self._model.refresh_again()
        if not deletion.trash:
            self._notice.say(as_sentences(failures))
            return False
        size = scaled(sum(self._size_of(each) for each in deletion.trash), "B")
        them = "it" if len(deletion.trash) == 1 else "them"
        words = f"Deleted {self._called(deletion)} ({size}). For {DAYS} days, More, {MENU}, puts {them} back."
        deletion.words = as_sentences((words, *failures))
        self._notice.say(deletion.words, "warning" if failures else "ok", ("Undo", partial(self._undo, deletion)))
        return True

    def _called(self, deletion: _Deletion) -> str:
        if len(deletion.trash) > 1:
            return f"{len(deletion.trash)} runs"
        (run,) = deletion.trash
        return f"“{run_name(run.path, owner_of(run.path), self._model.scope.key)}”"  # spaced as in the list

    def _undo(self, deletion: _Deletion) -> None:
        """Take back a deletion by its notice; what was done since then stays as it is."""
        act = deletion.act
        if act is not None and self._document.is_next(act):
            self._document.undo()
        else:
            self.restore(deletion.trash, deletion.before.hues)

    def _take_back(self, deletion: _Deletion) -> bool:
        self._withdraw(deletion)
        runs, deletion.trash = deletion.trash, []
        places = self._put_back(runs)
        deletion.back = list(places.values())
        self._show_as(deletion.before.moved(places))
        return self._goes_on(deletion)

    def _show_as(self, before: _Shown) -> None:
        """Show runs as they were shown before a deletion; runs that came since stay as they are."""
        model, last = self._model, self.last_run()
        now = [(path, hue) for path, hue in model.shown.items() if path in before.listed]
        wanted = [(path, hue) for path, hue in before.hues.items() if model.row_of(path) is not None]
        if now != wanted:
            for path, _ in now:
                model.tick(path, False)
            for path, hue in wanted:
                model.tick(path, True, hue)
        if before.last is not None and (last is None or last in before.listed):
            self.show_last(before.last)

    def _repeat(self, deletion: _Deletion) -> bool:
        runs, deletion.back = [path for path in deletion.back if path.is_dir()], []
        if runs:
            self._trash(deletion, runs)
        return self._goes_on(deletion)

    def _goes_on(self, deletion: _Deletion) -> bool:
        """Whether there is still something to undo or to do again; what has nothing left is forgotten."""
        goes_on = bool(deletion.trash or deletion.back)
        if not goes_on:
            self._deletions.remove(deletion)
        return goes_on

    def restore(self, runs: Sequence[DeletedRun], hues: Mapping[Path, int] | None = None) -> None:
        """Put deleted runs back, out of their turn; those that were ticked are so again, in ``hues`` that are free."""
        self._leave_history(runs)
        places, hues = self._put_back(runs), hues or {}
        for original, path in places.items():
            self._model.tick(path, original in hues, hues.get(original))

    def _put_back(self, runs: Sequence[DeletedRun]) -> dict[Path, Path]:
        """Put runs back; returns where they were and where they are now."""
        back = {deleted.original: self._try(partial(restore_run, deleted)) for deleted in runs}
        self._model.refresh_again()
        self._model.read_all()
        paths = {original: path for original, path in back.items() if path is not None}
        if first := next(iter(paths.values()), None):
            QTimer.singleShot(0, self._model, partial(self._select, first))
        return paths

    def _leave_history(self, runs: Sequence[DeletedRun]) -> None:
        """Runs come back, or go for good, out of their turn: undo takes back what is left of their deletion."""
        places = {deleted.path for deleted in runs}
        for deletion in tuple(self._deletions):
            left = [deleted for deleted in deletion.trash if deleted.path not in places]
            if len(left) < len(deletion.trash):
                deletion.trash = left
                self._withdraw(deletion)
                if not self._goes_on(deletion) and deletion.act is not None:
                    self._document.forget(deletion.act)

    def _withdraw(self, deletion: _Deletion) -> None:
        """Say no more that runs are deleted some of which are not."""
        if self._notice.text == deletion.words:
            self._notice.clear()

    def _on_rename(self, old: Path, new: Path) -> None:
        """A run has another name, by which it is deleted again where it was put back."""
        for deletion in self._deletions:
            deletion.before = deletion.before.moved({old: new})
            deletion.back = [new if path == old else path for path in deletion.back]

    def ask_for_good(self) -> None:
        """Ask whether all deleted runs that are listed are to go from the disk."""
        self.look()
        runs = self.deleted
        what = "the deleted run" if len(runs) == 1 else f"{len(runs)} deleted runs"
        size = scaled(sum(map(self._size_of, runs)), "B")
        question = f"Delete {what} for good ({size})? This cannot be undone."
        self._notice.say(question, "warning", ("Delete for good", partial(self._discard, runs)))

    def _discard(self, runs: Sequence[DeletedRun]) -> None:
        self._leave_history(runs)
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
            name = run_name(deleted.path, owner_of(deleted.path), self._model.scope.key)
            size = scaled(self._size_of(deleted), "B")
            add_entry(menu, f"Put back {name}   ({size})", partial(self.restore, [deleted]))
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

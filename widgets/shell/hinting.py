"""Keeps the hints of the project on show up to date, and remembers which are not wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.project.project_hints import TITLES, dismiss, inner_hints, project_hints
from graph.changes import AnnotationSet, LayerMoved
from graph.checking.network_hints import Hint
from graph.document import Commit
from widgets.shell.project_problems import ProjectProblems

if TYPE_CHECKING:
    from widgets.shell.context import Context


MANY = 2000
"""Layers of a large network."""

AFTER_REST = 500
"""Milliseconds without an edit after which the hints of a large network are looked for."""


PAUSE_MS = 100
"""Pause after an edit before the whole network is looked at, so that a burst of edits costs one look."""


class Hinting(QObject):
    """Looks again after each edit, once the window has answered it; ``changed`` says that there are others.

    Inside a block the hints are those about its network. Dismissing is an edit of the project; what is never shown is
    a preference.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        session, workbench, preferences = context.session, context.workbench, context.preferences
        super().__init__(session)
        self._session, self._workbench, self._preferences = session, workbench, preferences
        self._project_problems = project_problems = context.part(ProjectProblems)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self.refresh)
        session.committed.connect(self._on_commit)
        for signal in (session.replaced, project_problems.changed, workbench.block_navigation.changed):
            signal.connect(self.look_soon)
        workbench.problems.dismissed.connect(self._dismiss)
        workbench.problems.hidden.connect(self._hide)
        self.destroyed.connect(preferences.subscribe(self._on_preference))

    @property
    def hidden(self) -> frozenset[str]:
        """Ids of the rules of which nothing is shown."""
        words = str(self._preferences["hidden_hints"]).replace(",", " ").split()
        return frozenset(words)

    def _on_commit(self, commit: Commit) -> None:
        if not all(isinstance(change, LayerMoved | AnnotationSet) for change in commit.changes):
            self.look_soon()

    def look_soon(self, *_: object) -> None:
        """Look again once what happens at present is done."""
        # Looking through thousands of layers takes longer than a frame, so it waits until the hand rests.
        large = len(self._workbench.block_navigation.document.network) > MANY
        self._soon.start(AFTER_REST if large else 0)

    def refresh(self) -> None:
        """Look again now."""
        self._soon.stop()
        hints = self._hints() if self._preferences["hints"] else ()
        self._workbench.problems.set_hints(hints, TITLES)
        self._workbench.inspector.set_hints(hints)
        if hints != self._session.state.hints:
            self._session.state.hints = hints
            self.changed.emit()

    def _hints(self) -> tuple[Hint, ...]:
        inside, sections = self._workbench.block_navigation, self._session.document.sections
        if inside.path:
            return inner_hints(inside.checker, "/".join(inside.path), sections, self.hidden)
        return project_hints(inside.checker, sections, self._session.state.data, self.hidden)

    def _dismiss(self, hint: Hint) -> None:
        dismiss(self._session.document, hint, "/".join(self._workbench.block_navigation.path))

    def _hide(self, hint: Hint) -> None:
        self._preferences.set("hidden_hints", ", ".join(sorted({*self.hidden, hint.rule})))

    def _on_preference(self, name: str) -> None:
        if name in ("hints", "hidden_hints"):
            self.look_soon()

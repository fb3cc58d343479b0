"""What the start page lists under Continue: the open project, those of before, and how far a training of one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from widgets.start.recent_project import RecentProject

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.shell.project_memory import ProjectMemory
    from widgets.start.start_page import StartPage
    from widgets.training.training_controller import TrainingController


class Continued(QObject):
    """Fills the list of a start page, and keeps it true while that is looked at."""

    def __init__(self, context: Context, page: StartPage) -> None:
        super().__init__(page)
        self._context, self._page = context, page
        self._controller: TrainingController | None = None

    def listen_to(self, controller: TrainingController) -> None:
        """Follow what is trained from now on."""
        self._controller = controller
        controller.progress.changed.connect(self._follow)

    def show(self) -> None:
        """List the projects as they are now."""
        context = self._context
        if not context.ready or not context.session.begun:
            self._page.show_recent(context.memory.continued())
        else:
            state = context.session.state
            unsaved = context.session.modified or (state.path is None and context.memory.is_unsaved(state.id))
            here = RecentProject(state.path, state.name, self._memory.words, unsaved=unsaved)
            self._page.show_recent(context.memory.continued(state.id, state.path), here)
        self._tell()

    def _follow(self) -> None:
        """The training is further, or over: then what came of it is listed."""
        if not self._page.isVisible():
            return
        active = self._controller is not None and self._controller.active
        self._tell() if active else self.show()

    def _tell(self) -> None:
        """Say of the project whose run is in progress how far that is."""
        controller = self._controller
        words = controller.progress.words if controller is not None else ""
        file = self._memory.file_of(controller.run_id) if controller is not None and words else None
        for row in self._page.rows:
            own = row is self._page.back and controller is not None and controller.own
            row.say_training(words if own or (file is not None and row.project.path == file) else "")

    @property
    def _memory(self) -> ProjectMemory:
        # It looks at runs, which nothing needs before the first paint.
        from widgets.shell.project_memory import ProjectMemory

        return self._context.part(ProjectMemory)

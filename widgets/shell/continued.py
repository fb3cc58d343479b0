"""What the start page lists under Continue: the open project, those of before, and how far a training of one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from widgets.shell.banners import Notice
from widgets.start.recent_project import RecentProject

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.shell.project_memory import ProjectMemory
    from widgets.start.start_page import StartPage
    from widgets.training.training_controller import TrainingController


MOST_UNSAVED = 50
"""Projects that were never saved from which on it is said how many there are: each has its runs on the disk."""
MANY = (
    "{} of these were never saved, and their runs are on the disk. Save what you want to keep; the key Del takes a "
    "project off this list."
)
KEPT_RUNS = "It was never saved. Its runs stay: Train, Runs, All projects, lists them."


class Continued(QObject):
    """Fills the list of a start page, and keeps it true while that is looked at."""

    def __init__(self, context: Context, page: StartPage) -> None:
        super().__init__(page)
        self._context, self._page = context, page
        self._controller: TrainingController | None = None
        page.unwanted.connect(self._take_off)

    def listen_to(self, controller: TrainingController) -> None:
        """Follow what is trained from now on."""
        self._controller = controller
        controller.progress.changed.connect(self._follow)

    def show(self) -> None:
        """List the projects as they are now."""
        context = self._context
        if not context.ready or not context.session.begun:
            others, here = context.memory.continued(), None
        else:
            state = context.session.state
            unsaved = context.session.modified or (state.path is None and context.memory.is_unsaved(state.id))
            here = RecentProject(state.path, state.name, self._memory.words, unsaved=unsaved)
            others = context.memory.continued(state.id, state.path)
        never_saved = sum(project.unsaved for project in others)
        self._page.show_recent(others, here, MANY.format(never_saved) if never_saved >= MOST_UNSAVED else "")
        self._tell()

    def _take_off(self, project: RecentProject) -> None:
        """Take a project off the list, which can be taken back; nothing of it goes from the disk."""
        if project.path is None:
            return
        take_back = self._context.memory.forget(project.path)

        def undo() -> None:
            take_back()
            self.show()

        kept = KEPT_RUNS if project.unsaved else f"Its file stays: {project.path}."
        text = f"“{project.name}” is no longer under Continue. {kept}"
        self._context.say(Notice(text, "info", (("Undo", undo),), "taken off"))
        self.show()

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

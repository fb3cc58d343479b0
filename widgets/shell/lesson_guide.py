"""Leads through a lesson in the window: opens its project, listens to edits and training, keeps how far one came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.lessons.course import Course
from app.lessons.lesson_files import keep_progress, kept_progress, lesson_file, lesson_ids
from app.lessons.schema import Lesson, read_lesson
from app.project.description_links import Place, read_link, slug
from app.protocol.events import Event, Points
from graph.errors import NetloomError
from widgets.shell.actions.file_actions import FileActions
from widgets.shell.actions.link_actions import LinkActions
from widgets.shell.actions.training_actions import TrainingActions
from widgets.shell.banners import Notice
from widgets.shell.project_problems import ProjectProblems
from widgets.start.preset_entries import PRESETS

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.shell.project_state import ProjectState
    from widgets.training.training_controller import TrainingController


class LessonGuide(QObject):
    """One lesson at a time, in the pane beside the canvas."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window())
        self._context, self._panel = context, context.workbench.lesson
        self._project_problems = project_problems = context.part(ProjectProblems)
        self._project: ProjectState | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.look)
        self._panel.moved.connect(self._move)
        self._panel.answered.connect(self._answer)
        self._panel.left.connect(self.end)
        workbench, session = context.workbench, context.session
        for signal in (session.committed, project_problems.changed):
            signal.connect(self.look_soon)
        session.replaced.connect(self._end_with_project)
        workbench.workspace_changed.connect(lambda name: self.visit(f"workspace:{name}"))
        workbench.canvas.events.selectionChanged.connect(self._visit_layers)

    @property
    def course(self) -> Course | None:
        """The lesson in progress."""
        return self._panel.course

    # Opening

    def open(self, id: str) -> None:
        """Begin or go on with a lesson that ships; a refusal is told in a banner."""
        self._try(lambda: self.begin(read_lesson(lesson_file(id))))

    def open_file(self, path: Path) -> None:
        """Begin or go on with a lesson from a file."""
        self._try(lambda: self.begin(read_lesson(path)))

    def begin(self, lesson: Lesson) -> None:
        """Open the lesson's project, after asking about unsaved edits, and show where one stands in it."""
        if lesson.start.startswith("preset:"):
            id_ = lesson.start.removeprefix("preset:")
            path = PRESETS / f"{id_}.netloom"
            if not path.is_file():
                raise NetloomError(f"The lesson “{lesson.title}” starts from the preset “{id_}”, which there is not.")
            files = self._context.part(FileActions)
            files.open_shipped(path, lambda: self._show(lesson), lesson.title, page_of(lesson))
        elif lesson.start == "empty":
            self._context.part(FileActions).new(lambda: self._show(lesson), lesson.title, page_of(lesson))
        else:
            self._context.show_workbench("network")
            self._show(lesson)

    def _show(self, lesson: Lesson) -> None:
        progress = kept_progress(lesson.id)
        if progress is None:
            keep_progress(lesson.id, Course(lesson).progress)  # its card says from now on that one is in it
        if progress is not None and progress.complete:
            progress = None  # taken once more, from the beginning
        self._take_up(Course(lesson, progress))

    def _take_up(self, course: Course) -> None:
        """Lead through a lesson in the project that is open."""
        self._project = self._context.session.state
        self._panel.show_course(course)
        self._context.workbench.show_lesson(True)
        self._context.withdraw("lesson", "lesson-done")
        self.look_soon()

    def follow(self, url: str) -> None:
        """Follow a link of the lesson; with an example that it opens the lesson goes on."""
        link, course = read_link(url), self.course
        path = PRESETS / f"{link.target}.netloom" if link is not None and link.place is Place.PRESET else None
        if course is None or path is None or not path.is_file():
            self._context.part(LinkActions).follow(url)
        else:
            files = self._context.part(FileActions)
            lesson = course.lesson
            files.open_shipped(path, lambda: self._take_up(course), lesson.title, page_of(lesson))

    def end(self) -> None:
        """Put the lesson away; how far one came is kept."""
        self._keep()
        self._panel.show_course(None)
        self._context.workbench.show_lesson(False)
        self._context.workbench.side_panel.begin()

    def _end_with_project(self) -> None:
        """A lesson ends with its project; one whose file was read again goes on."""
        if self.course is None:
            return
        state = self._context.session.state
        if self._project is not None and state.id == self._project.id:
            self.look_soon()
            return
        lesson = self.course.lesson
        self.end()
        text = f"The lesson “{lesson.title}” ended with its project; how far you came is kept."
        again = ("Go on with it", lambda: self._try(lambda: self.begin(lesson)))
        self._context.say(Notice(text, "info", (again,), "lesson"))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "lesson"))

    # Listening

    def listen_to_training(self, controller: TrainingController) -> None:
        """Hear what training says from now on."""
        for signal in (controller.started, controller.link.points, controller.epoch_ended, controller.finished):
            signal.connect(self._on_event)

    def _on_event(self, event: Event) -> None:
        if self.course is None:
            return
        values = event.values()
        if isinstance(event, Points) and not self._own_run():
            return
        if isinstance(event, Points):
            values = {"step": int(event.step[-1]) if len(event.step) else 0}
        self.course.take_event(event.name, values)
        self.look_soon()

    def _own_run(self) -> bool:
        """Whether the run in progress is of the open project."""
        controller = self._context.part(TrainingActions).controller
        return controller is not None and controller.own

    def visit(self, place: str) -> None:
        """Something is looked at: ``workspace:data``, ``layer:conv1``."""
        if self.course is not None:
            self.course.visit(place)
            self.look_soon()

    def _visit_layers(self, ids: Sequence[str]) -> None:
        for id_ in ids:
            self.visit(f"layer:{id_}")

    def visit_tab(self, title: str) -> None:
        """A tab of Understand is looked at."""
        if self._context.workbench.workspace == "understand":
            self.visit(f"understand:{slug(title)}")

    def look_soon(self, *_: object) -> None:
        """Look whether the step is done, once what happens at present is over."""
        if self.course is not None:
            self._soon.start()

    def look(self) -> None:
        """Look whether the step is done."""
        session, course = self._context.session, self.course
        if course is None:
            return
        if course.look(session.checker, session.document.sections, session.state.data):
            self._panel.show_progress()
            self._keep()

    # What was pressed

    def _move(self, by: int) -> None:
        course = self.course
        if course is None:
            return
        if by > 0 and course.at == len(course.lesson.steps) - 1:
            self._finish(course)
            return
        course.go(course.at + by)
        self._keep()
        self._panel.show_step()
        self.look_soon()

    def _finish(self, course: Course) -> None:
        course.finish_reading()
        left = len(course.lesson.steps) - sum(course.progress.done)
        text = f"“{course.lesson.title}” is done: well done."
        if left:
            text = f"“{course.lesson.title}” ends here; {left} step{' was' if left == 1 else 's were'} skipped."
        self.end()
        self._context.say(Notice(text, "ok", (("Choose another lesson", self._context.show_lessons),), "lesson-done"))

    def _answer(self, answer: float) -> None:
        course = self.course
        if course is None:
            return
        if course.answer(answer):
            self._panel.question.show_answer()
            self._panel.show_progress()
            self._keep()
        else:
            self._panel.say_wrong()

    def _keep(self) -> None:
        if self.course is not None:
            keep_progress(self.course.lesson.id, self.course.progress)


def page_of(lesson: Lesson) -> str:
    """The description of a project that belongs to a lesson, with the way back to that where it ships."""
    back = f" [Go to the lesson](lesson:{lesson.id})" if lesson.id in lesson_ids() else ""
    return f"# {lesson.title}\n\n{lesson.summary}\n\nThis network belongs to a lesson.{back}"

"""The main window. Its first screen needs only Qt; everything else is brought in after it has painted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QLabel, QStackedWidget, QWidget

from widgets.look.floating import FaultHidden, Headed, float_over
from widgets.look.focus import keys_in, types_in
from widgets.look.labels import empty_page
from widgets.look.layouts import vbox
from widgets.look.plain_text import window_title
from widgets.look.stylesheet import apply_theme
from widgets.look.theme import ThemeSource
from widgets.shell.action_registry import Actions
from widgets.shell.actions.file_actions import FileActions
from widgets.shell.actions.network_actions import next_problem
from widgets.shell.actions.training_actions import TrainingActions
from widgets.shell.banners import Banners, Notice
from widgets.shell.coach_marks import CoachMarks
from widgets.shell.context import Context
from widgets.shell.continued import Continued
from widgets.shell.dropping import Dropping, DropTarget
from widgets.shell.loading import Loader
from widgets.shell.preferences import Memory, Preferences
from widgets.shell.refused_texts import RefusedTexts
from widgets.shell.saving import begin_dialogs
from widgets.shell.theme_choice import apply_look
from widgets.shell.topbar import StatusLine, TopBar
from widgets.shell.window_geometry import keep_geometry, restore_geometry
from widgets.start.preset_entries import presets
from widgets.start.start_page import StartPage
from widgets.training.command_process import CommandProcess

if TYPE_CHECKING:
    from widgets.shell.project_session import ProjectSession
    from widgets.shell.workbench import Workbench

OPENING = "Opening {}…"
STARTING = "Starting…"

BUILT_BY = {"network": "workbench", "train": "training"}
"""The stage of the loader that each workspace needs; the others need all of them."""

KEPT = "It has no file yet, and stays under Continue on the start page as it was last trained. Save gives it a file."
"""What is said of a project that was never saved and of which nothing is lost."""

LONGEST_DEVICE = 12
"""Letters of a device's id for which the bar keeps room before the worker tells it."""

P = TypeVar("P")


class MainWindow(DropTarget):
    """One window with one project at a time: the `Context` of its parts.

    ``file`` is opened once the window has painted; without one the start page is shown. ``loader`` builds session and
    workbench, and hands them to `adopt`.
    """

    def __init__(self, preferences: Preferences, memory: Memory, themes: ThemeSource, file: Path | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.preferences: Preferences = preferences
        self.memory, self.themes = memory, themes
        begin_dialogs(memory)
        self.working = False
        self.loader = Loader(self)
        self._session: ProjectSession | None = None
        self._workbench: Workbench | None = None
        self._parts: dict[Callable[[Context], Any], object] = {}
        self._closers: list[Callable[[], object]] = []
        self._file = file
        self._waiting: QLabel | None = None
        self._covered: QWidget | None = None
        self._painted = self._may_close = self._left = False
        self._status_soon = QTimer(self, singleShot=True, interval=0)
        self._status_soon.timeout.connect(self.refresh_status)
        self.training: TrainingActions = self.part(TrainingActions)
        self.files: FileActions = self.part(FileActions)
        self._dropping: Dropping = self.part(Dropping)
        self.commands: Actions = Actions(self)
        self.bar = TopBar(self.commands, themes)
        self.banners = Banners(themes)
        self.status = StatusLine(themes)
        self.pages = QStackedWidget()
        self._assemble()
        automatic = memory.get("automatic")
        if isinstance(automatic, str) and len(automatic) <= LONGEST_DEVICE:
            self.bar.expect_device(automatic)
        self._connect()
        restore_geometry(self, memory)
        if file is not None:
            self._wait(OPENING.format(file.name))
        elif preferences["start_page"]:
            self.show_start()
        else:
            self._wait(STARTING)

    # Building

    def _make_start(self) -> StartPage:
        families = self.memory.get("families", {})
        known = families if isinstance(families, dict) else {}
        start = StartPage(presets(), known, self.themes, self.pages)
        start.offer_tour(bool(self.preferences["offer_tour"]))
        return start

    def _assemble(self) -> None:
        # The outer first: what is polished and then given another parent is polished again.
        whole = QWidget(self)
        self.setCentralWidget(whole)
        vbox(self.bar, (self.pages, 1), self.status, parent=whole, spacing=0)
        self._floating = float_over(whole, self.banners, within=self.pages, at_top=True, widest=580)
        self.banners.sheet.cover(self)
        self.banners.sheet.keys.let_pass(self.commands.always)
        self.start: StartPage = self._make_start()
        self.continued = Continued(self, self.start)
        self.pages.addWidget(self.start)
        self.take_drops(self._dropping, self.themes)
        self.setMinimumSize(720, 480)

    def _connect(self) -> None:
        self.start.opened.connect(self.files.open)
        self.start.preset.connect(self.files.open_preset)
        self.start.lesson.connect(self.open_lesson)
        self.start.wants_back.connect(self.files.go_back)
        self.start.wants_new.connect(self.files.new)
        self.start.wants_open.connect(self.files.ask_open)
        self.start.wants_data.connect(self._dropping.ask_data)
        self.start.wants_tour.connect(lambda: self.part(CoachMarks).begin())
        self.start.tour_declined.connect(lambda: self.preferences.set("offer_tour", False))
        self.bar.workspace.connect(self.turn_to)
        self.bar.device.connect(self.training.choose_device)
        self.training.devices_told.connect(self._show_devices)
        self.training.state_told.connect(self.status.training.setText)
        self.status.asked.connect(lambda: next_problem(self))
        self.themes.changed.connect(self._restyle)
        self.preferences.subscribe(self._on_preference)

    def _wait(self, text: str) -> None:
        """Say what happens once the window has painted."""
        self._waiting = empty_page(text)
        self._waiting.setObjectName("opening")
        self.show_page(self._waiting)

    # What parts share

    @property
    def ready(self) -> bool:
        """Whether session and workbench are built."""
        return self._workbench is not None

    @property
    def session(self) -> ProjectSession:
        """The open project; it is built now if it has to be."""
        self.require("workbench")
        assert self._session is not None  # the loader has handed it over
        return self._session

    @property
    def workbench(self) -> Workbench:
        """The canvas and what stands around it; built now if it has to be."""
        self.require("workbench")
        assert self._workbench is not None  # the loader has handed it over
        return self._workbench

    @property
    def asking(self) -> bool:
        """Whether a question stands over the window."""
        return self.banners.sheet.holds

    @property
    def panes(self) -> tuple[QWidget, ...]:
        """Notices, bar, what is on show below it, and the status line: what F6 goes through; a question is all."""
        if self.asking:
            return (self.banners.sheet,)
        shown = self.workbench.panes if self.ready and self.working else self.start.panes
        tour = self.part(CoachMarks)
        shown = (*shown, tour.card) if tour.active else shown
        return self.bar, self.banners, *shown, self.status

    @property
    def notices(self) -> tuple[str, ...]:
        """What the banners say at present."""
        return tuple(notice.text for notice in self.banners.notices)

    def part(self, kind: Callable[[Context], P]) -> P:
        """The window's only instance of a class, which is made with this context at its first use."""
        if kind not in self._parts:
            self._parts[kind] = kind(self)
        return cast(P, self._parts[kind])

    def require(self, stage: str) -> None:
        """Build what is still to be built up to a stage."""
        self.loader.require(stage)

    def at_close(self, call: Callable[[], object]) -> None:
        """Have something ended when the window closes."""
        self._closers.append(call)

    def say(self, notice: Notice) -> None:
        """Tell something in a banner."""
        self.banners.say(notice)

    def _tell_refusal(self, sentence: str) -> None:
        self.say(Notice(sentence, "warning", (), "refused", of_project=True, passes=True))

    def withdraw(self, *keys: str) -> None:
        """Take banners away."""
        for key in keys:
            self.banners.withdraw(key)

    # After the first paint

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._after_first_paint)

    def _after_first_paint(self) -> None:
        if self._left:
            return
        if self._file is not None:
            file, self._file = self._file, None
            self.files.open(file)
            if self.pages.currentWidget() is self._waiting:
                self.show_start()
        elif not self.ready and self.pages.currentWidget() is self._waiting and not self.files.reopen_last():
            self.files.new()
        self.loader.start()

    def adopt(self, session: ProjectSession, workbench: Workbench) -> None:
        """Take over the session and the workbench once they are built."""
        self._session, self._workbench = session, workbench
        self._floating.keep_clear_of(workbench.canvas)
        self.pages.addWidget(workbench)
        workbench.restore_layout(self.memory.get("layout"))
        workbench.selection_changed.connect(self.commands.refresh)
        workbench.workspace_changed.connect(self._on_workspace)
        workbench.side_panel.changed.connect(self.commands.refresh)
        workbench.refused.connect(self._tell_refusal)
        session.leaving.connect(self.banners.leave_project)
        session.changed.connect(self.refresh)
        session.committed.connect(lambda _: self.withdraw("refused"))
        session.checked.connect(self._status_soon.start)
        self.files.listen_to(session)
        self.part(RefusedTexts)
        self.commands.refresh()

    # What is shown

    def show_start(self) -> None:
        """Show the start page; the project stays open behind it."""
        self.banners.leave_page()
        self.continued.show()
        self.pages.setCurrentWidget(self.start)
        self._show_working(False)
        self.start.new.setFocus()

    def show_lessons(self) -> None:
        """Show the lessons on the start page."""
        self.show_start()
        self.start.show_lessons()

    def open_lesson(self, lesson: str | Path) -> None:
        """Begin a lesson that ships, by its id, or one from a file."""
        from widgets.shell.lesson_guide import LessonGuide

        self.require("training")
        guide = self.part(LessonGuide)
        guide.open_file(lesson) if isinstance(lesson, Path) else guide.open(lesson)

    def show_workbench(self, workspace: str = "") -> None:
        """Show the whole network in the workspace named, or what was in view in the last one."""
        workbench = self.workbench
        self.pages.setCurrentWidget(workbench)
        self._show_working(True)
        self.show_workspace(workspace or workbench.workspace)
        workbench.canvas.setFocus() if workbench.canvas.isVisible() else workbench.take_keys()
        if workspace:
            QTimer.singleShot(0, workbench.canvas, workbench.canvas.context.frame_all)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Give the keys to the canvas where what had them went away: Qt would give them to the menu button."""
        lost = QApplication.focusWidget()
        if self.ready and self.working and lost is not None and not (lost.isVisible() and lost.isEnabled()):
            self.workbench.canvas.setFocus() if self.workbench.canvas.isVisible() else lost.clearFocus()
            return True
        return super().focusNextPrevChild(forward)

    def show_workspace(self, name: str) -> None:
        """Show one of the four workspaces."""
        self.require(BUILT_BY.get(name, "understand"))
        if not self.working:
            self.pages.setCurrentWidget(self.workbench)
            self._show_working(True)
        self.workbench.show_workspace(name)
        self._on_workspace(name)
        focus = keys_in(self)
        if focus is None or not focus.isVisible():
            self.workbench.take_keys()

    def turn_to(self, name: str) -> None:
        """Show a workspace that was asked for, with the keys on its main part.

        Whoever types in a field that stays in view keeps typing there; so do arrow keys in the tabs of the workspaces.
        """
        there, focus = self.working and self.workbench.workspace == name, keys_in(self)
        self.show_workspace(name)
        if focus is not None and focus.isVisible() and (focus is self.bar.spaces or (types_in(focus) and not there)):
            focus.setFocus()  # it may have been out of view for a moment
        else:
            self.workbench.take_keys()

    def show_page(self, page: QWidget) -> None:
        """Show a page for a while in place of everything below the bar."""
        self._covered = self.pages.currentWidget()
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        self._show_working(False)

    def leave_page(self, page: QWidget) -> None:
        """Take that page away; what was on show before comes back, unless something else is shown already."""
        shown = self.pages.currentWidget() is page
        self.pages.removeWidget(page)
        page.deleteLater()
        if shown:
            self.show_workbench() if self.ready and self._covered is self._workbench else self.show_start()

    def _on_workspace(self, name: str) -> None:
        self.bar.show_workspace(name)
        panel = self.workbench.panel(name)
        if panel is not None and isinstance(panel, Headed):
            self._floating.keep_to(panel.body(), panel.notices)
        else:
            self._floating.keep_to(self.workbench.canvas, at_top=True)
        self.commands.refresh()

    def _show_working(self, working: bool) -> None:
        self.working = working
        if working:
            self.banners.show_project()
        self.bar.show_working(working)
        self.status.setVisible(working)
        self._floating.put_at_top(working)  # what the start page offers begins at its upper edge
        self.refresh()

    @property
    def _unsaved(self) -> bool:
        """Whether the open project has edits that are not saved, or was left without a file before."""
        session = self.session
        return session.modified or (session.path is None and self.memory.is_unsaved(session.state.id))

    def refresh(self) -> None:
        """Bring title, status line and actions up to date."""
        if self.ready and self.working:
            title, unsaved = self.session.title, self._unsaved
            kept = KEPT if unsaved and not self.session.modified else ""
            self.bar.title.say(title, "unsaved" if unsaved else "", kept)
            self.setWindowTitle(f"{window_title(title)}{' *' if unsaved else ''} - Netloom")
        else:
            self.bar.title.say("Netloom", "")
            self.setWindowTitle("Netloom")
        self.refresh_status()
        self.commands.refresh()

    def refresh_status(self) -> None:
        """Bring the status line up to date."""
        self._status_soon.stop()
        if not self.ready:
            return
        from app.training.start_edits import start_of
        from widgets.inspector.shape_text import status_costs
        from widgets.panels.problems import status_of

        state = self.session.state
        self.status.show_problems(*status_of(self.session.problems, state.hints, has_data=state.chooses_data))
        start = start_of(state.document.sections)
        costs = status_costs(self.session.checker, self.training.epoch_seconds, start, state.predicted.text)
        self.status.show_costs(costs)

    def _show_devices(self, offered: list[tuple[str, str]], chosen: str, automatic: str) -> None:
        self.bar.show_devices(offered, chosen, automatic)
        if automatic:
            self.memory.put(automatic=automatic)

    def _on_preference(self, name: str) -> None:
        if name in ("theme", "text_size", "projector"):
            apply_look(self.preferences, self.themes)
        self.start.offer_tour(bool(self.preferences["offer_tour"]))
        self.commands.refresh()
        if self.preferences.refusal:
            self.say(Notice(f"This holds until Netloom ends: {self.preferences.refusal}", "warning", (), "preferences"))
        else:
            self.withdraw("preferences")

    def _restyle(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self.themes.theme)
        self.refresh_status()

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.commands.refresh()

    def event(self, event: QEvent) -> bool:
        """What was refused and goes out of sight is told."""
        if isinstance(event, FaultHidden) and self.ready and not self._left:
            self.part(RefusedTexts).on_hidden(event.fault)
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self.ready:
            self._look_at_files()

    def _look_at_files(self) -> None:
        """What happened to files while another program was in front is seen at once."""
        from widgets.shell.project_problems import ProjectProblems

        if self.session.overtaken_on_disk:
            self.files.tell_overtaken()
        self.part(ProjectProblems).look()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._workbench is not None:
            self._workbench.commit_typing()
        if not self._may_close and not self.files.may_close(self.close_now):
            event.ignore()
            return
        self._leave()
        super().closeEvent(event)

    def close_now(self) -> None:
        """Close without asking; what is unsaved is lost."""
        self._may_close = True
        self.close()

    def _leave(self) -> None:
        """Remember the window's shape, vanish, and let go of everything, once."""
        if self._left:
            return
        self._left = True
        self.loader.stop()
        keep_geometry(self, self.memory)
        if self._workbench is not None:
            self.memory.put(layout=self._workbench.layout_state())
        self.hide()
        QGuiApplication.sync()  # the screen shows that it is gone before the worker is waited for
        if self._workbench is not None:
            self._workbench.close_document()
        for close in self._closers:
            close()
        for process in self.findChildren(CommandProcess):  # whoever began it
            process.close()
        if self._session is not None:
            self._session.close()

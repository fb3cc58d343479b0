"""The main window. Its first screen needs only Qt; everything else is brought in after it has painted."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.project.recovery import unsaved
from app.system import home
from graph.errors import NetloomError
from widgets.comparing.comparing_actions import ComparisonActions
from widgets.description.link_actions import LinkActions
from widgets.look import theme
from widgets.look.theme import ThemeSource
from widgets.look.theme_choice import apply_look
from widgets.shell.actions import Actions
from widgets.shell.banners import Banners, Notice
from widgets.shell.command_finder import CommandFinder
from widgets.shell.export_actions import ExportActions
from widgets.shell.file_actions import FileActions
from widgets.shell.import_actions import ImportActions
from widgets.shell.loading import Loader
from widgets.shell.opening import OpeningPage
from widgets.shell.preferences import Memory, Preferences
from widgets.shell.sweep_actions import SweepActions
from widgets.shell.topbar import StatusLine, TopBar
from widgets.shell.training_actions import TrainingActions
from widgets.start.preset_entries import presets
from widgets.start.start_page import StartPage

if TYPE_CHECKING:
    from graph.checking.layer_info import Problem
    from widgets.lessons.lesson_guide import LessonGuide
    from widgets.shell.preferences_dialog import PreferencesDialog
    from widgets.shell.project_session import ProjectSession
    from widgets.shell.workbench import Workbench

OPENING = "Opening {}…"
LESSON_SUFFIX = ".json"
STARTING = "Starting…"


class MainWindow(QMainWindow):
    """One window with one project at a time.

    ``file`` is opened once the window has painted; without one the start page is shown.
    """

    def __init__(self, preferences: Preferences, memory: Memory, themes: ThemeSource, file: Path | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.preferences: Preferences = preferences
        self.memory, self.themes = memory, themes
        self.session: ProjectSession | None = None
        self.workbench: Workbench | None = None
        self.lesson_guide: LessonGuide | None = None
        self.working = False
        self._file = file
        self._painted = False
        self._may_close = False
        self._left = False
        self._preferences_dialog: PreferencesDialog | None = None
        self.training: TrainingActions = TrainingActions(self)
        self.files: FileActions = FileActions(self)
        self.exporting: ExportActions = ExportActions(self)
        self.importing: ImportActions = ImportActions(self)
        self.searching: SweepActions = SweepActions(self)
        self.comparing: ComparisonActions = ComparisonActions(self)
        self.links: LinkActions = LinkActions(self)
        self.loader = self._make_loader()
        self.commands = Actions(self)
        self.bar = TopBar(self.commands, themes)
        self.banners = Banners(themes)
        self.status = StatusLine(themes)
        self.pages = QStackedWidget()
        self.start = self._make_start()
        self._assemble()
        self._connect()
        self._restore_geometry()
        if file is not None:
            self._wait(OPENING.format(file.name))
        elif preferences["start_page"]:
            self.show_start()
        else:
            self._wait(STARTING)

    # Building

    def _make_loader(self) -> Loader:
        from widgets.shell.assembly import slices

        return Loader(slices(self), self)

    def _make_start(self) -> StartPage:
        families = self.memory.get("families", {})
        known = families if isinstance(families, dict) else {}
        return StartPage(presets(), self.memory.recent, known, self.themes)

    def _assemble(self) -> None:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.bar, self.banners):
            column.addWidget(widget)
        column.addWidget(self.pages, 1)
        column.addWidget(self.status)
        self.pages.addWidget(self.start)
        self.setCentralWidget(whole)
        self.finder = CommandFinder(self)
        self.setAcceptDrops(True)
        self.setMinimumSize(720, 480)

    def _connect(self) -> None:
        self.start.opened.connect(self.files.open)
        self.start.preset.connect(self.files.open_preset)
        self.start.lesson.connect(self.open_lesson)
        self.start.wants_new.connect(self.files.new)
        self.start.wants_open.connect(self.files.ask_open)
        self.bar.workspace.connect(self.show_workspace)
        self.status.asked.connect(self.next_problem)
        self.themes.changed.connect(self._restyle)
        self.preferences.subscribe(self._on_preference)

    def _restore_geometry(self) -> None:
        stored = self.memory.get("geometry")
        restored = isinstance(stored, str) and self.restoreGeometry(QByteArray.fromBase64(stored.encode("ascii")))
        if not restored:
            screen = self.screen().availableGeometry()
            self.resize(min(1280, screen.width() - 40), min(820, screen.height() - 60))

    def _wait(self, text: str) -> None:
        """Say what happens once the window has painted."""
        waiting = QLabel(text)
        waiting.setObjectName("opening")
        waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting.setProperty("faint", True)
        self.pages.addWidget(waiting)
        self.pages.setCurrentWidget(waiting)
        self._show_working(False)

    @property
    def opening(self) -> bool:
        """Whether a large project is being opened."""
        return isinstance(self.pages.currentWidget(), OpeningPage)

    def show_opening(self, page: OpeningPage) -> None:
        """Show how far the opening of a large project is."""
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        self._show_working(False)

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
            if self.pages.currentWidget() is not self.workbench and not self.opening:
                self.show_start()
        elif self.session is None and self.pages.currentWidget() is not self.start:
            self.files.new()
        self.loader.start()

    def adopt(self, session: ProjectSession, workbench: Workbench) -> None:
        """Take over the session and the workbench once they are built."""
        self.session, self.workbench = session, workbench
        self.pages.addWidget(workbench)
        workbench.restore_layout(self.memory.get("layout"))
        workbench.selection_changed.connect(self.commands.refresh)
        workbench.workspace_changed.connect(self._on_workspace)
        workbench.description.linked.connect(self.links.follow)
        workbench.side_panel.changed.connect(self.commands.refresh)
        workbench.refused.connect(lambda sentence: self.say(Notice(sentence, "warning", (), "refused")))
        session.replaced.connect(self._on_replaced)
        session.changed.connect(self.refresh)
        session.troubled.connect(lambda sentence: self.say(Notice(sentence, "warning", (), "journal")))
        session.overtaken.connect(self.files.tell_overtaken)
        session.shared.connect(self.files.tell_shared)
        self.commands.refresh()

    def offer_recovery(self) -> None:
        """Offer unsaved work of a process that ended badly."""
        with suppress(NetloomError):
            self.files.offer_recovery(unsaved(home.folder("recovery")))

    # What is shown

    def show_start(self) -> None:
        """Show the start page; the project stays open behind it."""
        self.start.show_recent(self.memory.recent)
        self.pages.setCurrentWidget(self.start)
        self._show_working(False)
        self.start.new.setFocus()

    def show_lessons(self) -> None:
        """Show the lessons on the start page."""
        self.show_start()
        self.start.show_lessons()

    def open_lesson(self, lesson: str | Path) -> None:
        """Begin a lesson that ships, by its id, or one from a file."""
        self.loader.require("training")
        if self.lesson_guide is not None:
            self.lesson_guide.open_file(lesson) if isinstance(lesson, Path) else self.lesson_guide.open(lesson)

    def show_workbench(self, workspace: str = "") -> None:
        """Show the project."""
        self.loader.require("workbench")
        if self.workbench is None:
            return
        self.pages.setCurrentWidget(self.workbench)
        self._show_working(True)
        self.show_workspace(workspace or self.workbench.workspace)
        self.workbench.canvas.setFocus()
        QTimer.singleShot(0, self.workbench.canvas, self.workbench.canvas.frame_all)

    def show_workspace(self, name: str) -> None:
        """Show one of the four workspaces."""
        self.loader.require({"network": "workbench", "train": "training"}.get(name, "panels"))
        if self.workbench is None:
            return
        if not self.working:
            self.pages.setCurrentWidget(self.workbench)
            self._show_working(True)
        self.workbench.show_workspace(name)
        self._on_workspace(name)

    def _on_workspace(self, name: str) -> None:
        self.bar.show_workspace(name)
        self.commands.refresh()

    def _show_working(self, working: bool) -> None:
        self.working = working
        self.bar.show_working(working)
        self.status.setVisible(working)
        self.refresh()

    def say(self, notice: Notice) -> None:
        """Tell something in a banner."""
        self.banners.say(notice)

    def refresh(self) -> None:
        """Bring title, status line and actions up to date."""
        session = self.session
        if session is None or not self.working:
            self.bar.title.say("Netloom", "")
            self.setWindowTitle("Netloom")
        else:
            self.bar.title.say(session.title, "unsaved" if session.modified else "")
            self.setWindowTitle(f"{session.title}{' *' if session.modified else ''} - Netloom")
        self.refresh_status()
        self.commands.refresh()

    def refresh_status(self) -> None:
        """Bring the status line up to date."""
        if self.session is None:
            return
        from widgets.inspector.shape_text import status_costs
        from widgets.panels.problems import count_text

        problems = self.session.problems
        grave = {problem.severity.value for problem in problems}
        tone = next((level for level in ("error", "warning") if level in grave), "ok")
        self.status.show_problems(count_text((*problems, *self.session.hints)), tone)
        self.status.show_costs(status_costs(self.session.checker, self.training.epoch_seconds))

    def _on_replaced(self) -> None:
        for key in ("unsaved", "overtaken", "shared", "cannot-train", "refused", "export"):
            self.banners.withdraw(key)
        self.training.epoch_seconds = None
        self.refresh()

    # Commands

    def undo(self) -> None:
        """Take the last edit back."""
        if self.session is not None:
            self.session.document.undo()

    def redo(self) -> None:
        """Bring the last undone edit back."""
        if self.session is not None:
            self.session.document.redo()

    def commit_typing(self) -> None:
        """Take over what is being typed, before a command acts on the project."""
        if self.workbench is not None:
            self.workbench.commit_typing()

    def search_palette(self) -> None:
        """Put the keyboard into the palette's search field."""
        self.show_workspace("network")
        if self.workbench is not None:
            self.workbench.left.setCurrentIndex(0)
            self.workbench.palette_panel.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.workbench.palette_panel.search.selectAll()

    def next_problem(self) -> None:
        """Select the layer of the problem that follows the one last gone to."""
        if self.session is None or self.workbench is None:
            return
        self.show_workspace("network")
        found = [problem for problem in self.workbench.block_navigation.checker.problems if problem.layer is not None]
        if not found:
            self.workbench.leave_block(0)
            listed = (*self.session.checker.problems, *self.session.hints)
            found = [problem for problem in listed if problem.layer is not None]
        if found:
            self.workbench.go_to(str(self._following(found).layer))

    def _following(self, found: list[Problem]) -> Problem:
        selected = self.workbench.selected if self.workbench is not None else ()
        at = [index for index, problem in enumerate(found) if problem.layer in selected]
        return found[(at[-1] + 1) % len(found)] if at else found[0]

    def layer_help(self) -> None:
        """Explain the selected layer."""
        if self.workbench is not None:
            self.show_workspace("network")
            self.workbench.side_panel.select(self.workbench.selected)
            self.workbench.inspector.show_teaching()

    def compute_by_hand(self) -> None:
        """Work out the selected convolution or pooling step by step, or a worked example."""
        self.loader.require("panels")
        from widgets.shell.by_hand_actions import open_selected

        open_selected(self)

    def find_command(self) -> None:
        """Open the command finder."""
        self.commands.refresh()
        self.finder.ask([action for action in self.commands if action.objectName() != "finder"])

    def show_preferences(self) -> None:
        """Open the preferences; they act at once, so there is nothing to confirm."""
        from widgets.shell.preferences_dialog import PreferencesDialog

        if self._preferences_dialog is None:
            self._preferences_dialog = PreferencesDialog(self.preferences, self)
        self._preferences_dialog.show()
        self._preferences_dialog.raise_()

    def toggle_projector(self) -> None:
        """Switch larger text and wires on or off."""
        self.preferences.set("projector", not self.preferences["projector"])

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back to a window."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # Preferences

    def _on_preference(self, name: str) -> None:
        if name in ("theme", "text_size", "projector"):
            apply_look(self.preferences, self.themes)
        self.commands.refresh()

    def _restyle(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, self.themes.theme)
        self.refresh_status()

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.commands.refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        activated = event.type() == QEvent.Type.ActivationChange and self.isActiveWindow()
        if activated and self.session is not None and self.session.overtaken_on_disk:
            self.files.tell_overtaken()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.finder.isVisible():
            self.finder.dismiss()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.open_lesson(path) if path.suffix == LESSON_SUFFIX else self.files.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.commit_typing()
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
        """Remember the window's shape and let go of everything, once."""
        if self._left:
            return
        self._left = True
        self.loader.stop()
        self.exporting.close()
        self.importing.close()
        self.searching.close()
        self.memory.put(geometry=bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        if self.workbench is not None:
            self.memory.put(layout=self.workbench.layout_state())
            self.workbench.close_document()
        if self.training.controller is not None:
            self.training.controller.close()
        if self.session is not None:
            self.session.close()


def _dropped(event: QDropEvent) -> Path | None:
    """The project or lesson that is dragged over the window, if it is one."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix in (".netloom", LESSON_SUFFIX) else None

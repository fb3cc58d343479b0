"""Drag and drop of files anywhere on the window: projects, lessons, networks to import, and data of the user's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLabel, QMainWindow, QWidget

from graph.errors import NetloomError
from graph.user_files import opened
from widgets.look import file_dialogs
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, vbox
from widgets.look.theme import ThemeSource
from widgets.shell.banners import Notice

if TYPE_CHECKING:
    from widgets.data.advice import Advice
    from widgets.shell.context import Context

PROJECT, LESSON = ".netloom", ".json"
NETWORKS = (".onnx", ".py", ".pt2")
WEIGHTS = (".pt", ".pth")  # safetensors may be data as well
LESSON_SIGN = b'"lesson"'
"""What stands in the beginning of every lesson, as its first key says so."""


@dataclass(frozen=True)
class Drop:
    """What a drop would do, as a sentence, and how it is done."""

    sentence: str
    act: Callable[[], object]


def dropped_paths(data: QMimeData) -> tuple[Path, ...]:
    """The local files and folders that are dragged; none where anything else is among them."""
    urls = data.urls()
    return tuple(Path(url.toLocalFile()) for url in urls) if all(url.isLocalFile() for url in urls) else ()


class Dropping:
    """Says what a drop will do, and does it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def plan(self, paths: Sequence[Path]) -> Drop | None:
        """What dropping these files does; None for nothing, as while a question stands."""
        if not paths or self._context.asking:
            return None
        projects = [path for path in paths if path.suffix == PROJECT]
        if projects:
            project = projects[0]
            return Drop(f"Open the project {project.name}", lambda: self._open_project(project))
        from app.exchange.pack_format import is_pack  # the first screen does without

        first = paths[0]
        if len(paths) == 1 and is_pack(first):
            return Drop(f"Unpack the project {first.name} and open it", lambda: self._open_project(first))
        if len(paths) == 1 and is_lesson(first):
            return Drop(f"Begin the lesson {first.name}", lambda: self._context.open_lesson(first))
        if len(paths) == 1 and first.suffix.lower() in NETWORKS:
            return Drop(f"Import the network {first.name}", lambda: self._import(first))
        if len(paths) == 1 and first.suffix.lower() in WEIGHTS and self._present:
            return Drop(f"See what this network takes of the weights {first.name}", lambda: self._import(first))
        return self._plan_data(paths)

    def _plan_data(self, paths: Sequence[Path]) -> Drop:
        folders = {path.parent for path in paths}
        if len(paths) > 1 and len(folders) > 1:
            return Drop("Put these files into one folder to open them together", lambda: self._say_apart(len(paths)))
        data = paths[0] if len(paths) == 1 else paths[0].parent
        which = data.name if len(paths) == 1 else f"the folder {data.name} with these {len(paths)} files"
        if not self._present:
            return Drop(f"Open {which} as the data of a new project", lambda: self._begin(data))
        if "data" not in self._context.session.document.sections:
            return Drop(f"Open {which} as the data of this project", lambda: self._use(data))
        return Drop(f"Open {which} as data: of this project, or of a new one", lambda: self._ask(data, which))

    def ask_data(self, folder: bool) -> None:
        """Choose data of one's own, a file or a folder, and begin a project with it."""
        window = self._context.window()
        if folder:
            name = file_dialogs.ask_folder(window, "Your data: a folder of pictures or texts")
        else:
            from widgets.data.data_filter import data_filter  # the first screen does without

            name, _ = file_dialogs.ask_open(window, "Your data", "", data_filter())
        if name:
            self._begin(Path(name))

    @property
    def _present(self) -> bool:
        """Whether there is a project on show that data could belong to."""
        return self._context.ready and self._context.working

    def _open_project(self, path: Path) -> None:
        from widgets.shell.actions.file_actions import FileActions

        self._context.part(FileActions).open(path)

    def _begin(self, data: Path) -> None:
        from widgets.shell.actions.file_actions import FileActions

        self._context.part(FileActions).new(lambda: self._use(data, with_network=True), title_of(data))

    def _use(self, data: Path, *, with_network: bool = False) -> None:
        from widgets.data.data_view import DataView
        from widgets.data.first_network import FirstNetwork

        self._context.require("data")
        self._context.show_workspace("data")
        view, session = self._context.workbench.panel("data"), self._context.session
        if not isinstance(view, DataView):
            return
        if with_network:
            FirstNetwork(view, session.document, session.base, self._say_network)
        view.open_path(data)

    def _say_network(self, advice: Advice) -> None:
        """Say which network was put on the canvas for the data of a new project."""
        document = self._context.session.document
        choices = (("Look at it", lambda: self._context.show_workspace("network")), ("Undo", document.undo))
        text = f"{advice.name} suits this data: it is on the canvas, and can be trained."
        self._context.say(Notice(text, "ok", choices, "dropped"))

    def _ask(self, data: Path, which: str) -> None:
        choices = (
            ("Use it in this project", lambda: self._use(data)),
            ("Begin a new project", lambda: self._begin(data)),
            ("Cancel", lambda: None),
        )
        text = f"{which[:1].upper()}{which[1:]} may take the place of the data of this project, or begin a new one."
        self._context.say(Notice(text, "info", choices, "dropped", asks=True, of_project=True))

    def _import(self, model: Path) -> None:
        from widgets.shell.actions.import_actions import ImportActions

        self._context.part(ImportActions).take(model)

    def _say_apart(self, count: int) -> None:
        text = f"These {count} files lie in several folders; put them into one to open them as one data set."
        self._context.say(Notice(text, "warning", (), "dropped", of_project=True))


def title_of(data: Path) -> str:
    """What a project that begins with this data is called: ``fruit`` for fruit.csv and fruit.csv.gz, or the folder."""
    return data.name if data.is_dir() else Path(data.stem).stem if data.suffix.lower() == ".gz" else data.stem


def is_lesson(path: Path) -> bool:
    """Whether a file says in its beginning that it is a lesson."""
    if path.suffix != LESSON:
        return False
    try:
        with opened(path) as file:
            return LESSON_SIGN in file.read(4096)
    except (OSError, NetloomError):
        return False


class DropOverlay(QWidget):
    """Lies over the window while files are dragged over it, and says what dropping them will do."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("dropOverlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._themes = themes
        self.label: QLabel = text_label(parent=self, look="heading", wrap=True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        vbox(Stretch(1), self.label, Stretch(1), parent=self, margins=(48, 48, 48, 48))
        self.hide()

    def tell(self, sentence: str) -> None:
        """Cover the window with this sentence."""
        self.setGeometry(self.window().rect())
        self.label.setText(sentence)
        self.setAccessibleName(sentence)
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._themes.theme
        ground = QColor(theme.ground)
        ground.setAlpha(225)
        painter.fillRect(self.rect(), ground)
        pen = painter.pen()
        pen.setColor(QColor(theme.accent))
        pen.setWidth(2)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().adjusted(16, 16, -16, -16), 12, 12)


class DropTarget(QMainWindow):
    """A window that files can be dropped on anywhere, and that says over its whole area what a drop would do."""

    def take_drops(self, dropping: Dropping, themes: ThemeSource) -> None:
        """Have ``dropping`` decide what a drop does."""
        self._drops = dropping
        self.overlay = DropOverlay(themes, self)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say over the whole window what a drop would do."""
        plan = self._drops.plan(dropped_paths(event.mimeData()))
        if plan is not None:
            self.overlay.tell(plan.sentence)
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Files may be dropped wherever they are."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The files have left, or the drag was called off."""
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Do what the overlay said."""
        self.overlay.hide()
        plan = self._drops.plan(dropped_paths(event.mimeData()))
        if plan is not None:
            event.acceptProposedAction()
            plan.act()

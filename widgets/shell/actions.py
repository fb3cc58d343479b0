"""Every command, once: menus, shortcuts, buttons and the command finder derive from this table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from widgets.look import icons
from widgets.look.theme import Theme
from widgets.shell.export_actions import ONNX, REPORT

if TYPE_CHECKING:
    from widgets.shell.window import MainWindow

Call = Callable[["MainWindow"], object]
Test = Callable[["MainWindow"], bool]
Text = Callable[["MainWindow"], str]


@dataclass(frozen=True)
class Command:
    """One command. ``keys`` are shortcuts, the first of which menus show; ``checked`` makes it a switch.

    The keys of a command ``on_canvas`` are answered by the canvas while it has the keyboard; as shortcuts of the window
    they would rob text fields of their letters.
    """

    id: str
    menu: str
    title: str
    call: Call
    keys: tuple[str, ...] = ()
    icon: str = ""
    enabled: Test | None = None
    named: Text | None = None
    checked: Test | None = None
    on_canvas: bool = False
    divide: bool = False


def _ready(window: MainWindow) -> bool:
    return window.workbench is not None


def _selected(window: MainWindow) -> bool:
    return window.workbench is not None and bool(window.workbench.selected)


def _undo_name(window: MainWindow) -> str:
    names = window.session.document.undo_names if window.session else ()
    return f"Undo {names[0]}" if names else "Undo"


def _redo_name(window: MainWindow) -> str:
    names = window.session.document.redo_names if window.session else ()
    return f"Redo {names[0]}" if names else "Redo"


def _canvas(name: str) -> Call:
    def call(window: MainWindow) -> None:
        if window.workbench is not None:
            window.workbench.canvas_command(name)

    return call


def _workspace(name: str) -> Call:
    return lambda window: window.show_workspace(name)


def _understand(tab: str) -> Call:
    def call(window: MainWindow) -> None:
        from widgets.understand.understand_panel import UnderstandPanel

        window.show_workspace("understand")
        panel = window.workbench.panel("understand") if window.workbench is not None else None
        if isinstance(panel, UnderstandPanel):
            panel.show_tab(tab)

    return call


def _in_workspace(name: str) -> Test:
    return lambda window: window.workbench is not None and window.workbench.workspace == name


COMMANDS: tuple[Command, ...] = (
    Command("new", "File", "New", lambda w: w.files.new(), ("Ctrl+N",), "new"),
    Command("open", "File", "Open…", lambda w: w.files.ask_open(), ("Ctrl+O",), "open"),
    Command("start", "File", "Start page", lambda w: w.show_start(), ("Ctrl+Shift+H",), "logo"),
    Command("lessons", "File", "Lessons", lambda w: w.show_lessons(), (), ""),
    Command("open_lesson", "File", "Open a lesson…", lambda w: w.files.ask_lesson(), (), ""),
    Command("save", "File", "Save", lambda w: w.files.save(), ("Ctrl+S",), "save", _ready, divide=True),
    Command("save_as", "File", "Save as…", lambda w: w.files.save_as(), ("Ctrl+Shift+S",), "", _ready),
    Command("import_network", "File", "Import a network…", lambda w: w.importing.ask(), (), "", _ready),
    Command("export_code", "File", "Export Python code…", lambda w: w.files.export_code(), (), "download", _ready),
    Command("export_onnx", "File", "Export ONNX…", lambda w: w.exporting.ask_project(ONNX), (), "", _ready),
    Command("export_report", "File", "Export report…", lambda w: w.exporting.ask_project(REPORT), (), "", _ready),
    Command("export_picture", "File", "Export picture…", lambda w: w.files.export_picture(), (), "", _ready),
    Command("export_summary", "File", "Export summary table…",
            lambda w: w.workbench.export_summary() if w.workbench else None, (), "", _ready),
    Command("compare_saved", "File", "Compare with the saved version", lambda w: w.comparing.with_saved(), (), "",
            lambda w: w.comparing.saved, divide=True),
    Command("compare_file", "File", "Compare with another project…", lambda w: w.comparing.ask(), (), "", _ready),
    Command("compare_stop", "File", "Stop comparing", lambda w: w.comparing.stop(), (), "",
            lambda w: w.comparing.open),
    Command("preferences", "File", "Preferences…", lambda w: w.show_preferences(), ("Ctrl+,",), "gear", divide=True),
    Command("quit", "File", "Quit", lambda w: w.close(), ("Ctrl+Q",)),
    Command(
        "undo",
        "Edit",
        "Undo",
        lambda w: w.undo(),
        ("Ctrl+Z",),
        "undo",
        lambda w: bool(w.session and w.session.document.undo_names),
        _undo_name,
    ),
    Command(
        "redo",
        "Edit",
        "Redo",
        lambda w: w.redo(),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "redo",
        lambda w: bool(w.session and w.session.document.redo_names),
        _redo_name,
    ),
    Command("cut", "Edit", "Cut", _canvas("cut"), ("Ctrl+X",), "", _selected, on_canvas=True, divide=True),
    Command("copy", "Edit", "Copy", _canvas("copy"), ("Ctrl+C",), "", _selected, on_canvas=True),
    Command("paste", "Edit", "Paste", _canvas("paste"), ("Ctrl+V",), "", _ready, on_canvas=True),
    Command("duplicate", "Edit", "Duplicate", _canvas("duplicate"), ("Ctrl+D",), "", _selected, on_canvas=True),
    Command("delete", "Edit", "Delete", _canvas("delete_selection"), ("Del",), "", _selected, on_canvas=True),
    Command("select_all", "Edit", "Select all", _canvas("select_all"), ("Ctrl+A",), "", _ready, on_canvas=True),
    Command("rename", "Edit", "Rename", _canvas("rename_selected"), ("F2",), "", _selected, on_canvas=True),
    Command("upstream", "Edit", "Select what it depends on", _canvas("select_upstream"), ("U",), "", _selected,
            on_canvas=True, divide=True),
    Command("next_wire", "Edit", "Select the next wire", _canvas("next_wire"), ("W",), "", _ready, on_canvas=True),
    Command("next_annotation", "Edit", "Select the next note or frame", _canvas("next_annotation"), ("Shift+N",), "",
            _ready, on_canvas=True),
    Command("downstream", "Edit", "Select what depends on it", _canvas("select_downstream"), ("D",), "", _selected,
            on_canvas=True),
    Command("note", "Edit", "Add a note", _canvas("add_note"), ("N",), "", _ready, on_canvas=True, divide=True),
    Command("frame_around", "Edit", "Put a frame around", _canvas("add_frame"), ("Shift+F",), "", _ready,
            on_canvas=True),
    Command("add_layer", "Network", "Add layer…", _canvas("open_search"), ("Tab",), "add", _ready, on_canvas=True),
    Command("find_layer", "Network", "Search the palette", lambda w: w.search_palette(), ("Ctrl+F",), "search", _ready),
    Command("pattern", "Network", "Insert layer pattern…",
            lambda w: w.workbench.ask_pattern() if w.workbench else None, (), "",
            _ready),
    Command("connect", "Network", "Connect from here", _canvas("start_connection"), ("C",), "", _selected,
            on_canvas=True),
    Command("mute", "Network", "Mute or unmute", _canvas("mute_selection"), ("M",), "", _selected, on_canvas=True,
            divide=True),
    Command("bypass", "Network", "Bypass", _canvas("bypass_selection"), ("B",), "", _selected, on_canvas=True),
    Command("share", "Network", "Share weights", _canvas("link_selection"), (), "", _selected),
    Command("unshare", "Network", "Use own weights again", _canvas("unlink_selection"), (), "", _selected),
    Command("group", "Network", "Group into a block", _canvas("group_selection"), ("Ctrl+G",), "", _selected,
            on_canvas=True, divide=True),
    Command("ungroup", "Network", "Ungroup", _canvas("ungroup_selection"), ("Ctrl+Shift+G",), "", _selected,
            on_canvas=True),
    Command("every_frame", "Network", "Run on every frame", _canvas("run_on_every_frame"), (), "", _selected),
    Command("keep_block", "Network", "Keep among your blocks",
            lambda w: w.workbench.keep_block() if w.workbench else None, (), "", _selected),
    Command("enter_block", "Network", "Enter the block", _canvas("enter_selection"), ("Alt+Down",), "", _selected,
            on_canvas=True),
    Command("leave_block", "Network", "Leave the block", _canvas("leave_block"), ("Alt+Up",), "", _ready,
            on_canvas=True),
    Command("align_left", "Arrange", "Align left", _canvas("align_left"), ("Alt+Shift+Left",), "", _selected,
            on_canvas=True),
    Command("align_centre", "Arrange", "Align centres", _canvas("align_centre"), (), "", _selected),
    Command("align_right", "Arrange", "Align right", _canvas("align_right"), ("Alt+Shift+Right",), "", _selected,
            on_canvas=True),
    Command("align_top", "Arrange", "Align top", _canvas("align_top"), ("Alt+Shift+Up",), "", _selected,
            on_canvas=True),
    Command("align_middle", "Arrange", "Align middles", _canvas("align_middle"), (), "", _selected),
    Command("align_bottom", "Arrange", "Align bottom", _canvas("align_bottom"), ("Alt+Shift+Down",), "", _selected,
            on_canvas=True),
    Command("distribute_across", "Arrange", "Distribute across", _canvas("distribute_across"), (), "", _selected,
            divide=True),
    Command("distribute_down", "Arrange", "Distribute down", _canvas("distribute_down"), (), "", _selected),
    Command("tidy", "Arrange", "Lay out", _canvas("auto_layout"), ("L",), "layout", _ready, on_canvas=True,
            divide=True),
    Command("tidy_down", "Arrange", "Lay out from top to bottom", _canvas("layout_down"), ("Shift+L",), "", _ready,
            on_canvas=True),
    Command("problems", "Network", "Go to the next problem", lambda w: w.next_problem(), ("F8",), "warning", _ready),
    Command("layer_help", "Help", "What does this layer do?", lambda w: w.layer_help(), ("F1",), "", _selected),
    Command("by_hand", "Network", "Compute by hand", lambda w: w.compute_by_hand(), (), "", _ready, divide=True),
    Command("train", "Train", "Train", lambda w: w.training.train(), ("Ctrl+Return", "Ctrl+Enter"), "play",
            lambda w: w.training.can_train, lambda w: w.training.train_title),
    Command("pause", "Train", "Pause", lambda w: w.training.pause(), ("Ctrl+P",), "pause",
            lambda w: w.training.can_pause, lambda w: w.training.pause_title),
    Command("step", "Train", "Train on one batch", lambda w: w.training.step(), ("Ctrl+.",), "step",
            lambda w: w.training.can_step),
    Command("backprop", "Train", "Go through one step by hand", _understand("Backpropagation"), (), "", _ready),
    Command("stop", "Train", "Stop", lambda w: w.training.stop(), ("Ctrl+Shift+Return",), "stop",
            lambda w: w.training.can_stop),
    Command("search", "Train", "Search for good settings…", lambda w: w.searching.ask(), (), "", _ready),
    Command("resume", "Train", "Resume the last run", lambda w: w.training.resume(), (), "",
            lambda w: w.training.can_resume, lambda w: w.training.resume_title),
    Command("data", "View", "Data workspace", _workspace("data"), ("Ctrl+1",), "", _ready,
            checked=_in_workspace("data")),
    Command("network", "View", "Network workspace", _workspace("network"), ("Ctrl+2",), "", _ready,
            checked=_in_workspace("network")),
    Command("training", "View", "Train workspace", _workspace("train"), ("Ctrl+3",), "", _ready,
            checked=_in_workspace("train")),
    Command("understand", "View", "Understand workspace", _workspace("understand"), ("Ctrl+4",), "", _ready,
            checked=_in_workspace("understand")),
    Command("summary", "View", "Summary table", lambda w: w.workbench.show_summary() if w.workbench else None,
            ("Ctrl+Shift+T",), "", _ready),
    Command("page", "View", "Page beside the canvas", lambda w: w.links.toggle_description(), ("Ctrl+5",), "", _ready,
            checked=lambda w: w.workbench is not None and w.workbench.side_panel.reading is w.workbench.description),
    Command("lesson", "View", "Lesson beside the canvas", lambda w: w.links.toggle_lesson(), ("Ctrl+6",), "",
            lambda w: w.lesson_guide is not None and w.lesson_guide.course is not None,
            checked=lambda w: w.workbench is not None and w.workbench.side_panel.reading is w.workbench.lesson),
    Command("frame", "View", "Frame the selection", _canvas("frame_selection"), ("F",), "", _ready, on_canvas=True,
            divide=True),
    Command("home", "View", "Frame everything", _canvas("frame_all"), ("H",), "fit", _ready, on_canvas=True),
    Command("zoom_in", "View", "Zoom in", _canvas("zoom_in"), ("Ctrl++", "Ctrl+="), "", _ready),
    Command("zoom_out", "View", "Zoom out", _canvas("zoom_out"), ("Ctrl+-",), "", _ready),
    Command("zoom_reset", "View", "Zoom to 100 %", _canvas("zoom_reset"), ("Ctrl+0",), "", _ready),
    Command("projector", "View", "Projector", lambda w: w.toggle_projector(), ("F10",), "",
            checked=lambda w: bool(w.preferences["projector"]), divide=True),
    Command("full_screen", "View", "Full screen", lambda w: w.toggle_full_screen(), ("F11",), "",
            checked=lambda w: w.isFullScreen()),
    Command("finder", "View", "Find a command…", lambda w: w.find_command(), ("Ctrl+Shift+P",), "search", divide=True),
    Command("glossary", "Help", "Glossary", lambda w: w.links.toggle_glossary(), ("Shift+F1",), "", _ready,
            checked=lambda w: w.workbench is not None
            and w.workbench.side_panel.reading is w.workbench.side_panel.glossary),
)  # fmt: skip
"""The table, in the order of the menus."""

MENUS = ("File", "Edit", "Network", "Arrange", "Train", "View", "Help")


class Actions(QObject):
    """The table bound to one window: a `QAction` for each command, all added to the window for their shortcuts."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._bound = {command.id: (command, self._bind(command)) for command in COMMANDS}
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self._bound[name][1]

    def __iter__(self) -> Iterator[QAction]:
        return (action for _, action in self._bound.values())

    def _bind(self, command: Command) -> QAction:
        action = QAction(command.title, self)
        action.setObjectName(command.id)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.setCheckable(command.checked is not None)
        action.triggered.connect(lambda: self.run(command))
        if command.on_canvas:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        else:
            self._window.addAction(action)
        return action

    def run(self, command: Command) -> None:
        """Carry out a command; what is being typed is taken over first."""
        self._window.commit_typing()
        command.call(self._window)
        self.refresh()

    def refresh(self) -> None:
        """Bring titles, switches and availability up to date."""
        for command, action in self._bound.values():
            action.setEnabled(command.enabled is None or command.enabled(self._window))
            if command.named is not None:
                action.setText(command.named(self._window))
            if command.checked is not None:
                action.setChecked(command.checked(self._window))

    def paint(self, theme: Theme) -> None:
        """Give the actions their icons in the colours of ``theme``."""
        for command, action in self._bound.values():
            if command.icon:
                action.setIcon(icons.icon(command.icon, theme))

    def fill(self, menu: QMenu, name: str) -> None:
        """Put the commands of the menu ``name`` into ``menu``."""
        for command, action in self._bound.values():
            if command.menu == name:
                if command.divide:
                    menu.addSeparator()
                menu.addAction(action)

    def menus(self, into: QMenu) -> list[QMenu]:
        """All menus, one below the other, as submenus of ``into``."""
        made = []
        for name in MENUS:
            menu = into.addMenu(name)
            self.fill(menu, name)
            made.append(menu)
        return made

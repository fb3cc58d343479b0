"""The workbench: the canvas and what stands around it, which the workspace decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QWidget

from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.project import SUFFIX
from graph.structure.blocks import Block
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.commands.annotation_commands import go_to_annotation
from widgets.fields.open_editors import finish_editors
from widgets.lessons.lesson_panel import LessonPanel
from widgets.look.current_only_stack import CurrentOnlyStack
from widgets.look.focus import main_of
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.terms import definition
from widgets.look.theme import ThemeSource
from widgets.panels.history import HistoryPanel
from widgets.panels.outline import Outline
from widgets.panels.palette import Palette
from widgets.panels.problems import Problems
from widgets.shell.block_drops import BlockDrops
from widgets.shell.block_navigation import BlockNavigation
from widgets.shell.breadcrumb import Breadcrumb
from widgets.shell.dividers import LESSON_STRIP, Dividers
from widgets.shell.left_column import LeftColumn
from widgets.shell.panes import split_panes
from widgets.shell.project_session import ProjectSession
from widgets.shell.side_panel import SidePanel
from widgets.summary.summary_view import Summary

PALETTE_IN = ("network",)
"""Workspaces in which the palette stands beside the canvas."""


class Workbench(QWidget):
    """Palette and outline, canvas, inspector and a bottom panel, for one document at a time.

    What is large is given its parent before it is filled: a style sheet polishes a widget anew, with all that is in
    it, each time that it is moved into another.
    """

    selection_changed = Signal()
    workspace_changed = Signal(str)
    refused = Signal(str)

    def __init__(self, session: ProjectSession, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workbench")
        self._session, self._themes = session, themes
        self.workspace = "network"
        self._trail: tuple[str, ...] = ()
        self._lent: QWidget | None = None
        self.palette_panel, self.outline, self.history = Palette(themes), Outline(themes), HistoryPanel(themes)
        self.block_navigation: BlockNavigation = BlockNavigation(session)
        self.canvas = CanvasView(session.document, session.checker, themes)
        self.breadcrumb = Breadcrumb(themes)
        self.side_panel, self.problems = SidePanel(themes), Problems(themes)
        self.inspector, self.description = self.side_panel.inspector, self.side_panel.description
        self.lesson = LessonPanel(themes)
        self.lesson_shown = False
        self.summary = Summary(themes)
        self.checks = QTabWidget()
        self.left_column = LeftColumn(themes)
        self.left = self.left_column.tabs
        for panel, title in ((self.palette_panel, "Layers"), (self.outline, "Outline"), (self.history, "History")):
            self.left.addTab(panel, title)
        self.left.setTabToolTip(0, plain_tip(definition("layer")))
        self.bottom, self.middle = CurrentOnlyStack(), QStackedWidget()
        self._panels: dict[str, QWidget] = {"network": self.checks}
        self._assemble()
        self._connect()
        self.follow_session()

    def _assemble(self) -> None:
        self.whole = QSplitter(Qt.Orientation.Vertical, self)
        vbox(self.whole, parent=self)
        self.whole.addWidget(self.middle)
        self.whole.setStretchFactor(0, 1)
        self.whole.setChildrenCollapsible(False)
        self.down = QSplitter(Qt.Orientation.Vertical)
        self.middle.addWidget(self.down)
        self.across, centre = QSplitter(Qt.Orientation.Horizontal), QWidget()
        self.down.addWidget(self.across)
        self.down.addWidget(self.bottom)
        self.down.setStretchFactor(0, 1)
        self.down.setCollapsible(0, False)
        self.column = QSplitter(Qt.Orientation.Vertical)
        for widget in (self.left_column, centre, self.column):
            self.across.addWidget(widget)
        vbox(self.breadcrumb, (self.canvas, 1), parent=centre, spacing=0)
        self.column.addWidget(self.side_panel)
        self.column.addWidget(self.lesson)
        self.column.setChildrenCollapsible(False)
        self.lesson.hide()
        self.across.setStretchFactor(1, 1)
        for index in (0, 2):
            self.across.setCollapsible(index, False)
        self.checks.setAccessibleName("Problems and summary")
        self.checks.addTab(self.problems, "Problems")
        self.checks.addTab(self.summary, "Summary")
        self.bottom.add(self.checks)
        self.dividers = Dividers(self.across, self.down, self.column, self.left_column, self._themes)
        self._divide_soon = QTimer(self, singleShot=True, interval=0)

    def _connect(self) -> None:
        self.down.splitterMoved.connect(lambda *_: self._remember_height())
        self.side_panel.changed.connect(self._arrange)
        self.side_panel.left.connect(self.canvas.setFocus)  # to the card that is selected
        self._divide_soon.timeout.connect(self._divide)
        self.lesson.resized.connect(self._divide_soon.start)
        self.canvas.events.selectionChanged.connect(self._on_selection)
        self.canvas.events.statusMessage.connect(self.refused)
        self.canvas.events.layerActivated.connect(lambda _: self._edit_layer())
        self.canvas.events.blockEntered.connect(lambda id_: self.attempt(lambda: self.block_navigation.enter(id_)))
        self.canvas.events.blockLeft.connect(self.leave_block)
        self.canvas.installEventFilter(self)
        self.breadcrumb.chosen.connect(self.leave_block)
        self.block_navigation.changed.connect(self._show_block)
        self.block_navigation.leaving.connect(self.commit_typing)
        self._session.changed.connect(self._show_trail)
        self._session.replaced.connect(self._begin_description)
        self._session.finishing.connect(self.commit_typing)
        self.palette_panel.chosen.connect(self.add_layer)
        self.palette_panel.row_chosen.connect(self.add_row)
        self.palette_panel.block_chosen.connect(self.add_block)
        self.palette_panel.failed.connect(self.refused)
        self._block_drops = BlockDrops(self.canvas, self.add_block)
        self.problems.opened.connect(self.go_to)
        self.problems.refused.connect(self.refused)
        self.problems.counted.connect(self._count_problems)
        self.checks.currentChanged.connect(self._on_check)
        self.summary.failed.connect(self.refused)
        self.summary.opened.connect(self._open_row)
        self.outline.picked.connect(self.canvas.select)
        self.outline.opened.connect(self.go_to)
        self.outline.dived.connect(self.dive)
        self.outline.noted.connect(self.go_to_annotation)
        self.outline.removed.connect(self._remove)

    # The document

    def follow_session(self) -> None:
        """Show the session's document, which is another one, from the outside."""
        self._show_block()
        self._begin_description()

    def _begin_description(self) -> None:
        self.description.set_document(self._session.document)
        self.side_panel.begin()

    def _show_block(self) -> None:
        """Show the network of the session, or the one inside the block that is open."""
        document, checker = self.block_navigation.document, self.block_navigation.checker
        self._show_trail()
        self.history.set_document(self._session.document)
        self.inspector.set_document(document, checker)  # before the canvas, which forgets what was selected
        self.canvas.set_document(document, checker)
        self.show_project_problems()
        for view in (self.problems, self.outline, self.summary):
            view.set_document(document, checker)
        self._on_selection([])

    def show_project_problems(self) -> None:
        """List what is wrong with data and training settings, unless one is inside a block."""
        self.problems.set_has_data(self._session.state.chooses_data)
        self.problems.set_project_problems(() if self.block_navigation.path else self._session.state.project_problems)

    def _show_trail(self) -> None:
        trail = (self._session.title.removesuffix(SUFFIX), *self.block_navigation.path)
        self.summary.folder = str(self._session.base or "")
        if trail != self._trail:
            self._trail, self.summary.name = (
                trail,
                "-".join((self._session.suggested_name, *self.block_navigation.path)),
            )
            self.breadcrumb.show_path(trail)

    def leave_block(self, to: int | None = None) -> None:
        """Go back out of the block on show, or until ``to`` levels are left; the block that was left is selected."""
        path = self.block_navigation.path
        self.block_navigation.leave(to)
        if len(self.block_navigation.path) < len(path):
            self.canvas.select([path[len(self.block_navigation.path)]])
            self.canvas.setFocus()

    def dive(self, path: Sequence[str], id_: str) -> None:
        """Open the block that ``path`` leads to and select the layer ``id_`` in it."""
        self.attempt(lambda: self.block_navigation.go(path))
        if self.block_navigation.path == tuple(path):
            self.go_to(id_)

    def dive_if_there(self, path: Sequence[str], id_: str) -> None:
        """Go to a layer inside blocks, unless it or one of the blocks is not there."""
        network = self._session.document.network
        for block in path:
            layer = network.layer(block) if block in network else None
            if not isinstance(layer, Block):
                return
            network = layer.body.network
        if id_ in network:
            self.dive(path, id_)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something; a refusal is told."""
        try:
            act()
        except NetloomError as error:
            self.refused.emit(str(error))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc on the canvas goes out of a block, once nothing is held."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.canvas:
            free = not self.selected and self.canvas.context.gestures.current is None
            if event.key() == Qt.Key.Key_Escape and self.block_navigation.path and free:
                self.leave_block()
                return True
        return super().eventFilter(watched, event)

    def close_document(self) -> None:
        """Stop listening to the document."""
        for view in (self.inspector, self.description, self.problems, self.outline, self.summary, self.history):
            view.close_document()
        self.canvas.close()

    @property
    def selected(self) -> tuple[str, ...]:
        """Ids of the selected layers."""
        return self.canvas.selection.ids

    def _on_selection(self, ids: Sequence[str]) -> None:
        self.inspector.show_selection(ids)
        self.outline.show_selection(list(ids))
        self.summary.show_selection(ids)
        self.side_panel.select(ids)
        self.selection_changed.emit()

    def _edit_layer(self) -> None:
        """Put the keyboard into the first setting of the selected layer, or into its name."""
        if not self.side_panel.isVisible() or self.workspace not in ("network", "train"):
            self.show_workspace("network")
        self.side_panel.select(self.selected)
        if not self.inspector.layer.form.focus_first():
            self.inspector.layer.name.setFocus(Qt.FocusReason.TabFocusReason)

    # Commands

    def add_layer(self, kind: str) -> None:
        """Add a layer of this kind as the canvas sees fit."""
        self.canvas.events.attempt(lambda: self.canvas.add(catalogue()[kind]))

    def add_row(self, layers: Sequence[Layer | type[Layer]]) -> None:
        """Add layers one behind another, as the canvas sees fit."""
        self.canvas.events.attempt(lambda: self.canvas.add_row(layers))

    def add_block(self, name: str, place: QPointF | None = None) -> None:
        """Add a block of the user's library, at ``place`` (scene) or as the canvas sees fit."""
        from app.project import block_library

        def add() -> None:
            block = block_library.take(name)
            block = block.changed(label=block.label or name)
            self.canvas.add(block, place)

        self.attempt(add)

    def keep_block(self) -> None:
        """Keep the selected block in the user's library, under its label or id, and let its name be edited."""
        from app.project import block_library

        layers = [self.block_navigation.document.network.layer(id_) for id_ in self.selected]
        if len(layers) != 1 or not isinstance(layers[0], Block):
            self.refused.emit("Select one block to keep it among your blocks.")
            return
        block, known = layers[0], block_library.names()
        stem = block.label or self.selected[0]
        tries = (stem if number == 1 else f"{stem} {number}" for number in range(1, len(known) + 3))
        name = next(each for each in tries if each not in known)
        self.attempt(lambda: block_library.keep(name, block))
        self.show_left(self.palette_panel)
        self.palette_panel.show_library()
        self.palette_panel.name_block(name)

    def canvas_command(self, name: str) -> None:
        """Run a command of the canvas by its id, with the canvas in view."""
        if self.workspace == "data":
            self.show_workspace("network")
        self.canvas.setFocus()
        self.canvas.events.attempt(lambda: self.canvas.run(name))

    def go_to(self, id_: str) -> None:
        """Select a layer of the network on show and bring it into view."""
        if self.workspace == "data":
            self.show_workspace("network")
        self.canvas.select([id_])
        if id_ in self.canvas.board.cards:
            self.canvas.context.show_layers([id_])

    def _open_row(self, path: tuple[str, ...]) -> None:
        """Go to a row of the summary: a layer of the network on show, or one inside its blocks."""
        if len(path) == 1:
            self.go_to(path[0])
        else:
            self.dive((*self.block_navigation.path, *path[:-1]), path[-1])

    def show_summary(self) -> None:
        """Bring the summary table forward, with the keyboard in it."""
        self.show_workspace("network")
        self.checks.setCurrentWidget(self.summary)
        self.summary.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_check(self, _index: int) -> None:
        self._arrange()

    def _count_problems(self, number: int) -> None:
        self.checks.setTabText(0, f"Problems ({number})" if number else "Problems")

    def go_to_annotation(self, id_: str) -> None:
        """Select a note or frame of the network on show, with the keyboard on the canvas to move or edit it."""
        go_to_annotation(self.canvas.context, id_)
        self.canvas.setFocus()

    def _remove(self, ids: Sequence[str]) -> None:
        self.canvas.select(ids)
        self.canvas.events.attempt(lambda: self.canvas.run("delete"))

    def commit_typing(self) -> None:
        """Take over what is being typed anywhere."""
        self.inspector.commit()
        finish_editors(self)

    # Workspaces

    def add_panel(self, workspace: str, panel: QWidget) -> None:
        """Give a workspace its panel: below the canvas, made in `bottom`, or in the canvas's place for ``data``."""
        self._panels[workspace] = panel
        if workspace == "data":
            self.middle.addWidget(panel)
        else:
            self.bottom.add(panel)
        if workspace == self.workspace:
            self._arrange()

    def lend(self, panel: QWidget | None) -> None:
        """Give the place of the problems list to another panel, or give it back."""
        self._lent = panel
        if panel is not None and panel.parent() is None:
            self.bottom.add(panel)
        self._panels["network"] = panel or self.checks
        self._arrange()

    def panel(self, workspace: str) -> QWidget | None:
        """The panel of a workspace, once it is there."""
        return self._panels.get(workspace)

    def workspace_of(self, widget: QWidget) -> str:
        """The workspace in which a widget is on show; the present one where it is in every one."""
        panels = {"network": self.left_column, **self._panels}
        return next((name for name, panel in panels.items() if panel.isAncestorOf(widget)), self.workspace)

    def show_workspace(self, name: str) -> None:
        """Change what stands around the canvas."""
        if name == self.workspace:
            return
        self.commit_typing()
        self.workspace = name
        self.canvas.keeps_tab = name in PALETTE_IN
        if name != "data":
            self.canvas.turn_to(name)
        self._arrange()
        self.workspace_changed.emit(name)

    def take_keys(self) -> None:
        """Give the keys to the main part of the workspace on show: the canvas, or what its panel names."""
        panel = self._panels.get(self.workspace) if self.workspace != "network" else None
        (main_of(panel) or self.canvas).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_lesson(self, shown: bool) -> None:
        """Show the lesson in all workspaces, or fold it away; one thing is read at a time."""
        if shown and not self.lesson_shown:
            self.canvas.fit_again()
        self.lesson_shown = shown
        if shown:
            self.side_panel.read(None)
        self.side_panel.changed.emit()

    def _place_lesson(self) -> None:
        """Below the layer's settings; below the data where there are none."""
        below = self.whole if self.workspace == "data" else self.column
        if self.lesson.parentWidget() is not below:
            below.addWidget(self.lesson)
        self.lesson.setVisible(self.lesson_shown)
        self.side_panel.setVisible(self.side_panel.wanted)
        self.column.setVisible(self.side_panel.wanted or self.lesson_shown)
        if self.lesson_shown and below is self.whole:
            self.whole.setSizes([max(self.height() - LESSON_STRIP, 1), LESSON_STRIP])

    def bring_settings(self) -> None:
        """Have the inspector beside the canvas while one looks into a network, too.

        Once it is there it stays beside all views, until it is folded away: what is looked at keeps its place.
        """
        self.side_panel.with_settings = True
        self._arrange()
        if self.selected:
            self.side_panel.select(self.selected)

    def _remember_height(self) -> None:
        """The user moved the divider; the place of another panel keeps its own height."""
        if self._lent is None:
            self.dividers.remember(self._shown_below, self.workspace)

    @property
    def _shown_below(self) -> str:
        """What the height of the bottom panel belongs to."""
        summed = self.workspace == "network" and self.checks.currentWidget() is self.summary
        return "summary" if summed else self.workspace

    def _arrange(self) -> None:
        panel = self._panels.get(self.workspace)
        if self.workspace == "data":
            self._place_lesson()
            self.middle.setCurrentWidget(panel or self.down)
            return
        self.middle.setCurrentWidget(self.down)
        self.left_column.setVisible(self.workspace in PALETTE_IN)
        self.side_panel.enter(self.workspace)
        self._place_lesson()
        self.bottom.setVisible(panel is not None)
        if panel is None:
            return
        self.bottom.bring(panel)
        self._divide()

    def _divide(self) -> None:
        """Give the bottom panel and the lesson their heights, once there is a height to divide."""
        if self.isVisible():
            lesson = self.lesson.readable_height if self.lesson_shown else 0
            least, lent = self.lesson.minimumSizeHint().height(), self._lent is not None
            low = self.dividers.divide(self._shown_below, self.workspace, lent=lent, lesson=lesson, least=least)
            if low is not None:
                self.side_panel.setVisible(self.side_panel.wanted and not low)
                self.dividers.divide_column(least, self.lesson.whole_height)

    def show_left(self, panel: QWidget) -> None:
        """Bring palette, outline or history forward, also where their column is folded away."""
        self.left_column.show_tabs(True)
        self.left.setCurrentWidget(panel)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.dividers.make_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._divide_soon.start()

    @property
    def panes(self) -> tuple[QWidget, ...]:
        """What F6 goes through in this workspace, from left to right and down."""
        lesson = (self.lesson,) if self.lesson_shown else ()
        if self.workspace == "data" and (panel := self._panels.get("data")) is not None:
            return *split_panes(panel), *lesson
        return self.left_column, self.canvas, self.side_panel, *lesson, self.bottom

    # Remembering

    def layout_state(self) -> dict[str, Any]:
        """Where the dividers stand, for the next start."""
        return self.dividers.state()

    def restore_layout(self, state: Any) -> None:
        """Put the dividers where they stood; what makes no sense is left alone."""
        self.dividers.restore(state)
        self._arrange()

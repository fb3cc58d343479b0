"""The one plot view that every chart is made of: panels on pyqtgraph, a theme, a readout, keys, copy and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QGraphicsGridLayout,
    QGraphicsWidget,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from graph.errors import NetloomError
from widgets.look import icons
from widgets.look.menus import add_entry, rest_after
from widgets.look.plain_text import plain_tip
from widgets.look.text_places import texts_of
from widgets.look.theme import Themed, ThemeSource
from widgets.plots import plot_export
from widgets.plots.axes import draw_empty
from widgets.plots.axis_item import Axis
from widgets.plots.free_corner import move_clear
from widgets.plots.key import Key
from widgets.plots.panel import Panel, scrolls_page
from widgets.plots.plot_export import FILE_KINDS, Row
from widgets.plots.readout import Readout

MARGINS = (6, 8, 12, 4)
"""Pixels that stay empty at the left, above, at the right and below."""
STILL = 4
"""Pixels that a pointer may move between press and release of a click."""
SIDES = {"top": (-1, 0), "left": (0, -1), "bottom": (1, 0), "right": (0, 1)}
"""Where the sides of a panel lie in the grid, in rows and columns from it."""
FOLLOW_MS = 200
"""How long a chart whose own data stay may be behind those that share its x axis."""
ZOOMS = "Ctrl and the wheel zoom this chart; the wheel alone scrolls the page."
SHARE = 0.3
"""Share of the view that the names of an axis may take."""


class PlotView(pg.GraphicsView, Themed):
    """A chart. Subclasses make panels, say when they are empty, draw, put a place into words, and list their values.

    Drag pans, the wheel zooms at the pointer (with Ctrl on a page that scrolls), a double click or F shows everything
    again, + and - zoom. The context menu copies and exports. `failed` carries why an export did not work; the readout
    says it too.
    """

    failed = Signal(str)

    def __init__(self, source: ThemeSource, title: str, empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent, background=source.theme.surface)
        self.follow(source)
        self.title, self.empty_text = title, empty
        self.panels: list[Panel] = []
        self.keys: list[Key] = []
        self._pressed: QPointF | None = None
        self._stale = False
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.redraw)
        self._whole = QTimer(self, singleShot=True, interval=0)
        self._whole.timeout.connect(self.viewport().update)
        self._moved = False
        """Whether anything is elsewhere than where all of the chart was painted last."""
        self._behind = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._behind.timeout.connect(self.draw_later)
        self._off_texts = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._off_texts.timeout.connect(self._move_buttons)
        self._offered: list[QToolButton] = []
        self._rest: QGraphicsWidget | None = None
        self._one_scale = False
        self.left_free = (0, 0)
        """Pixels at the upper and at the lower edge in which nothing is drawn."""
        self.offers_fit = True
        """Whether a button in the corner leads back to all data; a plot with a chip for that needs none."""
        self.centralWidget.hide()  # until there is something to show
        self.clear_panels()
        # Curves are painted whole, so to look for the least that has changed only costs time.
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setAccessibleName(title)
        self.setAccessibleDescription(empty)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.viewport().setMouseTracking(True)
        self._readout: Readout | None = None
        self.fit_button = self._corner_button("fit", "Show everything (F)", self.fit)
        self.menu_button = self._corner_button("download", "Copy or export", self._open_menu)
        self._style()

    def _corner_button(self, icon: str, words: str, action: Callable[[], None]) -> QToolButton:
        button = QToolButton(self.viewport())
        button.setToolTip(plain_tip(words))
        button.setAccessibleName(f"{words}: {self.title}")
        button.setProperty("icon_name", icon)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(action)
        button.hide()
        return button

    @property
    def readout(self) -> Readout:
        """What stands under the pointer; made when it is asked for first."""
        if self._readout is None:
            self._readout = Readout(self.viewport())
            self._readout.set_theme(self.theme)
        return self._readout

    def hide_readout(self) -> None:
        """Say nothing of a place."""
        if self._readout is not None:
            self._readout.hide()

    # What subclasses say

    def is_empty(self) -> bool:
        """Return whether there is nothing to show yet."""
        raise NotImplementedError

    def is_blank(self) -> bool:
        """Return whether there are data and none of them is in sight, which is a fault."""
        seen = self.centralWidget.isVisible() and (not self.panels or any(panel.isVisible() for panel in self.panels))
        return self.isVisible() and not self.is_empty() and not seen

    def draw(self) -> None:
        """Bring the items in line with data and theme; called only when there are data."""

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return what stands at values of x and y of a panel, in words, or nothing."""
        return ""

    def resized(self) -> None:
        """Take another size."""

    def readout_of(self, panel: Panel, x: float, y: float) -> str:
        """Return what the readout beside the pointer shows: the sentence, unless a chart lays it out."""
        return self.reading(panel, x, y)

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Take a click on a panel."""

    def table(self) -> Sequence[Row]:
        """Return what is shown as rows of a table, the names of the columns first."""
        raise NotImplementedError

    # Making

    def clear_panels(self) -> None:
        """Begin anew without panels; in the midst of `draw`, what is made then is shown."""
        self.panels.clear()
        self.keys.clear()
        self._rest = None
        self._grid = QGraphicsGridLayout()
        self._set_margins()
        self._grid.setSpacing(0)
        whole = QGraphicsWidget()
        whole.setLayout(self._grid)
        whole.setVisible(self.centralWidget.isVisible())
        self.setCentralItem(whole)

    def leave_free(self, above: int, below: int) -> None:
        """Draw nothing in so many pixels at the upper and at the lower edge, where something lies over the chart.

        Buttons over the chart stay where they are.
        """
        if (above, below) != self.left_free:
            self.left_free = above, below
            self._set_margins()
            self._grid.activate()  # before it is painted: what moves in the midst of that is painted in part
            self.draw_later()

    def _set_margins(self) -> None:
        above, below = self.left_free
        left, top, right, bottom = MARGINS
        self._grid.setContentsMargins(left, top + above, right, bottom + below)

    def add_panel(
        self,
        row: int = 0,
        column: int = 0,
        *,
        bottom: str | None = None,
        left: str | None = None,
        top: str | None = None,
        right: str | None = None,
        grid: bool = True,
        wheel_along: int | None = None,
    ) -> Panel:
        """Return a new panel at a place of the grid, with an axis for each side that has a title, even an empty one."""
        panel = Panel(wheel_along=wheel_along)
        panel.cell = (3 * row + 1, 3 * column + 1)
        self._grid.addItem(panel, *panel.cell)
        for side, title in (("bottom", bottom), ("left", left), ("top", top), ("right", right)):
            if title is not None:
                axis = panel.sides[side] = Axis(side, panel, partial(panel.ends, side in ("top", "bottom")))
                axis.set_title(title)
                self.put(axis, panel, side)
        if grid and left is not None:
            panel.painted(lambda painter, axes: panel.paint_grid(painter, axes, self.theme), -9)
        panel.zoomed.connect(self._place_buttons)
        panel.left_behind.connect(self._follow_later)
        panel.set_theme(self.theme)
        self.panels.append(panel)
        return panel

    def put(self, item: QGraphicsWidget, panel: Panel, side: str) -> None:
        """Put something, such as a colour bar, at a side of a panel."""
        row, column = panel.cell
        down, along = SIDES[side]
        self._grid.addItem(item, row + down, column + along)

    def add_key(self, panel: Panel) -> Key:
        """Return a new key of colours, above a panel and what stands at its right."""
        key = Key()
        self.keys.append(key)
        self._grid.addItem(key, panel.cell[0] - 1, panel.cell[1], 1, 2)
        return key

    def put_gap(self, panel: Panel, pixels: float = 8.0) -> None:
        """Keep a distance below a panel that has no axis there."""
        self._grid.setRowFixedHeight(panel.cell[0] + 1, pixels)

    def part_rows(self, panel: Panel, pixels: float = 8.0) -> None:
        """Keep a distance between what stands below a panel and the row of panels that follows."""
        self._grid.setRowSpacing(panel.cell[0] + 1, pixels)

    def set_width(self, panel: Panel, pixels: float) -> None:
        """Hold a panel to a width; the others share the rest."""
        self._grid.setColumnFixedWidth(panel.cell[1], pixels)

    def set_height(self, panel: Panel, pixels: float) -> None:
        """Hold a panel to a height; the others share the rest."""
        self._grid.setRowFixedHeight(panel.cell[0], pixels)

    def use_one_scale(self, on: bool) -> None:
        """Give both axes of the first panel one scale, and the panel the proportions of its data; or neither."""
        self._one_scale = on
        self.panel.setAspectLocked(on)

    def limit_panel(self, width: float | None, height: float) -> None:
        """Let the first panel grow no larger than this; what room is left stays empty at the right and below."""
        self._grid.setRowMaximumHeight(1, height)
        if width is not None:
            self._grid.setColumnMaximumWidth(1, width)
        if self._rest is None:
            self._rest = QGraphicsWidget()
            self._rest.setPreferredSize(0, 0)  # Qt would give it 50 pixels of the panel's
            self._grid.addItem(self._rest, 3, 3)
            self._grid.setRowStretchFactor(1, 1000)
            self._grid.setColumnStretchFactor(1, 1000)

    @property
    def panel(self) -> Panel:
        """The first panel, which of most charts is the only one."""
        return self.panels[0]

    # Showing

    def set_empty_text(self, text: str) -> None:
        """Say what to do while there is nothing to show."""
        self.empty_text = text
        self.viewport().update()

    def describe(self, text: str) -> None:
        """Give screen readers a summary of what is shown."""
        self.setAccessibleDescription(text)

    def draw_later(self) -> None:
        """Show the data when the chart is next painted or asked, however often they change until then."""
        self._stale = True
        if self.isVisible() and not self._later.isActive():
            self._later.start()

    def redraw(self) -> None:
        """Show the data, or the look, as they are now."""
        # The whole scene is painted anew, once: what items ask for from here on is part of it. To update the viewport
        # as well, or to redraw within its painting, would paint it twice.
        self.scene().update()
        self._stale = False
        empty = self.is_empty()
        self.centralWidget.setVisible(not empty)  # what is hidden takes no room, so this comes before `draw`
        if empty:
            self.hide_readout()
        else:
            self.draw()
        for panel in self.panels if not empty else ():
            panel.show_extent()
        self._behind.stop()
        self._later.stop()
        self._place_buttons()

    def _follow_later(self) -> None:
        """Show the stretch of the charts that share the x axis, but not with each of their frames."""
        if not self._behind.isActive():
            self._behind.start()

    def fit(self) -> None:
        """Show everything, and keep showing everything as data come."""
        for panel in self.panels:
            panel.fit()
        self.viewport().update()

    def prepare(self) -> bool:
        """Give the axes the room that their texts need, before anything is painted or a place is looked up.

        Returns whether anything is elsewhere than before.
        """
        changed = self.size() != self.sceneRect().size().toSize()
        if changed:
            self.resizeEvent(None)
        if self._stale or self._behind.isActive():
            changed = True
            self.redraw()
        if self.is_empty():
            self._moved |= changed
            return changed
        if (shared := self._share_room()) or self._one_scale:
            shared = self._share_room() or shared  # what an axis takes changes the room of the others
        for panel in self.panels:
            for axis in panel.sides.values():
                axis.lay_out_title()
        self._moved |= changed or shared
        return changed or shared

    def _share_room(self) -> bool:
        """Give axes and keys what they need, and the panels the rest; returns whether anything needs more or less."""
        changes = [
            axis.measure(SHARE * (self.width() if side in ("left", "right") else self.height()))
            for panel in self.panels
            for side, axis in panel.sides.items()
        ]
        changes += [key.measure() for key in self.keys]
        self._grid.activate()
        if self._one_scale:
            self._keep_proportions()
        return any(changes)

    def _keep_proportions(self) -> None:
        """Give the first panel the proportions of its data: it has an axis below, and nothing at its right."""
        x = self.panel.x_extent()
        if x is None:
            return
        whole, area = self._grid.contentsRect(), self.panel.geometry()
        bottom = self.panel.sides["bottom"].geometry().height()
        ratio = x.span / self.panel.y_extent(x).span
        width = min(whole.right() - area.left(), (whole.bottom() - area.top() - bottom) * ratio)
        if width > 1:
            self.limit_panel(width, width / ratio)
            self._grid.activate()

    def theme_changed(self) -> None:
        """Take fonts and inks anew."""
        self._style()
        self.redraw()

    def _style(self) -> None:
        theme = self.theme
        self.setBackground(theme.surface)
        for panel in self.panels:
            panel.set_theme(theme)
        if self._readout is not None:
            self._readout.set_theme(theme)
        for button in (self.fit_button, self.menu_button):
            button.setIcon(icons.icon(button.property("icon_name"), theme))

    def _place_buttons(self) -> None:
        shown = not self.is_empty()
        self.fit_button.setVisible(shown and self.offers_fit and not all(panel.follows for panel in self.panels))
        self.menu_button.setVisible(shown and self.underMouse())
        before, self._offered = self._offered, self._buttons_shown()
        if self._offered != before:
            self._move_buttons()
        elif self._offered and not self._off_texts.isActive():
            self._off_texts.start()  # the texts of a live chart move with each of its frames

    def _buttons_shown(self) -> list[QToolButton]:
        return [each for each in (self.fit_button, self.menu_button) if each.isVisibleTo(self.viewport())]

    def _move_buttons(self) -> None:
        """Put the buttons side by side as near to the upper right corner as no text lies below them."""
        shown = self._buttons_shown()
        if not shown or self.is_empty():
            return
        texts = texts_of(self.size(), lambda painter: plot_export.render(self, painter), self.logicalDpiX())
        held = [each.place for each in texts]
        held += [QRectF(each.geometry()) for each in self.viewport().findChildren(QLabel) if each.isVisible()]
        move_clear(shown, QRectF(self.viewport().rect()), held)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chart or the empty text, then the focus ring."""
        self.prepare()
        whole = QRegion(self.viewport().rect()).subtracted(event.region()).isEmpty()
        if self._moved and not whole:
            self._whole.start()  # a part was laid bare, and only that is painted now
        self._moved &= not whole
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        area = QRectF(self.viewport().rect())
        if self.is_empty():
            above, below = self.left_free
            draw_empty(painter, self.theme, area.adjusted(0, above, 0, -below), self.empty_text)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self.theme.accent)
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Give the panels the new room."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        if hasattr(self, "menu_button"):  # pyqtgraph resizes while it builds itself
            self.resized()
            self._place_buttons()

    def close(self) -> bool:
        """Close as any widget does: what is shown stays, since the view may be opened again."""
        return QWidget.close(self)

    def sizeHint(self) -> QSize:
        """A comfortable size for a panel."""
        return QSize(self.theme.px(320), self.theme.px(200))

    def minimumSizeHint(self) -> QSize:
        """Charts may become small."""
        return QSize(120, 80)

    def titled_size(self) -> QSize:
        """Return the least size at which the titles of the first panel's axes are whole."""
        sides = self.panel.sides
        long = {side: axis.title_length for side, axis in sides.items()}
        deep = {side: axis.least_depth for side, axis in sides.items()}
        left, top, right, bottom = MARGINS
        across = left + right + sum(deep.get(side, 0.0) for side in ("left", "right"))
        down = top + bottom + sum(self.left_free) + sum(deep.get(side, 0.0) for side in ("top", "bottom"))
        wide = across + max(long.get(side, 0.0) for side in ("top", "bottom"))
        return QSize(ceil(wide), ceil(down + max(long.get(side, 0.0) for side in ("left", "right"))))

    # Reading

    def panel_at(self, at: QPointF) -> Panel | None:
        """Return the panel at a point of the view, if there is one."""
        self.prepare()
        if self.is_empty():
            return None
        return next((panel for panel in self.panels if panel.sceneBoundingRect().contains(at)), None)

    def sentence_at(self, at: QPointF) -> str:
        """Return what stands at a point of the view, in words, or nothing."""
        return self._read(at, self.reading)

    def _read(self, at: QPointF, how: Callable[[Panel, float, float], str]) -> str:
        panel = self.panel_at(at)
        if panel is None:
            return self._name_at(at)
        value = panel.value_at(at)
        return how(panel, value.x(), value.y())

    def _name_at(self, at: QPointF) -> str:
        """The whole name beside a point where the axis there has no room for it."""
        for panel in self.panels if not self.is_empty() else ():
            for side, axis in panel.sides.items():
                if axis.names and axis.mapRectToScene(axis.rect()).contains(at):
                    value = panel.value_at(at)
                    return axis.name_at(value.x() if side in ("top", "bottom") else value.y())
        return ""

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        self._pressed = event.position()
        super().mousePressEvent(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under a free pointer."""
        super().mouseMoveEvent(event)
        event.accept()
        if not event.buttons():
            self.readout.show_at(event.position(), self._read(event.position(), self.readout_of))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click, if the pointer did not move."""
        super().mouseReleaseEvent(event)
        event.accept()
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        panel = self.panel_at(event.position())
        if panel is not None and (event.position() - pressed).manhattanLength() <= STILL:
            value = panel.value_at(event.position())
            self.clicked_at(panel, value.x(), value.y())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, or scroll the page and say how one zooms."""
        super().wheelEvent(event)
        if scrolls_page(self, event.modifiers()) and self.panel_at(event.position()) is not None:
            self.readout.show_at(event.position(), ZOOMS)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self.fit()

    def enterEvent(self, event: QEvent) -> None:
        """Offer copying and exporting."""
        super().enterEvent(event)  # type: ignore[arg-type]
        self._place_buttons()

    def leaveEvent(self, event: QEvent) -> None:
        """Read nothing when the pointer leaves."""
        super().leaveEvent(event)
        self.hide_readout()
        self.menu_button.hide()
        self._offered = self._buttons_shown()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F or 0 shows everything, + and - zoom; other keys are for whoever holds the chart."""
        match event.key():
            case Qt.Key.Key_F | Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(0.8)
            case Qt.Key.Key_Minus:
                self._zoom(1.25)
            case _:
                event.ignore()

    def _zoom(self, factor: float) -> None:
        for panel in self.panels if not self.is_empty() else ():
            if panel is panel.linked[0]:
                panel.zoom(factor)

    # Copy and export

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer copying and exporting."""
        if not self.is_empty():
            self.menu().popup(event.globalPos())
        event.accept()

    def _open_menu(self) -> None:
        menu = self.menu()
        rest_after(menu, self.menu_button)
        menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))

    def menu(self) -> QMenu:
        """Return a new menu of what can be done with any chart."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show everything", self.fit)
        menu.addSeparator()
        menu.addAction("Copy picture", partial(plot_export.copy_picture, self))
        menu.addAction("Copy values", partial(plot_export.copy_values, self))
        menu.addSeparator()
        for kind, (name, _) in FILE_KINDS.items():
            add_entry(menu, f"Export {name}…", partial(self.ask_and_export, kind))
        return menu

    def export(self, path: Path) -> None:
        """Write the chart to `path` as its suffix says: .png, .svg or .csv. Raises `NetloomError` if it cannot."""
        plot_export.export(self, path)

    def ask_and_export(self, kind: str) -> None:
        """Ask for a file of a kind (png, svg, csv) and write the chart to it."""
        try:
            plot_export.ask_and_export(self, kind, self)
        except NetloomError as error:
            self.failed.emit(str(error))
            self.readout.show_at(QPointF(0, 0), str(error))

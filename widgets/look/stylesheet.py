"""The one style sheet, written from a theme's tokens, and the small arrows it needs as pictures.

A style sheet can show an arrow only from a file, so the arrows are painted once per theme into a temporary folder
that lives as long as the process, at one and at two device pixels per pixel.
"""

from __future__ import annotations

import atexit
from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QWidget

from app.system.work_folder import WorkFolder
from graph.garbage_collection import undisturbed
from widgets.look.theme import Theme, palette

STYLE = "Fusion"
"""The style of Qt that the sheet lies over, on every system."""

_TEXT = "netloomStyleSheet"
"""The property of the program that holds the text of the sheet."""

_MARKS = {
    "down": ((3.0, 4.5), (6.0, 7.5), (9.0, 4.5)),
    "up": ((3.0, 7.5), (6.0, 4.5), (9.0, 7.5)),
    "right": ((4.5, 3.0), (7.5, 6.0), (4.5, 9.0)),
    "check": ((2.5, 6.2), (5.0, 8.7), (9.5, 3.5)),
}


@lru_cache(maxsize=1)
def _folder() -> WorkFolder:
    folder = WorkFolder()
    atexit.register(folder.close)
    return folder


def _paint(mark: str, color: QColor, ratio: int) -> QImage:
    image = QImage(12 * ratio, 12 * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(ratio, ratio)
    painter.setPen(QPen(color, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in _MARKS[mark]]))
    painter.end()
    return image


@lru_cache(maxsize=32)
def _mark(mark: str, color: str) -> str:
    path = _folder().path / f"{mark}-{color[1:]}.png"
    _paint(mark, QColor(color), 1).save(str(path))
    _paint(mark, QColor(color), 2).save(str(path.with_stem(path.stem + "@2x")))
    return path.as_posix()


def stylesheet(theme: Theme) -> str:
    """Return the style sheet of `theme`. Properties that widgets set to be styled apart:

    `primary` (bool) on a button that is the one thing to do next; `segmented` on the buttons or the tab bar of a
    segmented control; `card` on a framed raised panel; `rule` on a hairline; `heading` on a label above a group;
    `faint` on a label that explains, `unit` on one beside a field; `compact` on buttons that share a narrow row;
    `tone` (`error`, `warning`, `ok`) on a label that reports; `notice` on a frame that floats over a pane, with a
    `tone`; `fault` on what is said of a field; `chip` on a label in a row of steps, with `dashed` where
    the step is not always taken, and on the small buttons of plots.
    """
    names = "ground surface raised hover border strong_border text faint accent accent_text accent_hover".split()
    names += ["error", "warning", "ok", "selection"]
    tokens = {name: getattr(theme, name).name() for name in names}
    tokens |= {"small": f"{theme.font(small=True).pointSizeF():.2f}pt", "field": f"{theme.px(20)}px"}
    tokens |= {f"{mark}_mark": _mark(mark, tokens["faint"]) for mark in ("down", "up", "right")}
    tokens["check_mark"] = _mark("check", tokens["accent_text"])
    sheet = _SHEET
    for name in sorted(tokens, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", tokens[name])
    return sheet


@undisturbed()  # Qt goes through all widgets, and must not meet one that Python has deleted
def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give `theme` to everything Qt paints itself: style, palette, font and the one style sheet."""
    before = app.font().pointSizeF()
    app.setFont(theme.font())
    app.setPalette(palette(theme))
    set_stylesheet(app, stylesheet(theme))
    if app.font().pointSizeF() != before:
        _give_font(app)


@undisturbed()  # for the same reason
def set_stylesheet(app: QApplication, sheet: str) -> None:
    """Put the text of a style sheet in force, polishing every widget once.

    Qt polishes all widgets when a sheet is taken off, and again when another is put on; one put in place of another
    polishes each once for every widget around it. So Qt is told of a file that holds the sheet, which stays the same,
    and gets a new style after the file was written: that polishes each widget once, by what the file says then.
    """
    path = _folder().path / "look.qss"
    try:
        path.write_text(sheet, encoding="utf-8")
    except OSError:  # no room: the text itself, which takes longer
        app.setStyleSheet("")
        app.setStyleSheet(sheet)
        return
    app.setProperty(_TEXT, sheet)
    if app.styleSheet() != _address():
        app.setStyleSheet("")
        app.setStyle(STYLE)
        app.setStyleSheet(_address())
    else:
        app.setStyle(STYLE)


def stylesheet_in_force(app: QApplication) -> str:
    """Return the text of the style sheet in force; Qt knows only the name of the file."""
    return str(app.property(_TEXT)) if app.styleSheet() == _address() else app.styleSheet()


def _address() -> str:
    return f"file:///{(_folder().path / 'look.qss').as_posix()}"


def _give_font(app: QApplication) -> None:
    """Give the font of the program to widgets that kept the one before.

    Qt goes through widgets in no order: one that it reaches before the widget around it inherits what that had.
    """
    size = app.font().pointSizeF()
    for window in app.topLevelWidgets():
        for widget in (window, *window.findChildren(QWidget)):  # from the outside in
            font = widget.font()
            if not font.resolveMask() and font.pointSizeF() != size:
                widget.setFont(QFont())


_SHEET = """
QToolTip { color: @text; background: @raised; border: 1px solid @strong_border; padding: 4px 6px; }
QMainWindow, QDialog { background: @surface; }
QMainWindow::separator { background: @border; width: 1px; height: 1px; }
QLabel[faint="true"] { color: @faint; }
QLabel[unit="true"] { color: @faint; font-size: @small; }
QLabel[chip="true"] { background: @raised; border: 1px solid @border; border-radius: 9px; padding: 1px 8px; }
QLabel[dashed="true"] { border-style: dashed; border-color: @strong_border; }
QLabel[heading="true"] { color: @text; font-weight: 600; padding: 4px 0; }
QLabel[tone="error"] { color: @error; }
QLabel[tone="warning"] { color: @warning; }
QLabel[tone="ok"] { color: @ok; }
QLabel[cover="true"] { background: @ground; }
QFrame[rule="true"] { background: @border; border: none; }
QFrame[card="true"] { background: @raised; border: 1px solid @border; border-radius: 8px; }
QFrame[notice="true"] { background: @raised; border: 1px solid @strong_border; border-left: 4px solid @accent;
    border-radius: 6px; }
QFrame[notice="true"][tone="error"] { border-left-color: @error; }
QFrame[notice="true"][tone="warning"] { border-left-color: @warning; }
QFrame[notice="true"][tone="ok"] { border-left-color: @ok; }
QFrame[docked="true"] { background: @raised; border: none; border-top: 1px solid @border; }
QLabel[fault="true"] { background: @raised; border: 1px solid @error; border-radius: 6px; padding: 4px 8px; }

QPushButton { background: @raised; border: 1px solid @strong_border; border-radius: 6px; padding: 3px 12px;
    min-height: @field; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @selection; }
QGraphicsView#canvas { border: 2px solid @ground; }
QGraphicsView#canvas:focus { border-color: @accent; }
QPushButton:focus { border-color: @accent; }
QPushButton:checked { background: @selection; border-color: @accent; }
QPushButton:disabled { color: @faint; background: @surface; border-color: @border; }
QPushButton[primary="true"] { background: @accent; color: @accent_text; border-color: @accent; font-weight: 600; }
QPushButton[primary="true"]:hover, QPushButton[primary="true"]:pressed { background: @accent_hover; }
QPushButton[primary="true"]:focus { border-color: @text; }
QPushButton[primary="true"]:disabled { background: @hover; color: @faint; border-color: @border; }
QPushButton:flat { background: transparent; border-color: transparent; }
QPushButton[compact="true"] { padding: 3px 6px; }
QPushButton:flat:hover { background: @hover; }
QPushButton:flat:focus { border-color: @accent; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed, QToolButton:checked { background: @selection; }
QToolButton:focus { border-color: @accent; }
QToolButton:disabled { color: @faint; }
QToolButton[popupMode="1"] { padding-right: 18px; }
QToolButton::menu-button { border: none; width: 16px; }
QToolButton[chip="true"] { background: @raised; border-color: @border; padding: 2px 7px; }
QToolButton[chip="true"]:hover { background: @hover; border-color: @strong_border; }
QToolButton[chip="true"]:checked { background: @selection; border-color: @accent; }
QToolButton[chip="true"]:focus { border-color: @accent; }
QToolButton[chip="true"]:disabled { background: transparent; border-color: @border; }
QToolButton::menu-indicator { image: none; }

QToolButton[segmented="true"], QPushButton[segmented="true"] { background: transparent; color: @faint;
    border: 1px solid transparent; border-radius: 6px; padding: 3px 12px; min-height: @field; }
QToolButton[segmented="true"]:hover, QPushButton[segmented="true"]:hover { color: @text; background: @hover; }
QToolButton[segmented="true"]:checked, QPushButton[segmented="true"]:checked { color: @text; background: @raised;
    border-color: @border; font-weight: 600; }
QToolButton[segmented="true"]:focus, QPushButton[segmented="true"]:focus { border-color: @accent; }
QFrame[segments="true"] { background: @ground; border: 1px solid @border; border-radius: 8px; }

QTabWidget::pane { border: none; border-top: 1px solid @border; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { color: @faint; background: transparent; border: none; border-bottom: 2px solid transparent;
    padding: 5px 12px 4px 12px; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabBar::tab:focus { background: @hover; border-bottom-color: @text; }
QTabBar[crowded="true"]::tab { padding: 5px 6px 4px 6px; }
QTabBar[segmented="true"]::tab { border-radius: 6px; margin: 2px; padding: 4px 12px; }
QTabBar[segmented="true"]::tab:selected { background: @raised; border: 1px solid @border; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox { background: @raised; color: @text;
    border: 1px solid @strong_border; border-radius: 6px; selection-background-color: @accent;
    selection-color: @accent_text; }
QLineEdit, QAbstractSpinBox, QComboBox { min-height: @field; padding: 2px 6px; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: @faint; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
    border-color: @accent; }
QTextBrowser[page="true"] { background: transparent; border: 1px solid transparent; border-radius: 6px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: @faint; background: @surface;
    border-color: @border; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"] { border-color: @error; }
QAbstractSpinBox { padding: 2px 20px 2px 2px; }
QAbstractSpinBox QLineEdit { padding: 0 4px; border: none; min-height: 0; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: 18px; border: none;
    background: transparent; margin: 1px; }
QAbstractSpinBox::up-button { subcontrol-position: top right; border-top-right-radius: 5px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; border-bottom-right-radius: 5px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: @hover; }
QAbstractSpinBox::up-arrow { image: url("@up_mark"); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url("@down_mark"); width: 12px; height: 12px; }
QComboBox { padding-right: 22px; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("@down_mark"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @strong_border; padding: 4px; outline: none;
    selection-background-color: @selection; selection-color: @text; }

QCheckBox, QRadioButton { spacing: 8px; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid @strong_border;
    background: @raised; }
QCheckBox::indicator { border-radius: 4px; }
#searchSpace::indicator, #runs::indicator, #runNames::indicator { width: 14px; height: 14px; border-radius: 4px;
    border: 1px solid @strong_border; background: @raised; }
#searchSpace::indicator:checked, #runs::indicator:checked, #runNames::indicator:checked { background: @accent;
    border-color: @accent; image: url("@check_mark"); }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus,
QRadioButton::indicator:focus { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url("@check_mark"); }
QCheckBox::indicator:indeterminate { background: @selection; border-color: @accent; }
QRadioButton::indicator:checked { border: 4px solid @accent; width: 8px; height: 8px; }
QCheckBox::indicator:unchecked:focus { border: 1px solid @accent; background: @selection; }
QCheckBox::indicator:checked:focus { border-color: @text; }
QRadioButton::indicator:checked:focus { border-color: @text; }
QTabBar[segmented="true"]::tab:focus { border: 1px solid @accent; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: @surface; border-color: @border; }

QSlider:horizontal { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; background: @border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: @raised;
    border: 1px solid @strong_border; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { border-color: @accent; }
QSlider[noValue="true"]::sub-page:horizontal { background: @border; }
QSlider[noValue="true"]::handle:horizontal { background: transparent; border-color: transparent; }
QSlider[noValue="true"]::handle:horizontal:hover, QSlider[noValue="true"]::handle:horizontal:focus
{ border-color: @accent; }

QListView, QTreeView, QTableView { background: @raised; alternate-background-color: @ground;
    border: 1px solid @border; border-radius: 8px; outline: none; selection-background-color: @selection;
    selection-color: @text; gridline-color: @border; }
QListView:focus, QTreeView:focus, QTableView:focus, QTextBrowser[page="true"]:focus { border: 1px solid @accent; }
QListView::item, QTreeView::item { padding: 1px 6px; border-radius: 4px; min-height: @field; }
QListView::item:hover, QTreeView::item:hover { background: @hover; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: @selection;
    color: @text; }
QTreeView::branch:has-children:closed { image: url("@right_mark"); }
QTreeView::branch:has-children:open { image: url("@down_mark"); }
QHeaderView { background: transparent; }
QHeaderView::section { background: @surface; color: @faint; border: none; border-bottom: 1px solid @border;
    padding: 5px 8px; font-size: @small; }
QHeaderView::section:horizontal:first { border-top-left-radius: 7px; }
QHeaderView::section:horizontal:last { border-top-right-radius: 7px; }
QHeaderView::section:horizontal:only-one { border-top-left-radius: 7px; border-top-right-radius: 7px; }
#runs::item, #runNames::item { padding: 0px 2px; }
#runNames { border: none; border-radius: 0; }
#runs QHeaderView::section { padding: 5px; }
QTableCornerButton::section { background: @surface; border: none; border-bottom: 1px solid @border; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QScrollArea { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @strong_border; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: @border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: @accent; }

QMenuBar { background: @surface; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @raised; border: 1px solid @strong_border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selection; color: @text; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }

QGroupBox { border: none; margin-top: 22px; padding: 0; }
QGroupBox::title { subcontrol-origin: margin; subcontrol-position: top left; color: @text; padding: 2px 0; }
QProgressBar { background: @border; border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
    text-align: center; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QStatusBar { background: @surface; border-top: 1px solid @border; }
QStatusBar::item { border: none; }
QToolBar { background: @surface; border: none; border-bottom: 1px solid @border; spacing: 4px; padding: 4px 8px; }
QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
QDockWidget::title { background: @surface; padding: 6px 8px; }
"""

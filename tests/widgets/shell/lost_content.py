"""What a window shows less of than there is: cards without names, classes, counts and answers that are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from PySide6.QtWidgets import QWidget

from widgets.canvas.board_items import Face
from widgets.canvas.canvas_view import CanvasView
from widgets.charts.confusion_matrix import ConfusionMatrix
from widgets.lessons.lesson_panel import LessonPanel
from widgets.plots.curve_view import CurveView
from widgets.tour.painted_text import visible_words
from widgets.understand.by_hand.scene import ScenePart
from widgets.understand.by_hand.sliding_window import LARGEST_WINDOW, SlidingPicture
from widgets.understand.try_it.prediction_view import ProbabilityBars

W = TypeVar("W", bound=QWidget)
T = TypeVar("T")

_looks: dict[QWidget, dict[Callable[[Any], Any], Any]] = {}


@contextmanager
def one_look(window: QWidget) -> Iterator[None]:
    """Inside, nothing of a window is to change: what several checks ask of it is found once."""
    _looks[window] = {}
    try:
        yield
    finally:
        del _looks[window]


def once(window: QWidget, find: Callable[[QWidget], T]) -> T:
    """What ``find`` finds in a window; inside `one_look` it searches once."""
    known = _looks.get(window)
    if known is None:
        return find(window)
    if find not in known:
        known[find] = find(window)
    return cast(T, known[find])


def visible(window: QWidget) -> list[QWidget]:
    """The widgets of a window that are shown, also where they are scrolled or split out of view.

    Most are on pages that are hidden, which are not gone through.
    """
    found = []
    for child in window.children():
        if isinstance(child, QWidget) and child.isVisible() and not child.isWindow():
            found += [child, *visible(child)]
    return found


def _in_view(window: QWidget) -> list[QWidget]:
    return [each for each in once(window, visible) if not each.visibleRegion().isEmpty()]


def in_view(widget: QWidget, window: QWidget) -> bool:
    """Whether a widget is shown and not scrolled or split out of view."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty() and widget.window() is window


def shown(window: QWidget, kind: type[W]) -> Iterator[W]:
    """The widgets of a kind that are in view."""
    return (widget for widget in once(window, _in_view) if isinstance(widget, kind))


def whole(widget: QWidget) -> bool:
    """Whether nothing of a widget is scrolled or cut out of view."""
    return bool(widget.visibleRegion().boundingRect() == widget.rect())


def nameless_cards(window: QWidget) -> list[str]:
    """Cards in view that do not bear their whole name, in a network that is framed by itself."""
    return [
        f"{id_} reads “{name}” at {canvas.navigation.zoom:.0%}"
        for canvas in shown(window, CanvasView)
        for id_, card in canvas.board.cards.items()
        if canvas.navigation.visible_region().intersects(card.rect) and (name := _name_on(canvas, card.face)) != id_
    ]


def _name_on(canvas: CanvasView, face: Face) -> str:
    surface, zoom = canvas.context.surface, canvas.navigation.zoom
    return surface.card_painter.name_at(face, surface.level_at(zoom), zoom)


def lost_cards(window: QWidget) -> list[str]:
    """Canvases that show less than half of their cards."""
    return [
        f"{len(canvas.board.cards) - seen} of {len(canvas.board.cards)} cards are out of view"
        for canvas in shown(window, CanvasView)
        if (seen := sum(canvas.navigation.visible_region().intersects(c.rect) for c in canvas.board.cards.values()))
        < len(canvas.board.cards) / 2
    ]


def lost_classes(window: QWidget) -> list[str]:
    """Classes or labels without a bar, or bars that are scrolled out of view."""
    lost = []
    for bars in shown(window, ProbabilityBars):
        read = visible_words(bars).splitlines()
        lost += [f"no bar for “{name}”" for name, *_ in bars.rows() if name not in read]
        lost += [] if whole(bars) else [f"of bars {bars.size().toTuple()} a part is out of view"]
    return lost


def lost_counts(window: QWidget) -> list[str]:
    """Cells of a confusion matrix that are filled and bear no count."""
    lost = []
    for matrix in shown(window, ConfusionMatrix):
        rows = matrix.table()[1:]
        counts = Counter(f"{count:,}" for row in rows for count in row[1:] if isinstance(count, int) and count)
        names = Counter(str(name) for row in rows for name in (row[0],) * 2)
        missing = counts - (Counter(visible_words(matrix).splitlines()) - names)
        lost += [f"{dict(missing)} in a matrix of {matrix.size().toTuple()}"] if missing else []
    return lost


def lost_names(window: QWidget) -> list[str]:
    """Curves whose name cannot be read at their end or in a key, which tells at least how many names it leaves out."""
    lost = []
    for view in shown(window, CurveView):
        read = visible_words(view).split()
        told = view._key.left_out()
        lost += [
            f"“{end.text}” in a plot of {view.size().toTuple()}"
            for end in view._ends()
            if not all(word in read for word in end.text.split())
            and not (told and told.split()[1] in read and end.text in view._key.toolTip())
        ]
    return lost


def lost_numbers(window: QWidget) -> list[str]:
    """Tables of window and kernel in By hand that are small enough for numbers and have none."""
    return [
        f"no numbers in the {part} of {table.shape} in a picture of {picture.size().toTuple()}"
        for picture in shown(window, SlidingPicture)
        if picture.step is not None and picture.grab() is not None
        for part, table in (("window", picture.step.window()), ("kernel", picture.step.kernel()))
        if table is not None and max(table.shape) <= LARGEST_WINDOW and picture._drawn[ScenePart(part)][1].texts is None
    ]


def hidden_answers(window: QWidget) -> list[str]:
    """What a lesson asks to do or to answer, where it is out of sight."""
    return [
        f"“{part.objectName() or type(part).__name__}” of a lesson of {lesson.size().toTuple()}"
        for lesson in shown(window, LessonPanel)
        for part in (lesson.sign, lesson.question.entry, lesson.next)
        if part.isVisibleTo(lesson) and not whole(part)
    ]


CHECKS = (nameless_cards, lost_cards, lost_classes, lost_counts, lost_names, lost_numbers, hidden_answers)

"""Words that a window paints itself, in charts, tiles and diagrams: cut by an edge, shortened, or one over another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QMarginsF, QRectF
from PySide6.QtWidgets import QWidget

from tests.widgets.shell.lost_content import in_view, once, visible
from widgets.charts.tiles import TileView
from widgets.look.text_places import TextPlace, texts_in
from widgets.plots.painted_view import PaintedView
from widgets.plots.plot_view import PlotView

LOOSE = 2.0
"""Pixels that the box of a text may stand over an edge or another text: its letters do not fill it."""
DOTS = ("…", "...")


def written(window: QWidget) -> list[tuple[PlotView | PaintedView, list[TextPlace]]]:
    """What is painted in one go and is in view, with the words that it paints."""
    return [(view, texts_in(ground)) for view, ground in charts(window)]


def charts(window: QWidget) -> Iterator[tuple[PlotView | PaintedView, QWidget]]:
    """What is painted in one go and is in view: the widget, and the one that it paints on."""
    for view in once(window, visible):
        if isinstance(view, PlotView) and in_view(view.viewport(), window):
            yield view, view.viewport()
        elif isinstance(view, PaintedView) and in_view(view, window):
            yield view, view


def cut_paint(window: QWidget) -> list[str]:
    """Painted words of which a part is out of sight and cannot be scrolled to."""
    return [
        f"“{word.text}” of {_name(view)} at {_box(word.place)}, seen {_box(word.seen)}"
        for view, words in once(window, written)
        for word in words
        if not _contains(word.seen, word.place) and not _scrolls(view, word)
    ]


def shortened_paint(window: QWidget) -> list[str]:
    """Painted words that end in dots."""
    return [
        f"“{word.text}” of {_name(view)} {view.size().toTuple()}"
        for view, words in once(window, written)
        for word in words
        if word.text.endswith(DOTS)
        and word.text not in DOTS
        and not view.is_empty()  # what an empty one says may go on
    ]


def overlapping_paint(window: QWidget) -> list[str]:
    """Painted words that lie over each other, and buttons that lie over them."""
    found = []
    for view, all_words in once(window, written):
        words = [word for word in all_words if word.place.intersects(word.seen)]
        for one, other in combinations(words, 2):
            if _over(one.place, other.place):
                found.append(f"“{one.text}” and “{other.text}” of {_name(view)} at {_box(one.place)}")
        if isinstance(view, PlotView):
            found += [f"a button over “{word.text}” of {_name(view)}" for word in _under_buttons(view, words)]
    return found


def _under_buttons(view: PlotView, words: list[TextPlace]) -> list[TextPlace]:
    """The words below the button that a pointer over the chart brings."""
    if view.is_empty():
        return []
    hidden = view.menu_button.isHidden()
    view.menu_button.show()
    view._move_buttons()
    places = [QRectF(each.geometry()) for each in (view.menu_button, view.fit_button) if not each.isHidden()]
    view.menu_button.setHidden(hidden)
    return [word for word in words if any(_over(place, word.place) for place in places)]


def _over(one: QRectF, other: QRectF) -> bool:
    margins = QMarginsF(LOOSE, LOOSE, LOOSE, LOOSE)
    return one.marginsRemoved(margins).intersects(other.marginsRemoved(margins))


def _contains(area: QRectF, place: QRectF) -> bool:
    return area.adjusted(-LOOSE, -LOOSE, LOOSE, LOOSE).contains(place)


def _scrolls(view: QWidget, word: TextPlace) -> bool:
    """Whether what is cut comes into sight where one scrolls: tiles do so by themselves, up and down."""
    # What is wholly out of sight is seen nowhere: it has to lie within the width of the view.
    seen = QRectF(view.rect()) if word.seen.isEmpty() else word.seen
    across = word.place.left() >= seen.left() - LOOSE and word.place.right() <= seen.right() + LOOSE
    return isinstance(view, TileView) and view._scroll_limit() > 0 and across


def _name(view: QWidget) -> str:
    return f"{type(view).__name__} “{view.accessibleName()}”"


def _box(place: QRectF) -> tuple[int, int, int, int]:
    return round(place.left()), round(place.top()), round(place.width()), round(place.height())


CHECKS = (cut_paint, shortened_paint, overlapping_paint)

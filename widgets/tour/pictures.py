"""Screenshots with what stands on them: a PNG, and beside it a JSON file of all texts, their places and named widgets.

The JSON file says whether a picture is stale: the window of today is compared with it, since pixels differ for many
reasons that nobody sees.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QWidget

from graph.errors import NetloomError
from widgets.plots.plot_view import PlotView
from widgets.tour.painted_text import painted_texts

NEAR = 6
"""Pixels by which a text or a widget may have moved."""

MOST_NAMED = 5
"""Differences of a picture that are named."""


def take_picture(window: QWidget, path: Path, *, trained: bool = False) -> None:
    """Save a picture of the window as ``path``, and its description beside it.

    ``trained`` says that a training decides numbers and curves in it, so that only words are compared.

    Raises
    ------
    NetloomError
        if a chart on it has data and shows none of them.
    """
    picture = window.grab()  # by which charts show what they have
    blank = [chart.title for chart in window.findChildren(PlotView) if chart.is_blank()]
    if blank:
        raise NetloomError(f"{path.name}: the chart “{blank[0]}” has data and shows none of them.")
    picture.save(str(path))
    described = json.dumps(describe(window, trained=trained), ensure_ascii=False)
    path.with_suffix(".json").write_text(_one_a_line(described), "utf-8")


def describe(window: QWidget, *, trained: bool = False) -> dict[str, Any]:
    """What is on the window: size and font, texts as ``[text, x, y]``, widgets with a name as ``[x, y, w, h]``."""
    font = QFontInfo(window.font())
    places: dict[str, list[int]] = {}
    for widget in window.findChildren(QWidget):
        name = widget.objectName()
        if name and not name.startswith("qt_") and widget.isVisible() and name not in places:
            corner = widget.mapTo(window, QPoint())
            places[name] = [corner.x(), corner.y(), widget.width(), widget.height()]
    texts = [[each.text, round(each.x), round(each.y)] for each in painted_texts(window)]
    return {
        "size": [window.width(), window.height()],
        "font": f"{font.family()} {font.pixelSize()}",
        "trained": trained,
        "widgets": dict(sorted(places.items())),
        "texts": sorted(texts),
    }


def differences(stored: Mapping[str, Any], today: Mapping[str, Any]) -> list[str]:
    """In what the window of today differs from a stored description, as sentences; empty where the picture is fresh.

    Places are compared where both were taken with the same font. Of a trained picture, texts without a digit alone.
    """
    trained = bool(stored["trained"])
    old, new = (_words(each, trained) for each in (stored, today))
    found = [f"“{text}” is gone." for text in sorted((old - new).keys())]
    found += [f"“{text}” is new." for text in sorted((new - old).keys())]
    if stored["size"] != today["size"]:
        found.append(f"The window is {today['size']} and was {stored['size']}.")
    if not trained and stored["font"] == today["font"]:
        found += _moved(stored["widgets"], today["widgets"])
        found += _moved(_places(stored), _places(today))
    more = len(found) - MOST_NAMED
    return found if more <= 0 else [*found[:MOST_NAMED], f"{more} more."]


def _words(described: Mapping[str, Any], trained: bool) -> Counter[str]:
    words = [text for text, _, _ in described["texts"]]
    return Counter({text for text in words if not re.search(r"\d", text)} if trained else words)


def _places(described: Mapping[str, Any]) -> dict[str, list[int]]:
    """Where texts stand that are there once."""
    often = _words(described, False)
    return {f"“{text}”": [x, y] for text, x, y in described["texts"] if often[text] == 1}


def _moved(old: Mapping[str, list[int]], new: Mapping[str, list[int]]) -> list[str]:
    return [
        f"{name} was at {old[name]} and is at {new[name]}."
        for name in old.keys() & new.keys()
        if any(abs(before - now) > NEAR for before, now in zip(old[name], new[name], strict=True))
    ]


def _one_a_line(described: str) -> str:
    """JSON with each text and widget on a line, which reads well in a difference of versions."""
    return re.sub(r'\], (?=[\["])', "],\n", described) + "\n"

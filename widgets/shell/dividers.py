"""Splitter sizes of the workbench: how columns, bottom panel and lesson share the room, and what of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QSplitter

from widgets.look.theme import ThemeSource
from widgets.shell.left_column import LeftColumn

HEIGHTS = {"network": 116, "summary": 260, "train": 300, "understand": 2000}
"""Heights of the bottom panel before the user moves the divider, by workspace; the summary has one of its own."""

LARGEST_SHARE = {"understand": 0.6}
"""Most of the height that a bottom panel gets of itself, where that is not `USUAL_SHARE`."""

COLUMN_SHARES = (0.26, 0.33)
"""Most of the width that the columns left and right of the canvas get of themselves."""

COLUMNS = (218, 320)
"""Width of these columns to begin with, in pixels before scaling."""

LEAST_CANVAS = 400
"""Width in pixels, before scaling, that the canvas keeps; where both columns leave it less, the left one is folded."""

USUAL_SHARE = 0.55
LESSON_SHARE = 0.55
"""Share of its column's height that a lesson gets at least below the layer's settings."""

LESSON_HEIGHT, SETTINGS_HEIGHT = 230, 110
"""Height in pixels that a lesson gets where its column is low, as long as this much is left for the settings."""

LEAST_PROBLEMS = 80
"""Height in pixels that the problems keep where a lesson and the settings need the rest."""

LEAST_PLOTS = 0.5
"""Share of the height that plots keep where a lesson above them needs the rest."""

LESSON_STRIP = 190
"""Height of a lesson below the data view, in pixels; more where what it asks needs more."""

LENT_HEIGHT = 220
"""Least height of a panel that stands in the problems list's place."""


class Dividers:
    """Divides three splitters: ``across`` (left column, canvas, right column), ``down`` (these, the bottom panel) and
    ``column`` (settings, lesson).
    """

    def __init__(
        self, across: QSplitter, down: QSplitter, column: QSplitter, left: LeftColumn, themes: ThemeSource
    ) -> None:
        self._across, self._down, self._column, self._themes = across, down, column, themes
        self._left, self._widths = left, list[float](COLUMNS)
        self._scale = 1.0
        self._heights: dict[str, int] = {}
        self._lesson_share: float | None = None
        across.setSizes([COLUMNS[0], 742, COLUMNS[1]])
        themes.changed.connect(self._on_theme)
        across.splitterMoved.connect(lambda *_: self._remember_columns())
        left.folded.connect(self._share_across)
        column.splitterMoved.connect(self._remember_lesson)

    def divide(self, below: str, workspace: str, *, lent: bool, lesson: int, least: int) -> bool | None:
        """Give the bottom panel of a workspace its height; `divide_column` is to follow.

        ``below`` names what the height belongs to, ``lent`` says that another panel has the problems list's place,
        ``lesson`` is the height in pixels in which a lesson in the column can be read, 0 without one, and ``least``
        what it gets by with beside the settings, which are what one works with in the network.
        Returns whether the column is so low that the lesson alone has room in it; None where nothing is divided.
        """
        if workspace not in HEIGHTS:
            return None
        self._follow_scale()
        total = self._down.height()
        share = LARGEST_SHARE.get(workspace, USUAL_SHARE)
        height = self._heights.get(below) or min(self._themes.theme.px(HEIGHTS[below]), round(total * share))
        if workspace == "network" and lent:
            height = max(height, LENT_HEIGHT)
        elif workspace == "network" and lesson:
            height = min(height, max(total - self._down.handleWidth() - lesson - self._least_settings, LEAST_PROBLEMS))
        elif lesson:
            height = min(height, max(total - self._down.handleWidth() - lesson, round(total * LEAST_PLOTS)))
        height = min(height, round(total * 0.8))
        self._down.setSizes([total - height, height])
        needed = least if workspace == "network" else lesson
        return bool(lesson) and self._down.sizes()[0] < needed + self._least_settings

    @property
    def _least_settings(self) -> int:
        """Pixels that the settings need above a lesson, with the divider between them."""
        settings = self._column.widget(0)
        needed = settings.minimumSizeHint().height() if settings is not None else 0
        return max(SETTINGS_HEIGHT, needed) + self._column.handleWidth()

    def divide_column(self, least: int, whole: int) -> None:
        """Give the lesson its height in the column, whose parts are shown or hidden by now.

        That is what it needs at ``least``, and of what the settings can spare up to ``whole``, the height of all its
        text; or, once the user has moved the divider, the user's share.
        """
        column = self._down.sizes()[0]
        usual = max(round(column * LESSON_SHARE), min(LESSON_HEIGHT, column - SETTINGS_HEIGHT))
        usual = max(usual, min(whole, column - self._least_settings))
        share = self._lesson_share
        lesson = max(usual if share is None else round(column * share), least)
        self._column.setSizes([column - lesson, lesson])

    def remember(self, below: str, workspace: str) -> None:
        """Keep the height of the bottom panel, whose divider the user has moved."""
        height = self._down.sizes()[1]
        if workspace in HEIGHTS and height:
            self._heights[below] = height

    def _remember_lesson(self, *_: int) -> None:
        """The user moved the divider above the lesson."""
        sizes = self._column.sizes()
        if len(sizes) == 2 and all(sizes):
            self._lesson_share = sizes[1] / sum(sizes)

    def _on_theme(self) -> None:
        if self._across.isVisible():
            self._follow_scale()

    def _follow_scale(self) -> None:
        """Columns grow with the text, as far as the canvas keeps its share; not before there is a width to share."""
        if self._themes.theme.scale != self._scale:
            self._scale = self._themes.theme.scale
            self._share_across()
        self.make_room()

    def make_room(self) -> None:
        """Fold the left column away where canvas and columns have too little room in the window, else have it back."""
        columns = sum(self._capped(COLUMNS))
        self._left.make_room(self._across.window().width() - columns < LEAST_CANVAS * self._scale)

    def _capped(self, widths: Sequence[float]) -> list[int]:
        """Widths of both columns, before scaling, as they are in this window."""
        whole, shares = self._across.window().width(), zip(widths, COLUMN_SHARES, strict=True)
        return [min(round(width * self._scale), round(whole * share)) for width, share in shares]

    def _share_across(self) -> None:
        """Give both columns their widths, and the canvas what they leave; so too when the left one is folded or not."""
        left, right = self._capped(self._widths)
        shown = self._left.strip_width + (left if self._left.is_open else 0)
        self._across.setSizes([shown, self._across.window().width() - shown - right, right])

    def _remember_columns(self) -> None:
        """The user moved a divider beside the canvas."""
        left, _, right = self._across.sizes()
        if self._left.is_open and left:
            self._widths[0] = (left - self._left.strip_width) / self._scale
        if right:
            self._widths[1] = right / self._scale

    def state(self) -> dict[str, Any]:
        """Where the dividers stand, for the next start."""
        left, right = self._capped(self._widths)
        canvas = self._across.window().width() - left - right - 2 * self._across.handleWidth()
        return {"across": [left, canvas, right], "heights": self._heights}

    def restore(self, state: Any) -> None:
        """Put the dividers where they stood; what makes no sense is left alone."""
        if not isinstance(state, dict):
            return
        across, heights = state.get("across"), state.get("heights")
        if isinstance(across, list) and len(across) == 3 and all(isinstance(size, int) and size > 0 for size in across):
            self._across.setSizes(across)
            self._scale = self._themes.theme.scale
            self._widths = [across[0] / self._scale, across[2] / self._scale]
        if isinstance(heights, dict):
            known = {name: size for name, size in heights.items() if name in HEIGHTS and isinstance(size, int)}
            self._heights = {name: max(size, 60) for name, size in known.items()}

"""The look of Netloom: colour tokens, type and spacing for a light and a dark window, and how they reach Qt.

A `Theme` is a value. `ThemeSource` holds the one in force and says when it changes; widgets that paint themselves
connect to `ThemeSource.changed` and repaint. `apply` gives the same theme to everything Qt paints for us.

Family hues share one OKLab lightness per theme (0.54 light, 0.75 dark) and were chosen to stay apart for normal,
protanopic and deuteranopic eyes. Colour is never the only sign: every family also has an icon.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

Mode = Literal["system", "light", "dark"]

GRID = 4
"""The spacing unit in device-independent pixels."""

RADIUS = 8
"""The corner radius of cards, in device-independent pixels."""

PROJECTOR_SCALE = 1.5
"""How much larger text and wires are while the projector key is on."""

SMALL_SHARE = 0.87
"""The small text size as a share of the body size."""


@dataclass(frozen=True, eq=False)
class Theme:
    """Every colour of one look, and the scale of its text.

    `ground` lies under everything, `surface` under panels, `raised` under cards, menus and fields. `text` and
    `faint` keep a contrast of at least 4.5:1 on all three. `families`, `kinds` and `runs` hold the hues that mean
    something: a family of layers, what flows along a connection, one training run.
    """

    name: Literal["light", "dark"]
    ground: QColor
    surface: QColor
    raised: QColor
    hover: QColor
    border: QColor
    strong_border: QColor
    text: QColor
    faint: QColor
    accent: QColor
    accent_text: QColor
    accent_hover: QColor
    error: QColor
    warning: QColor
    ok: QColor
    grid: QColor
    selection: QColor
    families: Mapping[str, QColor]
    kinds: Mapping[str, QColor]
    runs: tuple[QColor, ...]
    scale: float = 1.0

    @property
    def dark(self) -> bool:
        """Whether this is the dark look."""
        return self.name == "dark"

    def family(self, name: str) -> QColor:
        """Return the hue of a layer family, named by its key (`convolution`) or by `graph.layers.base.Family`.

        A family without a hue of its own gets the neutral one.
        """
        return self.families.get(family_key(name), self.families["io"])

    def kind(self, name: str) -> QColor:
        """Return the hue of a connection that carries `name` (image, sequence, vector, tokens, video)."""
        return self.kinds.get(name, self.kinds["vector"])

    def run(self, index: int) -> QColor:
        """Return the hue of the run at `index`; hues repeat after eight runs."""
        return self.runs[index % len(self.runs)]

    def on(self, fill: QColor) -> QColor:
        """Return the text colour, near-black or white, that reads best on `fill`."""
        return max((QColor("#FFFFFF"), QColor("#10151D")), key=lambda ink: contrast(ink, fill))

    def px(self, pixels: float) -> int:
        """Return a length that grows with the projector scale, in device-independent pixels."""
        return round(pixels * self.scale)

    def font(self, *, small: bool = False, bold: bool = False) -> QFont:
        """Return the interface font: one of two sizes and two weights, with tabular figures."""
        return QFont(_font(self.scale, small, bold))


def family_key(family: str) -> str:
    """Return the key of a family of layers (`convolution`), given the key itself or the `Family` member."""
    return str(getattr(family, "name", family)).lower()


@lru_cache(maxsize=32)
def _font(scale: float, small: bool, bold: bool) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPointSizeF(_body_points(font) * (SMALL_SHARE if small else 1.0) * scale)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _body_points(system: QFont) -> float:
    """Return the system's own text size, held to a range in which panels keep their proportions (macOS says 13)."""
    return min(max(system.pointSizeF(), 9.0), 13.0 if sys.platform == "darwin" else 10.0)


def _luminance(color: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def contrast(first: QColor, second: QColor) -> float:
    """Return the WCAG 2 contrast ratio of two opaque colours, from 1 to 21."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def blend(over: QColor, under: QColor, share: float) -> QColor:
    """Return the opaque colour that `over` makes on `under` at opacity `share` (0 to 1)."""

    def mix(above: int, below: int) -> int:
        return round(above * share + below * (1 - share))

    return QColor(mix(over.red(), under.red()), mix(over.green(), under.green()), mix(over.blue(), under.blue()))


_COLOURS = {
    "ground": ("#F4F6F8", "#171C24"),
    "surface": ("#FBFCFD", "#1D232D"),
    "raised": ("#FFFFFF", "#252C38"),
    "hover": ("#EBEEF3", "#2E3745"),
    "border": ("#DDE2E9", "#333D4C"),
    "strong_border": ("#BDC6D2", "#4C5970"),
    "text": ("#1A2230", "#E6EAF0"),
    "faint": ("#586577", "#A0ACBD"),
    "accent": ("#2460DB", "#74A3FF"),
    "accent_text": ("#FFFFFF", "#0E1626"),
    "accent_hover": ("#1C50BC", "#93B8FF"),
    "error": ("#BF2B33", "#FF8F8B"),
    "warning": ("#8F5A00", "#F0B45C"),
    "ok": ("#1D7A46", "#6FCF97"),
    "grid": ("#D6DCE4", "#2A323F"),
    "selection": ("#E2EBFD", "#2A3D61"),
}
"""What is painted in which colour: in the light window, and in the dark one."""

_FAMILIES = {
    "io": ("#666E7B", "#A7AEBB"),
    "convolution": ("#4369C5", "#86ACFF"),
    "pooling": ("#0A7B80", "#70BDC1"),
    "dense": ("#9348B1", "#D090EC"),
    "recurrent": ("#2A7E4F", "#7CC094"),
    "activation": ("#B04D00", "#EE9561"),
    "normalisation": ("#6E6F2C", "#B0B37A"),
    "shape": ("#77629B", "#B5A3D8"),
    "merge": ("#8F5D71", "#CD9FB0"),
    "structure": ("#A8437C", "#EE93C4"),
}

_KINDS = {
    "image": ("#3368D0", "#7BACFF"),
    "sequence": _FAMILIES["recurrent"],
    "vector": _FAMILIES["io"],
    "tokens": _FAMILIES["activation"],
    "video": _FAMILIES["structure"],
}

_RUNS = (
    ("#2F66D0", "#82AEFF"),
    ("#B65200", "#F09A5E"),
    ("#23804C", "#74C795"),
    _FAMILIES["dense"],
    ("#0A7B80", "#66C4C9"),
    ("#BB3A5C", "#F58BA6"),
    ("#6E6F2C", "#BFC277"),
    _FAMILIES["io"],
)


def _theme(name: Literal["light", "dark"]) -> Theme:
    which = ("light", "dark").index(name)

    def hues(pairs: Mapping[str, tuple[str, str]]) -> Mapping[str, QColor]:
        return MappingProxyType({key: QColor(pair[which]) for key, pair in pairs.items()})

    runs = tuple(QColor(pair[which]) for pair in _RUNS)
    return Theme(name=name, families=hues(_FAMILIES), kinds=hues(_KINDS), runs=runs, scale=1.0, **hues(_COLOURS))


LIGHT, DARK = _theme("light"), _theme("dark")


def palette(theme: Theme) -> QPalette:
    """Return the Qt palette of `theme`, for Fusion and for widgets that ask the palette themselves."""
    role = QPalette.ColorRole
    result = QPalette()
    pairs = {
        role.Window: theme.surface,
        role.WindowText: theme.text,
        role.Base: theme.raised,
        role.AlternateBase: theme.ground,
        role.Text: theme.text,
        role.PlaceholderText: theme.faint,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.families["dense"],
        role.Light: theme.raised,
        role.Midlight: theme.hover,
        role.Mid: theme.border,
        role.Dark: theme.strong_border,
        role.Shadow: theme.strong_border,
    }
    for which, color in pairs.items():
        result.setColor(which, color)
    disabled = blend(theme.faint, theme.surface, 0.6)
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, disabled)
    return result


@lru_cache(maxsize=16)
def _scaled(base: Theme, scale: float) -> Theme:
    """The same theme for the same scale, so that what is kept by theme is found again."""
    return base if scale == 1.0 else replace(base, scale=scale)


class ThemeSource(QObject):
    """Holds the theme in force, follows the system where asked to, and says when it changes.

    `changed` fires after `theme` has its new value. Setting what already holds says nothing.
    """

    changed = Signal()

    def __init__(self, mode: Mode = "system", scale: float = 1.0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode: Mode = mode
        self._scale = scale
        self._theme = self._wanted()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.styleHints().colorSchemeChanged.connect(self._refresh)

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._theme

    @property
    def mode(self) -> Mode:
        """`system`, or the look the user insists on."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or stay light or dark."""
        self._mode = mode
        self._refresh()

    def set_scale(self, scale: float) -> None:
        """Make text and marks `scale` times their usual size (the projector uses `PROJECTOR_SCALE`)."""
        self._scale = scale
        self._refresh()

    def _refresh(self, *_: object) -> None:
        wanted = self._wanted()
        if (wanted.name, wanted.scale) != (self._theme.name, self._theme.scale):
            self._theme = wanted
            self.changed.emit()

    def _wanted(self) -> Theme:
        dark = self._mode == "dark" or (self._mode == "system" and system_is_dark())
        base = DARK if dark else LIGHT
        return _scaled(base, self._scale)


def system_is_dark() -> bool:
    """Return whether the desktop asks for a dark look; a desktop that does not say counts as light."""
    app = QApplication.instance()
    return isinstance(app, QApplication) and app.styleHints().colorScheme() == Qt.ColorScheme.Dark


class Themed:
    """Mixed into a `QWidget` that paints itself: keeps `theme` current and repaints when it changes."""

    theme: Theme
    _source: ThemeSource

    def follow(self, source: ThemeSource) -> None:
        """Take the theme of `source` now and whenever it changes."""
        self._source = source
        self.theme = source.theme
        source.changed.connect(self._on_theme)

    def _on_theme(self) -> None:
        self.theme = self._source.theme
        self.theme_changed()
        if isinstance(self, QWidget):
            self.updateGeometry()
            self.update()

    def theme_changed(self) -> None:
        """Hook for widgets that keep something made from the theme, such as a cached picture."""

"""The look: contrast, palette, following the system, icons that paint."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from graph.layers.base import Family
from widgets.look import icons, theme
from widgets.look.stylesheet import apply_theme, stylesheet, stylesheet_in_force

LOOKS = pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=["light", "dark"])


def test_contrast_of_black_and_white_is_twenty_one() -> None:
    assert theme.contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)


@LOOKS
@pytest.mark.parametrize("ground", ["ground", "surface", "raised", "hover", "selection"])
def test_text_reads_on_every_ground(look: theme.Theme, ground: str) -> None:
    assert theme.contrast(look.text, getattr(look, ground)) >= 4.5


@LOOKS
@pytest.mark.parametrize("ink", ["faint", "accent", "error", "warning", "ok"])
@pytest.mark.parametrize("ground", ["ground", "surface", "raised"])
def test_quiet_and_telling_text_reads_on_every_still_ground(look: theme.Theme, ink: str, ground: str) -> None:
    assert theme.contrast(getattr(look, ink), getattr(look, ground)) >= 4.5


@LOOKS
def test_text_on_filled_areas_reads(look: theme.Theme) -> None:
    assert theme.contrast(look.accent_text, look.accent) >= 4.5
    assert theme.contrast(look.accent_text, look.accent_hover) >= 4.5
    for hue in (*look.families.values(), *look.kinds.values(), *look.runs):
        assert theme.contrast(look.on(hue), hue) >= 4.5
        assert theme.contrast(hue, look.surface) >= 4.5


@LOOKS
def test_every_family_has_a_hue_and_an_icon_of_its_own(look: theme.Theme) -> None:
    keys = {theme.family_key(family) for family in Family}
    assert keys == set(look.families) == set(icons.FAMILIES)
    assert len({look.family(family).name() for family in Family}) == len(Family)


@LOOKS
def test_every_kind_has_a_hue_of_its_own(look: theme.Theme) -> None:
    hues = {look.kind(kind).name() for kind in ("vector", "image", "sequence", "tokens", "video")}
    assert len(hues) == 5


@LOOKS
def test_the_style_sheet_has_no_token_left(qapp: QApplication, look: theme.Theme) -> None:
    sheet = stylesheet(look).replace("@2x", "")
    assert "@" not in sheet
    assert look.text.name() in sheet


@LOOKS
def test_apply_sets_palette_font_and_sheet(qapp: QApplication, qtbot: QtBot, look: theme.Theme) -> None:
    apply_theme(qapp, look)
    assert qapp.palette().color(QPalette.ColorRole.WindowText) == look.text
    assert qapp.font() == look.font()
    assert stylesheet_in_force(qapp) == stylesheet(look)
    label = QLabel("A fault")
    label.setProperty("tone", "error")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.palette().windowText().color() == look.error, "Qt has read it"


def test_a_look_for_which_the_disk_has_no_room_is_put_on_all_the_same(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = QLabel("A fault")
    label.setProperty("tone", "error")
    qtbot.addWidget(label)
    apply_theme(qapp, theme.LIGHT)

    def full(self: Path, *given: object, **settings: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        apply_theme(qapp, theme.DARK)
    label.ensurePolished()
    assert label.palette().windowText().color() == theme.DARK.error
    apply_theme(qapp, theme.LIGHT)
    assert label.palette().windowText().color() == theme.LIGHT.error


def test_a_source_says_when_the_theme_changes_and_only_then(qtbot: QtBot) -> None:
    source = theme.ThemeSource("light")
    with qtbot.assertNotEmitted(source.changed):
        source.set_mode("light")
    with qtbot.waitSignal(source.changed):
        source.set_mode("dark")
    assert source.theme.dark
    with qtbot.waitSignal(source.changed):
        source.set_scale(theme.PROJECTOR_SCALE)
    assert source.theme.px(10) == 15
    assert source.theme.font().pointSizeF() == pytest.approx(1.5 * theme.DARK.font().pointSizeF())


@pytest.mark.parametrize("name", icons.names())
@pytest.mark.parametrize("side", [12, 16, 48])
def test_every_icon_paints_within_its_square(qapp: QApplication, name: str, side: int) -> None:
    image = QImage(side + 4, side + 4, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    icons.paint(painter, name, QRectF(2, 2, side, side), QColor("black"))
    painter.end()
    drawn = [(x, y) for x in range(side + 4) for y in range(side + 4) if image.pixelColor(x, y).alpha() > 8]
    assert len(drawn) > side
    assert all(1 <= x <= side + 2 and 1 <= y <= side + 2 for x, y in drawn)


def test_icons_take_their_colour_from_the_theme(qapp: QApplication) -> None:
    image = icons.icon("stop", theme.DARK).pixmap(24, 24).toImage()
    assert image.pixelColor(12, 12) == theme.DARK.text


def test_the_first_screen_needs_no_icon_font() -> None:
    code = (
        "import sys, widgets.look.theme, widgets.look.icons, widgets.look.stylesheet; print('qtawesome' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

"""A swatch has the colour that it stands for, in a row that is selected, too."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QIcon

from widgets.look.swatch import SWATCH, swatch_icon


@pytest.mark.parametrize("mode", list(QIcon.Mode))
def test_a_swatch_keeps_its_colour_where_its_row_is_selected(qapp: object, mode: QIcon.Mode) -> None:
    picture = swatch_icon(QColor("#1F4FB0")).pixmap(SWATCH, SWATCH, mode).toImage()
    assert picture.pixelColor(SWATCH // 2, SWATCH // 2).name() == "#1f4fb0"

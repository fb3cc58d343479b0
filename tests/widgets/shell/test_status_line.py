"""The line at the bottom of the window: what it tells has room, or is left out whole."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from widgets.look.terms import definition
from widgets.look.theme import ThemeSource
from widgets.shell.topbar import StatusLine


def test_costs_are_left_out_from_the_last_and_never_cut(qtbot: QtBot) -> None:
    line = StatusLine(ThemeSource("light"))
    qtbot.addWidget(line)
    line.resize(900, 26)
    line.show()
    costs = ("60,000 parameters", "0.7 MFLOP", "~2 s per epoch")
    line.show_problems("No problems", "ok")
    line.show_costs(costs)
    assert line.costs.text().split("     ") == [*costs] and costs[0] not in line.costs.toolTip()
    assert [definition(word) in line.costs.toolTip() for word in ("parameter", "FLOP")] == [True, True]
    told = set()
    for width in range(900, 180, -20):
        line.resize(width, 26)
        line.training.setText("Trained: 95.8 %")
        qtbot.wait(1)
        shown = line.costs.text()
        told.add(shown)
        assert line.costs.fontMetrics().horizontalAdvance(shown) <= line.costs.width() or not shown
        assert not shown or costs[0] in line.costs.toolTip() or shown.endswith(costs[-1])
    assert told == {"     ".join(costs[:count]) for count in range(4)}

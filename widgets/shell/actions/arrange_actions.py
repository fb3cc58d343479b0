"""Aligning and distributing the selected layers, and laying the network out."""

from __future__ import annotations

from widgets.shell.action_registry import Action, ready, selected
from widgets.shell.actions.edit_actions import on_canvas

ACTIONS = (
    Action("align_left", "Arrange", "Align left", on_canvas("align_left"), ("Alt+Shift+Left",), "", selected,
           on_canvas=True),
    Action("align_centre", "Arrange", "Align centres", on_canvas("align_centre"), (), "", selected),
    Action("align_right", "Arrange", "Align right", on_canvas("align_right"), ("Alt+Shift+Right",), "", selected,
           on_canvas=True),
    Action("align_top", "Arrange", "Align top", on_canvas("align_top"), ("Alt+Shift+Up",), "", selected,
           on_canvas=True),
    Action("align_middle", "Arrange", "Align middles", on_canvas("align_middle"), (), "", selected),
    Action("align_bottom", "Arrange", "Align bottom", on_canvas("align_bottom"), ("Alt+Shift+Down",), "", selected,
           on_canvas=True),
    Action("distribute_across", "Arrange", "Distribute across", on_canvas("distribute_across"), (), "", selected,
           divide=True),
    Action("distribute_down", "Arrange", "Distribute down", on_canvas("distribute_down"), (), "", selected),
    Action("tidy", "Arrange", "Lay out", on_canvas("auto_layout"), ("L",), "layout", ready, on_canvas=True,
           divide=True),
    Action("tidy_down", "Arrange", "Lay out from top to bottom", on_canvas("layout_down"), ("Shift+L",), "", ready,
           on_canvas=True),
)  # fmt: skip

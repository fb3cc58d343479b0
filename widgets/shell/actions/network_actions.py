"""Adding, connecting and grouping layers, and going to those with problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.shell.action_registry import Action, ready, selected
from widgets.shell.actions.edit_actions import on_canvas

if TYPE_CHECKING:
    from graph.checking.layer_info import Problem
    from widgets.shell.context import Context
    from widgets.shell.pattern_dialog import PatternDialog


def search_palette(context: Context) -> None:
    """Put the keyboard into the palette's search field."""
    context.show_workspace("network")
    workbench = context.workbench
    workbench.left.setCurrentWidget(workbench.palette_panel)
    workbench.palette_panel.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
    workbench.palette_panel.search.selectAll()


def pattern_dialog(context: Context) -> PatternDialog:
    """The dialog that inserts layers by a pattern."""
    from widgets.shell.pattern_dialog import PatternDialog

    return PatternDialog(context.workbench)


def insert_pattern(context: Context) -> None:
    """Open that dialog beside the canvas."""
    context.show_workspace("network")
    context.part(pattern_dialog).begin()


def next_problem(context: Context) -> None:
    """Select the layer of the problem that follows the one last gone to."""
    context.show_workspace("network")
    session, workbench = context.session, context.workbench
    problems = _of_layers(workbench.block_navigation.checker.problems)
    if not problems:
        workbench.leave_block(0)
        problems = _of_layers((*session.checker.problems, *session.hints))
    if problems:
        at = [index for index, problem in enumerate(problems) if problem.layer in workbench.selected]
        following = problems[(at[-1] + 1) % len(problems)] if at else problems[0]
        workbench.go_to(str(following.layer))


def _of_layers(problems: tuple[Problem, ...]) -> list[Problem]:
    return [problem for problem in problems if problem.layer is not None]


ACTIONS = (
    Action("add_layer", "Network", "Add layer…", on_canvas("open_search"), ("Tab",), "add", ready, on_canvas=True),
    Action("find_layer", "Network", "Search the palette", search_palette, ("Ctrl+F",), "search", ready),
    Action("pattern", "Network", "Insert layer pattern…", insert_pattern, (), "", ready),
    Action("connect", "Network", "Connect from here", on_canvas("start_connection"), ("C",), "", selected,
           on_canvas=True),
    Action("mute", "Network", "Mute or unmute", on_canvas("mute_selection"), ("M",), "", selected, on_canvas=True,
           divide=True),
    Action("bypass", "Network", "Bypass", on_canvas("bypass_selection"), ("B",), "", selected, on_canvas=True),
    Action("share", "Network", "Share weights", on_canvas("link_selection"), (), "", selected),
    Action("unshare", "Network", "Use own weights again", on_canvas("unlink_selection"), (), "", selected),
    Action("group", "Network", "Group into a block", on_canvas("group_selection"), ("Ctrl+G",), "", selected,
           on_canvas=True, divide=True),
    Action("ungroup", "Network", "Ungroup", on_canvas("ungroup_selection"), ("Ctrl+Shift+G",), "", selected,
           on_canvas=True),
    Action("every_frame", "Network", "Run on every frame", on_canvas("run_on_every_frame"), (), "", selected),
    Action("keep_block", "Network", "Keep among your blocks", lambda c: c.workbench.keep_block(), (), "", selected),
    Action("enter_block", "Network", "Enter the block", on_canvas("enter_selection"), ("Alt+Down",), "", selected,
           on_canvas=True),
    Action("leave_block", "Network", "Leave the block", on_canvas("leave_block"), ("Alt+Up",), "", ready,
           on_canvas=True),
    Action("problems", "Network", "Go to the next problem", next_problem, ("F8",), "warning", ready),
)  # fmt: skip

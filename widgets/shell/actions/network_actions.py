"""Finding layers, inserting them by a pattern, keeping blocks, and going to layers with problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.shell.action_registry import Action, ready, selected

if TYPE_CHECKING:
    from graph.checking.layer_info import Problem
    from widgets.shell.context import Context
    from widgets.shell.pattern_dialog import PatternDialog


def search_palette(context: Context) -> None:
    """Put the keyboard into the palette's search field."""
    context.show_workspace("network")
    workbench = context.workbench
    workbench.show_left(workbench.palette_panel)
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
    """Select the layer of the problem that follows the one last gone to; without data, show where it is chosen."""
    session, workbench = context.session, context.workbench
    if not session.problems and not session.state.chooses_data:
        context.show_workspace("data")
        return
    context.show_workspace("network")
    problems = _of_layers(workbench.block_navigation.checker.problems)
    if not problems:
        workbench.leave_block(0)
        problems = _of_layers((*session.checker.problems, *session.state.hints))
    if problems:
        at = [index for index, problem in enumerate(problems) if problem.layer in workbench.selected]
        following = problems[(at[-1] + 1) % len(problems)] if at else problems[0]
        workbench.go_to(str(following.layer))


def _of_layers(problems: tuple[Problem, ...]) -> list[Problem]:
    return [problem for problem in problems if problem.layer is not None]


ACTIONS = (
    Action("find_layer", "Network", "Search the palette", search_palette, ("Ctrl+F",), "search", ready,
           divide=True),
    Action("pattern", "Network", "Insert layer pattern…", insert_pattern, (), "", ready),
    Action("keep_block", "Network", "Keep among your blocks", lambda c: c.workbench.keep_block(), (), "", selected),
    Action("problems", "Network", "Go to the next problem", next_problem, ("F8",), "warning", ready),
)  # fmt: skip

"""The Help menu: the guide, the keys, what words mean, the tour, about, and a report of a problem."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

from app.system.guide_pages import FIRST, GLOSSARY
from widgets.shell.action_registry import Action, ready, selected
from widgets.shell.actions.link_actions import LinkActions, on_top
from widgets.shell.actions.training_actions import TrainingActions
from widgets.shell.coach_marks import CoachMarks

if TYPE_CHECKING:
    from collections.abc import Callable

    from widgets.shell.context import Context
    from widgets.shell.help_window import AboutDialog, GuideWindow, ReportDialog

KEYS_PAGE = "keys"
IN_GUIDE = ("guide", "keys")
"""Actions whose keys also act while the guide has the keyboard."""


def guide_window(context: Context) -> GuideWindow:
    """The guide of a window."""
    from widgets.shell.help_window import GuideWindow

    guide = GuideWindow(context.themes, context.window())
    guide.outside.connect(lambda address: context.part(LinkActions).follow(address))
    for action in ACTIONS:
        if action.id in IN_GUIDE:  # shortcuts of the window are not heard in another
            for key in action.keys:
                QShortcut(QKeySequence(key), guide, partial(action.call, context))
    return guide


def about_dialog(context: Context) -> AboutDialog:
    """The dialog of a window that tells of this copy of Netloom."""
    from widgets.shell.help_window import AboutDialog

    return AboutDialog(context.themes, context.window())


def report_dialog(context: Context) -> ReportDialog:
    """The dialog of a window for reports."""
    from widgets.shell.help_window import ReportDialog

    return ReportDialog(context.window())


def page(id: str = "") -> Callable[[Context], None]:
    """A call that opens the guide at a page, or where one was."""
    return lambda context: context.part(guide_window).open_at(id)


def devices(context: Context) -> tuple[str, ...]:
    """The devices that can train, as far as the worker has told."""
    return tuple(device.title for device in context.part(TrainingActions).devices)


def show_about(context: Context) -> None:
    """Tell of this copy of Netloom and its machine."""
    from app.system.about import about_text

    known = devices(context)
    dialog = context.part(about_dialog)
    dialog.tell(known, about_text(known))
    dialog.show()
    dialog.raise_()
    dialog.copy.setFocus()


def report_problem(context: Context) -> None:
    """Collect versions and logs for a report that is shown, and goes nowhere by itself."""
    from app.system.problem_report import problem_report
    from app.training.runs import LOG

    controller = context.part(TrainingActions).controller
    run = controller.run if controller is not None else None
    dialog = context.part(report_dialog)
    dialog.tell(problem_report([run / LOG] if run is not None else [], devices(context), context.notices))
    dialog.show()
    dialog.raise_()


def explain_layer(context: Context) -> None:
    """Explain the selected layer."""
    context.show_workspace("network")
    context.workbench.side_panel.select(context.workbench.selected)
    context.workbench.inspector.show_teaching()


def toggle_glossary(context: Context) -> None:
    """Bring the glossary forward, or close it; from the start page, open it in the guide."""
    if not context.working:
        page(GLOSSARY.stem)(context)
        return
    side = context.workbench.side_panel
    side.show_glossary(not on_top(context, side.glossary))


ACTIONS = (
    Action("getting_started", "Help", "Getting started", page(FIRST)),
    Action("tour", "Help", "Show me around", lambda c: c.part(CoachMarks).begin()),
    Action("guide", "Help", "Guide", page(), ("Ctrl+F1",)),
    Action("keys", "Help", "Keys and wires", page(KEYS_PAGE), ("Ctrl+Shift+F1",)),
    Action("layer_help", "Help", "What does this layer do?", explain_layer, ("F1",), "", selected, divide=True),
    Action("glossary", "Help", "Glossary", toggle_glossary, ("Shift+F1",), "", ready,
           checked=lambda c: c.ready and c.workbench.side_panel.reading is c.workbench.side_panel.glossary),
    Action("report", "Help", "Report a problem…", report_problem, divide=True),
    Action("about", "Help", "About Netloom", show_about),
)  # fmt: skip

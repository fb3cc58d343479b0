"""The learning-rate finder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.shell.action_registry import Action
from widgets.shell.actions.training_actions import TrainingActions
from widgets.shell.banners import Notice

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.training.rate_dialog import RateDialog
    from widgets.training.training_controller import TrainingController

BUSY = "A network is being trained: wait for it, or stop it"


class RateActions:
    """Opens the finder of a window, which is made when it is first asked for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._dialog: RateDialog | None = None

    @property
    def dialog(self) -> RateDialog | None:
        """The finder, once it was asked for."""
        return self._dialog

    def find(self) -> None:
        """Try learning rates, if the project can be trained; else what is missing is said as for a training."""
        if _active(self._context):
            self._context.say(Notice(f"{BUSY}.", "info", (), "find-rate"))
            return
        controller = self._context.part(TrainingActions).checked()
        if controller is None:
            return
        dialog = self._dialog or self._made(controller)
        dialog.begin()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _made(self, controller: TrainingController) -> RateDialog:
        from widgets.training.rate_dialog import RateDialog

        context = self._context
        dialog = self._dialog = RateDialog(context.session, controller.link, context.themes, context.window())
        context.session.replaced.connect(dialog.forget)
        context.at_close(dialog.close)
        return dialog


def _active(context: Context) -> bool:
    return context.part(TrainingActions).active


ACTIONS = (
    Action(
        "find_rate", "Train", "Find a learning rate…", lambda context: context.part(RateActions).find(),
        enabled=lambda context: context.ready and not _active(context),
        why=lambda context: BUSY if context.ready and _active(context) else "", after="stop",
    ),
)  # fmt: skip

"""What training will take, told in the status line before it begins; this machine is measured for it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from app.protocol.calibration_messages import MachineMeasured, MeasureMachine
from app.training.calibration import Calibration, known_calibration, read_calibration
from app.training.predicted_cost import predicted_cost
from graph.changes import AnnotationSet, LayerMoved
from widgets.shell.context import MAY_MEASURE
from widgets.shell.project_problems import ProjectProblems

if TYPE_CHECKING:
    from graph.document import Commit
    from widgets.shell.context import Context
    from widgets.training.training_controller import TrainingController
    from widgets.training.training_state import State

LARGE = 200
"""Layers from which on the forecast waits until the hand rests."""
AFTER_REST = 500
"""Milliseconds without an edit after which it is made then."""
REST_MS = 8_000
"""Milliseconds without a training after which the machine is measured."""


class TrainingForecast(QObject):
    """Makes the forecast anew after every edit, once the window has answered it.

    Seconds are told as soon as this machine was measured: by the worker, the first time that it has nothing to do. A
    training calls that off.
    """

    def __init__(self, context: Context) -> None:
        session = context.session
        super().__init__(session)
        self._context, self._session = context, session
        self._controller: TrainingController | None = None
        self._known: Calibration | None = None
        self._request: int | None = None
        self._refused = False
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._measure)
        session.committed.connect(self._on_commit)
        session.replaced.connect(self._look_soon)
        context.part(ProjectProblems).changed.connect(self._look_soon)

    def listen_to(self, controller: TrainingController) -> None:
        """Have the machine measured by this controller's worker while nothing is trained."""
        self._controller = controller
        controller.stateChanged.connect(self._on_state)
        controller.link.ready.connect(lambda _: self._wait_for_rest())
        self._known = known_calibration()
        self._look_soon()

    def refresh(self) -> None:
        """Make the forecast now."""
        self._soon.stop()
        state = self._session.state
        predicted = predicted_cost(state.checker, state.document.sections, state.data, self._known)
        if predicted != state.predicted:
            state.predicted = predicted
            self._context.refresh()

    def _on_commit(self, commit: Commit) -> None:
        if not all(isinstance(change, LayerMoved | AnnotationSet) for change in commit.changes):
            self._look_soon()

    def _look_soon(self) -> None:
        if self._controller is not None:  # until then the window is being built
            self._soon.start(AFTER_REST if len(self._session.document.network) > LARGE else 0)

    def _on_state(self, _state: State) -> None:
        """A training is never measured beside."""
        controller = self._controller
        if controller is None or not controller.active:
            self._wait_for_rest()
            return
        self._rest.stop()
        if self._request is not None:
            request, self._request = self._request, None
            controller.link.forget(request)

    def _wait_for_rest(self) -> None:
        application = QCoreApplication.instance()
        if application is not None and application.property(MAY_MEASURE) and self._known is None:
            self._rest.start()

    def _measure(self) -> None:
        controller = self._controller
        if controller is None or self._known is not None or self._request is not None or self._refused:
            return
        link = controller.link
        if controller.active or link.busy or not link.is_ready:
            self._rest.start()
            return
        self._request = link.request(MeasureMachine(), self._on_measured, self._on_refused)

    def _on_measured(self, reply: MachineMeasured) -> None:
        self._request = None
        self._known = read_calibration(reply.calibration)
        self.refresh()

    def _on_refused(self, _reason: str) -> None:
        """No seconds are told then; it is tried again when Netloom is started anew."""
        self._request, self._refused = None, True

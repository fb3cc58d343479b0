"""The request to measure this machine, done in pieces while the worker has nothing else to do."""

from __future__ import annotations

from contextlib import suppress

from app.protocol.calibration_messages import MachineMeasured, MeasureMachine
from app.system.progress import done
from app.training.calibration import keep, to_json
from app.training.speed_probes import calibration_steps
from app.worker.handlers import handles
from graph.errors import NetloomError


@handles(MeasureMachine)
def measure_machine(request: MeasureMachine) -> MachineMeasured:
    """How fast this machine trains; where it cannot be kept, it is measured again the next time."""
    found = done("calibration", calibration_steps)
    with suppress(NetloomError):
        keep(found)
    return MachineMeasured(calibration=to_json(found))

"""SIGINT (Ctrl+C) while training: stop after the current step, and at once when pressed twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from app.protocol.control import Control


@contextmanager
def stop_on_interrupt() -> Iterator[Control]:
    """Turn the first Ctrl+C (or a request to terminate) into a wish to stop after the current step.

    A second Ctrl+C interrupts at once; the run can then be resumed from its last checkpoint.
    """
    control = Control()

    def stop(number: int, frame: FrameType | None) -> None:
        if control.stopping:
            raise KeyboardInterrupt
        control.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield control
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

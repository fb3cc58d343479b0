"""A training from its first event to its last, for a script that waits for it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import torch

from app.cli.training_progress import Display
from app.protocol.events import Epoch, Finished, TrainingNote
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import TrainingSession
from graph.errors import NetloomError


def finish(make: Callable[[], TrainingSession], on_epoch: Callable[[Epoch], object] | None, progress: bool) -> Run:
    """Train what ``make`` gives to its end; ``on_epoch`` hears of each epoch, and ends it by returning True.

    Torch's random state and number of threads are afterwards what they were. An exception, such as that of Ctrl+C,
    leaves a run that can be resumed.

    Raises
    ------
    NetloomError
        if the training failed.
    """
    last: Finished | None = None
    with ExitStack() as stack:
        stack.enter_context(torch_untouched())
        session = make()
        events = stack.enter_context(closing(train(session)))
        display = stack.enter_context(Display()) if progress else None
        for event in events:
            if display is not None:
                display.show(event)
            elif isinstance(event, TrainingNote):
                warnings.warn(event.text, stacklevel=3)
            if isinstance(event, Epoch) and on_epoch is not None and on_epoch(event) is True:
                session.control.stop()
            if isinstance(event, Finished):
                last = event
    if last is None or last.status == "failed":
        reason = last.reason if last is not None else None
        raise NetloomError(reason or f"The training in {session.run.path} failed without a reason.")
    return session.run


@contextmanager
def torch_untouched() -> Iterator[None]:
    """Put torch's random state and its number of threads back afterwards."""
    threads = torch.get_num_threads()
    try:
        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            yield
    finally:
        torch.set_num_threads(threads)

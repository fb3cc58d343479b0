"""What the worker does first: what somebody in sight waits for; what was forgotten it does not do at all."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable

import pytest

from app.protocol.data_messages import PreviewData
from app.protocol.framing import Decoder, encode
from app.protocol.messages import Command, Envelope, Forget, Message, PutOff, Ready, Refused, Reply, SetMemoryBudget
from app.system.cancellation import cancellation_point
from app.worker import handlers
from app.worker.channel import Channel
from app.worker.process import Worker
from app.worker.request_queue import RequestQueue

NOTHING = PreviewData(data={"source": "nothing of that name"})
"""A request that is answered at once: refused."""


class Line:
    """A channel to which everything is written before the worker reads, and whose replies are kept."""

    def __init__(self, *messages: tuple[Message, int | None]) -> None:
        self.reading, self.writing = os.pipe()
        self.heard = io.BytesIO()
        for message, number in messages:
            os.write(self.writing, encode(message, number))

    def serve(self) -> list[int | None]:
        """Have a worker do all that was written; returns the numbers of its replies in their order."""
        os.close(self.writing)
        with os.fdopen(self.reading, "rb") as source:
            before = set(threading.enumerate())
            channel = Channel(source, self.heard)
            for thread in set(threading.enumerate()) - before:
                thread.join()
            assert Worker(channel).serve() == 0
        said = Decoder().feed(self.heard.getvalue())
        return [envelope.id for envelope in said if not isinstance(envelope.message, Ready)]


def test_requests_are_done_in_the_order_in_which_they_came() -> None:
    assert Line((NOTHING, 1), (NOTHING, 2), (NOTHING, 3)).serve() == [1, 2, 3]


def test_what_is_put_off_is_done_after_the_rest() -> None:
    assert Line((NOTHING, 1), (NOTHING, 2), (PutOff(requests=(1,)), None), (NOTHING, 3)).serve() == [2, 3, 1]


def test_what_is_in_sight_again_has_its_place_again() -> None:
    again = PutOff(requests=())
    assert Line((NOTHING, 1), (PutOff(requests=(1,)), None), (NOTHING, 2), (again, None)).serve() == [1, 2]


def test_what_is_forgotten_is_not_done() -> None:
    assert Line((NOTHING, 1), (NOTHING, 2), (Forget(request=1), None)).serve() == [2]


def test_commands_keep_their_order() -> None:
    queue, first, second = RequestQueue(), SetMemoryBudget(gigabytes=1), SetMemoryBudget(gigabytes=2)
    for message, number in ((NOTHING, 1), (first, None), (NOTHING, 2), (second, None), (PutOff(requests=(1,)), None)):
        queue.add(Envelope(message=message, id=number))
    taken = [envelope.message for envelope in iter(queue.take, None)]
    assert [message for message in taken if isinstance(message, Command)] == [first, second]
    assert len(taken) == 4 and taken[-1] is NOTHING


@pytest.mark.parametrize(
    ("meanwhile", "replies"),
    [
        ((PutOff(requests=(1,)), None), [2, 1]),
        ((Forget(request=1), None), [2]),
        ((PutOff(requests=(1, 2)), None), [1, 2]),
        ((SetMemoryBudget(gigabytes=1), None), [1, 2]),
    ],
    ids=["put off", "forgotten", "both put off", "wanted"],
)
def test_long_work_is_left_where_another_waits_or_nobody_does(
    meanwhile: tuple[Message, int | None], replies: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request is under way when the second comes; it has a cancellation point then."""
    done: list[str] = []

    def answer(_request: object, _open: Callable[..., object]) -> Reply:
        done.append("begun")
        if len(done) == 1:
            for message, number in ((NOTHING, 2), meanwhile):
                worker._channel._queue.put(Envelope(message=message, id=number))
            worker._channel._queue.put(None)
        cancellation_point()
        return Refused(reason="Done.")

    monkeypatch.setattr(handlers, "answer", answer)
    reading, writing = os.pipe()
    heard = io.BytesIO()
    with os.fdopen(reading, "rb") as source:
        before = set(threading.enumerate())
        worker = Worker(Channel(source, heard))
        os.write(writing, encode(NOTHING, 1))
        assert worker.serve() == 0
        os.close(writing)
        for thread in set(threading.enumerate()) - before:  # or it would read what the next test opens by this number
            thread.join()
    said = Decoder().feed(heard.getvalue())
    assert [envelope.id for envelope in said if isinstance(envelope.message, Refused)] == replies

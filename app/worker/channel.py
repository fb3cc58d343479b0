"""The worker's line: requests as they come on stdin, and messages on what was stdout."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from typing import IO

from app.protocol.framing import Decoder, encode
from app.protocol.messages import Envelope, Message, Ping, Pong
from app.worker.request_queue import RequestQueue
from graph.errors import NetloomError

CHUNK = 1 << 16


class Channel:
    """Messages in both directions. ``closed`` is true once the input has ended and everything was taken.

    A thread reads, so that training never looks at the input between two steps; it sleeps in the system's read. It
    answers each `Ping` itself, so that a worker that is busy is told from one that is stopped. When the input ends it
    calls ``on_end``. Requests are given out as a `RequestQueue` has them.
    """

    def __init__(self, source: IO[bytes], sink: IO[bytes], on_end: Callable[[], None] | None = None) -> None:
        self._sink = sink
        self._sending = threading.Lock()
        self._on_end = on_end
        self._queue: queue.SimpleQueue[Envelope | NetloomError | None] = queue.SimpleQueue()
        self._requests = RequestQueue()
        self._end: NetloomError | bool = False
        self.closed = False
        threading.Thread(target=self._read, args=(source,), daemon=True, name="requests").start()

    def send(self, message: Message, id: int | None = None) -> None:
        """Send a message, a reply with the ``id`` of its request; if nobody listens any more, the channel is closed."""
        try:
            frame = encode(message, id)
            with self._sending:
                self._sink.write(frame)
                self._sink.flush()
        except (BrokenPipeError, ValueError, OSError):
            self.closed = True

    def receive(self, *, wait: bool) -> Envelope | None:
        """The next request; None where there is none now (or, with ``wait``, none ever again).

        Raises
        ------
        NetloomError
            if the input was garbled; nothing follows it.
        """
        if self.closed:
            return None
        self._collect(wait)
        envelope = self._requests.take()
        if envelope is None and self._end:
            self.closed = True
            if isinstance(self._end, NetloomError):
                raise self._end
        return envelope

    def _collect(self, wait: bool) -> None:
        """Take over all that has come; where that is nothing, ``wait`` for something."""
        while not self._end:
            try:
                arrived = self._queue.get(block=wait and not self._requests)
            except queue.Empty:
                return
            if isinstance(arrived, Envelope):
                self._requests.add(arrived)
            else:
                self._end = arrived or True

    def is_unwanted(self, request: int | None) -> bool:
        """Whether the request that is being done was forgotten meanwhile, or should be set aside for another."""
        self._collect(wait=False)
        return self._requests.forgets(request) or self._requests.gives_way(request)

    def set_aside(self, envelope: Envelope) -> None:
        """Take back a request that was begun: it is done later, or not at all where it was forgotten."""
        if not self._requests.forgets(envelope.id):
            self._requests.add(envelope)

    def waiting(self) -> Iterator[Envelope]:
        """The requests that have come, without waiting for more."""
        while (envelope := self.receive(wait=False)) is not None:
            yield envelope

    def _read(self, source: IO[bytes]) -> None:
        decoder = Decoder()
        try:
            while data := os.read(source.fileno(), CHUNK):
                for envelope in decoder.feed(data):
                    if isinstance(envelope.message, Ping):
                        self.send(Pong())
                    else:
                        self._queue.put(envelope)
        except NetloomError as error:
            self._queue.put(error)
        except OSError:
            pass
        self._queue.put(None)
        if self._on_end is not None:
            self._on_end()


def take_over_stdout() -> IO[bytes]:
    """Keep the real stdout for messages alone, and send whatever libraries print to stderr."""
    sys.stdout.flush()
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(own, "wb", buffering=0 if os.name == "nt" else CHUNK)

"""A priority queue of the requests that a worker has not done yet: what nobody in sight waits for comes last."""

from __future__ import annotations

from collections import deque

from app.protocol.messages import Envelope, Forget, PutOff


class RequestQueue:
    """Messages in the order in which they came; those put off after all others, those forgotten not at all."""

    def __init__(self) -> None:
        self._waiting: deque[Envelope] = deque()
        self._later: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, envelope: Envelope) -> None:
        """Take note of one more message.

        A `Forget` takes its request out, and stays in the queue for what was begun of it.
        """
        match envelope.message:
            case PutOff(requests=requests):
                self._later = frozenset(requests)
                return
            case Forget(request=request):
                self._waiting = deque(waiting for waiting in self._waiting if waiting.id != request)
        self._waiting.append(envelope)

    def take(self) -> Envelope | None:
        """The message to do next, None where there is none."""
        found = next((at for at, waiting in enumerate(self._waiting) if waiting.id not in self._later), 0)
        if not self._waiting:
            return None
        envelope = self._waiting[found]
        del self._waiting[found]
        return envelope

    def gives_way(self, request: int | None) -> bool:
        """Whether a request that is being done should be set aside: it is put off, and another is not."""
        return request in self._later and any(waiting.id not in self._later for waiting in self._waiting)

    def forgets(self, request: int | None) -> bool:
        """Whether a request that is being done is not wanted any more."""
        return any(isinstance(each.message, Forget) and each.message.request == request for each in self._waiting)

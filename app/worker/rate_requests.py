"""The request to try learning rates on an open project, done in pieces, beside which a training goes on."""

from __future__ import annotations

from app.protocol.rate_messages import FindRate, RateFound
from app.system.progress import done
from app.training.rate_finder import rate_steps
from app.worker.handlers import handles
from graph.project import encode, parse_project


@handles(FindRate)
def find_rate(request: FindRate) -> RateFound:
    """The curve of losses over learning rates; it is begun anew for every project, and given up with its request."""
    key = f"learning rate {request.base} {encode(request.project).decode()}"
    return RateFound(curve=done(key, lambda: rate_steps(parse_project(dict(request.project)), request.base)))

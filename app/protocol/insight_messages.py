"""Requests about the inside of trained networks, and their replies."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.protocol.messages import RunReply, RunRequest
from app.protocol.views import NetworkViews
from app.protocol.watch import Watch


@dataclass(frozen=True, eq=False, kw_only=True)
class LookedInside(RunReply):
    """Views of the inside of a network."""

    views: NetworkViews


@dataclass(frozen=True, eq=False, kw_only=True)
class LookInside(RunRequest[LookedInside]):
    """The views that ``watch`` names, of a run's network."""

    watch: Watch = field(default_factory=Watch)

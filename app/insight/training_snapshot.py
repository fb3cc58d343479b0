"""What a snapshot of a training shows: filters, feature maps, histograms, and the cards' pictures and diagnostics."""

from __future__ import annotations

from dataclasses import replace

from app.insight.card_previews import look
from app.insight.layer_arrays import snapshot
from app.protocol.views import NetworkViews
from app.training.training_session import TrainingSession


def inspect_session(session: TrainingSession, cards: bool) -> NetworkViews:
    """What is watched of a session; with ``cards`` also the cards' pictures, and what may be wrong with layers."""
    watch = session.control.watch
    views = snapshot(session.model, watch, session.weights)
    if not (cards and watch.live):
        return views
    stepped = session.weights if session.position.steps else None
    pictures, diagnostics = look(session.model, stepped, watch.cards)
    return replace(views, cards=pictures, diagnostics=diagnostics)

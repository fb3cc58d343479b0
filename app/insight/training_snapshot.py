"""What is watched of a network, in training or saved: filters, feature maps, histograms, pictures and diagnostics."""

from __future__ import annotations

from dataclasses import replace

from app.insight.card_previews import look
from app.insight.layer_arrays import snapshot
from app.protocol.views import NetworkViews
from app.protocol.watch import Watch
from app.training.trainable import Model
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


def inspect_saved(model: Model, watch: Watch) -> NetworkViews:
    """What is watched of a network that is not in training; of gradients, which it has none of, nothing is said."""
    views = snapshot(model, watch)
    if not watch.live:
        return views
    pictures, diagnostics = look(model, None, watch.cards)
    return replace(views, cards=pictures, diagnostics=diagnostics)

"""What a snapshot of a training shows: filters, feature maps, histograms, and the cards' pictures and diagnostics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.insight.card_previews import look
from app.insight.layer_arrays import snapshot
from app.training.training_session import TrainingSession


def inspect_session(session: TrainingSession, cards: bool) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """What is watched of a session: arrays by name, as `app.insight.layer_arrays` and `card_previews` name them.

    With ``cards`` the cards' pictures are among them, and what ails the layers comes second, by their paths; else None.
    """
    watch, health = session.control.watch, None
    views = snapshot(session.model, watch, session.weights)
    if cards and watch.live:
        stepped = session.weights if session.position.steps else None
        pictures, found = look(session.model, stepped, watch.cards)
        views |= pictures
        health = {path: [diagnostic.to_json() for diagnostic in diagnostics] for path, diagnostics in found.items()}
    return views, health

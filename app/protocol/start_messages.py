"""Messages about starting from the weights of a run: which layers take weights, and which begin anew and why."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import FilePath, Json, Reply, Request


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerStart:
    """How a layer with weights begins: with those of the file, or anew, for a ``reason`` in words."""

    layer: str
    reason: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class WeightsFitted(Reply):
    """``weights`` is the file as a project names it, ``sha256`` its fingerprint.

    ``layers`` are those of the project's network that have weights, in the order in which data runs through them; those
    without a reason take what the file has under their name.
    """

    weights: str
    sha256: str
    layers: tuple[LayerStart, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class FitWeights(Request[WeightsFitted]):
    """How the layers of a project would begin with the weights of the run in a folder.

    ``project`` is its JSON form, ``base`` the folder of its file.
    """

    project: Json
    base: FilePath | None = None
    run: FilePath

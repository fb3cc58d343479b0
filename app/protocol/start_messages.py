"""Messages about starting from the weights of a run: which layers take weights, and which begin anew and why."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import FilePath, Json, Reply, Request


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerStart:
    """How a layer with weights begins: with those of the file, or anew, for a ``reason`` in words.

    Of a state dict that others wrote, ``source`` is the module whose weights it takes, found ``how``.
    """

    layer: str
    reason: str = ""
    source: str = ""
    how: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class WeightsFitted(Reply):
    """``weights`` is the file as a project names it, ``sha256`` its fingerprint.

    ``layers`` are those of the project's network that have weights, in the order in which data runs through them; those
    without a reason take what the file has under their name. ``left`` are tensors of a state dict that no layer takes.
    """

    weights: str
    sha256: str
    layers: tuple[LayerStart, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class FitWeights(Request[WeightsFitted]):
    """How the layers of a project would begin with the weights of the run in a folder.

    ``project`` is its JSON form, ``base`` the folder of its file.
    """

    project: Json
    base: FilePath | None = None
    run: FilePath


@dataclass(frozen=True, eq=False, kw_only=True)
class FitState(Request[WeightsFitted]):
    """How the layers of a project would begin with the state dict in a file that others wrote.

    ``project`` is its JSON form, ``base`` the folder of its file and ``name`` what it is called. With ``keep`` what the
    layers take is written as a safetensors file, which the reply names; without it the reply names none.
    """

    project: Json
    base: FilePath | None = None
    name: str
    file: FilePath
    keep: bool = False

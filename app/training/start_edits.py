"""Edits of what a project says of its first weights: layers that are frozen, or begin with fresh weights."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.system.number_format import counted
from app.training.start_section import SECTION, StartSection
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError

NAMED = 8
"""Layers that are named in a line; of more, the rest is counted."""


def start_of(sections: Mapping[str, Any]) -> StartSection:
    """What a project says; where that cannot be read, which is told elsewhere, what one says that is silent on it."""
    try:
        return StartSection.read(sections.get(SECTION))
    except NetloomError:
        return StartSection()


def has_weights(document: Document, checker: Checker, id: str) -> bool:
    """Whether a layer is there and has weights of its own, which can be frozen or begin anew."""
    network = document.network
    return id in network and network.node(id).tied is None and checker.layer_info(id).parameters > 0


def all_marked(document: Document, checker: Checker, ids: Sequence[str], marked: Collection[str]) -> bool:
    """Whether layers with weights of their own are among ``ids``, and all of those ``marked``.

    It is asked at every change, so layers are looked at only where some are marked.
    """
    owners = {id_ for id_ in ids if has_weights(document, checker, id_)} if marked else set()
    return bool(owners) and owners <= {*marked}


def freeze(document: Document, ids: Sequence[str], frozen: bool) -> None:
    """Have training leave the weights of layers as they are, or change them again."""
    with document.transaction(f"{'Freeze' if frozen else 'Unfreeze'} {_named(ids)}"):
        mark(document, ids, frozen=frozen)


def begin_anew(document: Document, ids: Sequence[str], fresh: bool) -> None:
    """Let layers begin with fresh weights, whatever the file of weights holds of them, or take those again."""
    with document.transaction(f"{'Fresh weights' if fresh else 'Weights of the run'} for {_named(ids)}"):
        mark(document, ids, fresh=fresh)


def mark(document: Document, ids: Sequence[str], *, frozen: bool | None = None, fresh: bool | None = None) -> None:
    """The same within a transaction; None leaves a mark as it is."""
    document.set_section(SECTION, start_of(document.sections).marking(ids, frozen=frozen, fresh=fresh).section())


def few(names: Sequence[str]) -> str:
    """Names, the first of many."""
    rest = len(names) - NAMED
    return ", ".join(names) if rest <= 1 else f"{', '.join(names[:NAMED])} and {rest} more"


def _named(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else counted(len(ids), "layer")

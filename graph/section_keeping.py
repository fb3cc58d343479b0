"""Keeping sections of a project in step with its network, for those that name layers.

Graph does not look inside a section. Whoever knows one registers how it follows a change of the network; the document
then makes that a change of its own, in the same transaction, so that undo takes back both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from graph.changes import Change, LayerRemoved, LayerRenamed, Section, SectionSet

Keeper = Callable[[Section, LayerRenamed | LayerRemoved], Section]
"""The section as it should be once a layer was renamed or removed."""

_keepers: dict[str, Keeper] = {}


def keeps_section(name: str, keeper: Keeper) -> None:
    """Have the section called ``name`` follow the layers that it names."""
    _keepers[name] = keeper


def following(sections: Mapping[str, Section], change: Change) -> Iterator[SectionSet]:
    """What changes in sections because of a change of the network."""
    if not isinstance(change, LayerRenamed | LayerRemoved):
        return
    for name, keeper in _keepers.items():
        old = sections.get(name)
        new = keeper(old, change) if old is not None else None
        if new != old:
            yield SectionSet(name, old, new)

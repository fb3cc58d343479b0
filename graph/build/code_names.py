"""Names in exported code: variables of a forward pass and names of a module, so that no two are alike."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def top_level_names(source: str) -> frozenset[str]:
    """What a source defines, imports or assigns outside of its classes and functions."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            names.update(name.id for name in ast.walk(node) if isinstance(name, ast.Name))
    return frozenset(names)


class Variables:
    """Variables of a forward pass, each used for one value, whatever the layers are called."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._owner = {id_: id_ for id_ in ids} | {"nn": ""}

    def of(self, id: str, wanted: str) -> str:
        """The variable of the layer ``id`` that is called ``wanted`` where that is free.

        No layer's name ends with an underscore, so a variable of another layer never looks alike.
        """
        while self._owner.setdefault(wanted, id) != id:
            wanted += "_"
        return wanted

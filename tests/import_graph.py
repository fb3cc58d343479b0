"""The import graph of the product's own modules, read from their source: late and type-checking imports count too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx as nx

STRING_IMPORTERS = ("__import__", "importlib.import_module", "pkgutil.", "runpy.")
"""How the names of functions begin that import a module by a string."""


def imports_of(tree: ast.Module, module: str, is_package: bool) -> set[str]:
    """Dotted names that ``tree``, the source of ``module``, imports anywhere: at the top, in functions, under ``if``.

    ``from a import b`` gives ``a.b`` as well as ``a``: whether ``b`` is a module is not known here.
    """
    names: set[str] = set()
    for node in statements(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = imported_base(node, module, is_package)
            names |= {base, *(f"{base}.{alias.name}".removeprefix(".") for alias in node.names)}
    return names


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Every statement of a module, however deep; what they calculate is left out, which is most of a source."""
    inside: list[ast.AST] = [tree]
    while inside:
        node = inside.pop()
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            inside += getattr(node, block, [])
        yield node


@cache
def imports_in(text: str, module: str, is_package: bool) -> frozenset[str]:
    """What `imports_of` finds in the source ``text``, which is parsed once for all that ask."""
    return frozenset(imports_of(ast.parse(text), module, is_package))


def imported_base(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """The module after ``from``, with a relative one (``from .a import b``) made absolute."""
    if not node.level:
        return node.module or ""
    parents = module.split(".")
    parents = parents[: len(parents) - node.level + is_package]
    return ".".join([*parents, node.module] if node.module else parents)


def import_graph(modules: dict[str, Path]) -> nx.DiGraph[str]:
    """An edge for each import among ``modules`` (dotted name to file), from the module that imports to the other."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(modules)
    for name, path in modules.items():
        imported = imports_in(path.read_text("utf-8"), name, path.name == "__init__.py")
        graph.add_edges_from((name, other) for other in imported & modules.keys() if other != name)
    return graph


def circles(modules: dict[str, Path]) -> list[list[str]]:
    """Groups of modules each of which reaches every other of its group by imports; sorted."""
    components = nx.strongly_connected_components(import_graph(modules))
    return sorted(sorted(component) for component in components if len(component) > 1)


def string_imports(text: str) -> list[str]:
    """Names of the functions with which a source imports others by a string, such as ``importlib.import_module``."""
    if not any(name.split(".")[0] in text for name in STRING_IMPORTERS):
        return []
    tree = ast.parse(text)
    aliases = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    called = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    resolved = [aliases.get(name, name) for name in called]
    return sorted({name for name in resolved if name.startswith(STRING_IMPORTERS)})

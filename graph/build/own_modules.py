"""Source of Netloom's own modules, such as loops and peepholes, for exported code."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path


def own_modules(targets: Sequence[str]) -> tuple[list[str], list[str]]:
    """Import lines and definitions of the modules that hold the classes ``targets``, without running them."""
    imports: list[str] = []
    sources: list[str] = []
    for file in dict.fromkeys(target.rpartition(".")[0] for target in targets):
        lines, definitions = _source(file)
        imports += lines
        sources.append(definitions)
    return imports, sources


@cache
def _source(module: str) -> tuple[list[str], str]:
    """Import lines and everything else but the docstring of a module's file."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    text = Path(spec.origin).read_text(encoding="utf-8")
    body = ast.parse(text).body
    imports = [ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    kept = [node for node in body[1:] if not isinstance(node, ast.Import | ast.ImportFrom)]
    segments = [ast.get_source_segment(text, node) or "" for node in kept]
    return [line for line in imports if "__future__" not in line], "\n\n\n".join(segments) + "\n"

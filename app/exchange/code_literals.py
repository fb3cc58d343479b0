"""Values as Python source: constants of exported code, broken where a line would be too long."""

from __future__ import annotations

import json

import numpy as np

WIDTH = 120


def constant(name: str, value: object) -> str:
    """``NAME = value`` as source, broken where a line would be too long."""
    line = f"{name} = {_literal(value)}"
    if len(line) <= WIDTH:
        return line
    return f"{name} = {_broken(value, 1)}"


def _broken(value: object, depth: int) -> str:
    pad, end = "    " * depth, "    " * (depth - 1)

    def part(prefix: str, inner: object) -> str:
        line = f"{pad}{prefix}{_literal(inner)},"
        return line if len(line) <= WIDTH else f"{pad}{prefix}{_broken(inner, depth + 1)},"

    if isinstance(value, dict):
        inner = "\n".join(part(f"{_literal(key)}: ", entry) for key, entry in value.items())
        return f"{{\n{inner}\n{end}}}"
    if isinstance(value, list):
        inner = "\n".join(part("", entry) for entry in value)
        return f"[\n{inner}\n{end}]"
    return _literal(value)


def _literal(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(key)}: {_literal(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_literal, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, float) and not np.isfinite(value):
        return f'float("{value}")'
    return repr(value)

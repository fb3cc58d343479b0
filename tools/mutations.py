"""Mutations: single small changes to the source that a test ought to notice, found in its syntax tree."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: the bytes ``start`` to ``end`` of the file ``path`` become ``after``.

    ``name`` holds no line number, so that it stays true while lines move: file, function, what was and what comes,
    and the how-manieth such place in the function.
    """

    path: str
    line: int
    start: int
    end: int
    before: str
    after: str
    name: str

    def applied(self, source: bytes) -> bytes:
        """The source with the change."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def mutants(root: Path, path: str) -> list[Mutant]:
    """Every mutant of the file ``path`` below ``root``, in the order of the source; each name once."""
    source = (root / path).read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    counted: Counter[str] = Counter()
    found: list[Mutant] = []
    for function, node, after in _changes(ast.parse(source), "module"):
        start, end = (
            starts[node.lineno - 1] + node.col_offset,
            starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0),
        )
        before = source[start:end].decode()
        name = f"{path}::{function}: {_short(before)} -> {_short(after)}"
        found.append(Mutant(path, node.lineno, start, end, before, after, name))
    numbered = []
    for mutant in found:
        counted[mutant.name] += 1
        number = counted[mutant.name]
        numbered.append(mutant if number == 1 else replace(mutant, name=f"{mutant.name} ({number})"))
    return numbered


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 70 else f"{flat[:67]}..."


def _changes(tree: ast.AST, function: str) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Function, node and new source of every change below ``tree``, outside annotations and decorators."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _is_docstring(node) or _is_for_types(node):
                continue
            inside = function
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inside = node.name if function == "module" else f"{function}.{node.name}"
            for after in _variants(node):
                assert isinstance(node, ast.expr | ast.stmt)
                yield inside, node, after
            if not isinstance(node, ast.JoinedStr):
                yield from _changes(node, inside)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _variants(node: ast.AST) -> Iterator[str]:
    """What may stand in the place of ``node``, as source."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in COMPARISONS:
            other = ast.Compare(node.left, [COMPARISONS[type(operator)]()], node.comparators)
            yield f"({ast.unparse(other)})"
        case ast.BoolOp(op=operation):
            swapped = ast.Or() if isinstance(operation, ast.And) else ast.And()
            yield f"({ast.unparse(ast.BoolOp(swapped, node.values))})"
        case ast.UnaryOp(op=ast.Not()):
            yield f"({ast.unparse(node.operand)})"
        case ast.BinOp(op=sign) if type(sign) in ARITHMETIC and not _is_text(node):
            yield f"({ast.unparse(ast.BinOp(node.left, ARITHMETIC[type(sign)](), node.right))})"
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield str(value + 1)
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "return None"
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise():
            yield "pass"


def _is_text(node: ast.BinOp) -> bool:
    """Whether text is put together or filled in: to subtract it would fail at once and say nothing."""
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )

"""The torch modules in a Python file, found in its text: nothing of it is run. Needs no torch.

For each is guessed what it takes, from the first layer that it makes, so that a dialog has something to begin with.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.exchange.code_in import source_of
from graph.errors import NetloomError

CONTAINERS = {"Sequential", "ModuleList", "ModuleDict", "LightningModule"}
"""Classes that are modules, beside those whose names end in Module."""
WIDTHS = {
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), ("in_channels",)),
    **dict.fromkeys(("RNN", "GRU", "LSTM"), ("input_size",)),
    "Linear": ("in_features",),
    "TransformerEncoderLayer": ("d_model",),
}
"""What layers call the width of what they read."""
DEEP = 8
"""How far classes of a file are looked into that are made of each other."""
GRAY, COLOUR, STEPS, FRAMES = 28, 32, 20, 16
"""Pixels of a picture with one channel and with several, steps of a sequence, and frames of a video."""


@dataclass(frozen=True)
class ModuleClass:
    """A module of a file: ``needed`` are arguments that its constructor must be given.

    ``inputs`` are the sizes that are guessed for each argument of its forward pass, the batch first; empty where
    nothing tells them. ``ready`` says that it is no class but a module that stands in the file, ``part`` that another
    module of the file is made with it.
    """

    name: str
    needed: tuple[str, ...] = ()
    inputs: tuple[tuple[int, ...], ...] = ()
    ready: bool = False
    part: bool = False


@dataclass(frozen=True)
class ModuleFile:
    """What the text of a file tells: its ``modules``, and all ``names`` that it gives to something.

    ``open`` says that more names may come from elsewhere (``from x import *``).
    """

    modules: tuple[ModuleClass, ...]
    names: frozenset[str]
    open: bool = False

    @property
    def whole(self) -> tuple[ModuleClass, ...]:
        """The modules that are no part of another one of the file."""
        return tuple(each for each in self.modules if not each.part)

    def has(self, name: str) -> bool:
        """Whether a name may be there once the file is run."""
        return self.open or name in self.names

    def listed(self) -> str:
        """The modules by name, for a sentence."""
        names = [each.name for each in self.modules]
        return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def modules_of(path: Path) -> ModuleFile:
    """What is in the Python file ``path``.

    Raises
    ------
    NetloomError
        if it cannot be opened, or is no Python.
    """
    try:
        tree = ast.parse(source_of(path))
    except SyntaxError as error:
        where = f": line {error.lineno}, {error.msg}" if error.lineno else ""
        raise NetloomError(f"{path.name} is not Python that can be read{where}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise NetloomError(f"{path.name} is not Python that can be read.") from None
    statements = list(_outer(tree.body))
    classes = {each.name: each for each in statements if isinstance(each, ast.ClassDef)}
    modules = [each for each in classes.values() if _is_module(each, classes)]
    parts = {name for each in modules for name in _used(each) - {each.name}}
    found = [_described(each, classes, each.name in parts) for each in modules]
    ready = [one for each in statements for one in _ready(each, {one.name for one in found}, classes)]
    imports = [each for each in statements if isinstance(each, ast.ImportFrom)]
    star = any(alias.name == "*" for each in imports for alias in each.names)
    return ModuleFile((*found, *ready), frozenset(_names(statements)), star)


def _outer(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a file that run when it is imported, those under ``if`` and ``try`` included."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With | ast.For):
            handlers = [one for each in getattr(statement, "handlers", []) for one in each.body]
            yield from _outer([*statement.body, *getattr(statement, "orelse", []), *handlers])


def _names(statements: list[ast.stmt]) -> Iterator[str]:
    for each in statements:
        if isinstance(each, ast.ClassDef | ast.FunctionDef):
            yield each.name
        elif isinstance(each, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in each.names)
        elif isinstance(each, ast.Assign | ast.AnnAssign):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))


def _last_name(node: ast.expr) -> str:
    """``Module`` of ``torch.nn.Module``; empty for what is no name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_module(given: ast.ClassDef, classes: dict[str, ast.ClassDef], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a class is a module by its bases, or has a forward pass."""
    if _function(given, "forward") is not None:
        return True
    for base in map(_last_name, given.bases):
        if base.endswith("Module") or base in CONTAINERS:
            return True
        if base in classes and base not in seen and _is_module(classes[base], classes, seen | {base}):
            return True
    return False


def _function(given: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((one for one in given.body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def _inherited(
    given: ast.ClassDef, name: str, classes: dict[str, ast.ClassDef], depth: int = 0
) -> ast.FunctionDef | None:
    """A method of a class or of those in the file that it is made from."""
    own = _function(given, name)
    if own is not None or depth > 8:
        return own
    bases = [classes[base] for base in map(_last_name, given.bases) if base in classes]
    return next((found for one in bases if (found := _inherited(one, name, classes, depth + 1)) is not None), None)


def _used(given: ast.ClassDef) -> set[str]:
    """All names that stand in a class, its bases included."""
    return {node.id for node in ast.walk(given) if isinstance(node, ast.Name)}


def _described(given: ast.ClassDef, classes: dict[str, ast.ClassDef], part: bool) -> ModuleClass:
    made, forward = _inherited(given, "__init__", classes), _inherited(given, "forward", classes)
    count = len(_required(forward)) if forward is not None else 1
    first = _first_sizes(made, classes, _numbers(made, None, {})) if made is not None else ()
    needed = _required(made) if made is not None else ()
    return ModuleClass(given.name, needed, (first, *((),) * (count - 1)), part=part)


def _required(function: ast.FunctionDef) -> tuple[str, ...]:
    """The arguments beside ``self`` that have no default."""
    given = function.args
    places = [*given.posonlyargs, *given.args]
    named = [one.arg for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is None]
    return tuple([one.arg for one in places[1 : len(places) - len(given.defaults)]] + named)


def _first_sizes(
    made: ast.AST, classes: dict[str, ast.ClassDef], given: Mapping[str, int], depth: int = 0
) -> tuple[int, ...]:
    """What the first layer reads that is made in ``made``, where ``given`` are whole numbers by their names.

    A class of the file is looked into; what is not told by numbers stays open.
    """
    calls = [node for node in ast.walk(made) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        kind = _last_name(call.func)
        if kind in classes and depth < DEEP:
            inner = _inherited(classes[kind], "__init__", classes)
            if inner is not None:
                return _first_sizes(inner, classes, _numbers(inner, call, given), depth + 1)
        elif kind in WIDTHS or kind == "Embedding":
            return _read_by(call, kind, given)
    return ()


def _read_by(call: ast.Call, kind: str, given: Mapping[str, int]) -> tuple[int, ...]:
    """What a layer of torch reads."""
    if kind == "Embedding":
        return 1, STEPS
    named = next((one.value for one in call.keywords if one.arg in WIDTHS[kind]), None)
    width = _number(named or (call.args[0] if call.args else None), given)
    if width is None or not 1 <= width <= 10**6:
        return ()
    side = GRAY if width == 1 else COLOUR
    return {
        "Linear": (1, width),
        "Conv1d": (1, width, STEPS),
        "Conv2d": (1, width, side, side),
        "Conv3d": (1, width, FRAMES, side, side),
    }.get(kind, (1, STEPS, width))


def _number(node: ast.expr | None, given: Mapping[str, int]) -> int | None:
    """A whole number that is written out, named, or calculated of such."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name):
        return given.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add):
        one, other = _number(node.left, given), _number(node.right, given)
        if one is not None and other is not None and max(abs(one), abs(other)) < 10**9:
            return one * other if isinstance(node.op, ast.Mult) else one + other
    return None


def _numbers(function: ast.FunctionDef, call: ast.Call | None, given: Mapping[str, int]) -> dict[str, int]:
    """The arguments of a constructor that are whole numbers, by a call of it or by their defaults."""
    places = [*function.args.posonlyargs, *function.args.args]
    values: dict[str, ast.expr | None] = dict(
        zip(
            (one.arg for one in places[len(places) - len(function.args.defaults) :]),
            function.args.defaults,
            strict=True,
        )
    )
    values |= {one.arg: value for one, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)}
    found = {name: number for name, value in values.items() if (number := _number(value, {})) is not None}
    if call is not None:
        told = {one.arg: value for one, value in zip(places[1:], call.args, strict=False)}
        told |= {one.arg: one.value for one in call.keywords if one.arg}
        found = {name: number for name, number in found.items() if name not in told}
        found |= {name: number for name, value in told.items() if (number := _number(value, given)) is not None}
    return found


def _ready(statement: ast.stmt, made: set[str], classes: dict[str, ast.ClassDef]) -> Iterator[ModuleClass]:
    """Modules that a file makes when it is imported: ``model = nn.Sequential(…)``, or of a class of its own."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return
    kind = _last_name(statement.value.func)
    if kind in CONTAINERS or kind in made:
        sizes = _first_sizes(statement.value, classes, {})
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield ModuleClass(target.id, (), (sizes,), True)

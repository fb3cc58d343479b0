"""Netloom as an installable package: private copies of its rooms, which no module of others is taken for.

Packages called app, graph and widgets would meet those of others, so the wheel calls them ``netloom._rooms.app`` and
so on. Their sources are the checkout's, with every import, and every text that names one of their modules, led there.
Nothing else of a line changes, so comments, and the code that is exported from these sources, stay.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "graph", "widgets")
PACKAGE = "netloom"
PRIVATE = f"{PACKAGE}._rooms"
BESIDE = ("presets", "docs/guide", "docs/data.md", "pyproject.toml", "LICENSE", "SECURITY.md")
"""What the rooms read at run time, at the same places beside them."""
PATH = re.compile(rb"(?<![\w./])(app|graph|widgets)((?:\.\w+)+)")
Edit = tuple[int, int, bytes]
"""A stretch of a source, in bytes, and what comes in its place."""


def write_package(target: Path, root: Path = ROOT) -> None:
    """Write the package ``netloom`` with its private rooms into the folder ``target``.

    Raises
    ------
    ValueError
        if a module imports another in a way that cannot be led elsewhere.
    """
    known = modules(root)
    package = target / PACKAGE
    for source in sorted((root / PACKAGE).glob("*.py")):
        _write(package / source.name, led_elsewhere(source.read_bytes(), known))
    _write(package / "py.typed", b"")
    rooms = package / "_rooms"
    _write(rooms / "__init__.py", b"")
    _write(rooms / "main.py", led_elsewhere((root / "main.py").read_bytes(), known))
    for room in ROOMS:
        for source in sorted(path for path in (root / room).rglob("*") if path.is_file()):
            if "__pycache__" in source.parts:
                continue
            content = source.read_bytes()
            python = source.suffix == ".py"
            _write(rooms / source.relative_to(root), led_elsewhere(content, known) if python else content)
    for name in BESIDE:
        place = root / name
        if place.is_dir():
            shutil.copytree(place, rooms / name)
        elif place.is_file():
            _write(rooms / name, place.read_bytes())


def modules(root: Path = ROOT) -> frozenset[str]:
    """The dotted names of all modules and packages of the rooms."""
    files = [path for room in ROOMS for path in (root / room).rglob("*.py")]
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in files]
    return frozenset(name.removesuffix(".__init__") for name in names)


def led_elsewhere(source: bytes, known: Collection[str]) -> bytes:
    """A module's source in which the rooms are the private ones; ``known`` are the names of their modules.

    Raises
    ------
    ValueError
        if it imports several modules in one statement, one of them from the rooms.
    """
    tree = ast.parse(source)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(node: ast.stmt | ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    edits: list[Edit] = []
    docstrings = set(_docstrings(tree))
    within: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            edits += _import(node, source, *place(node))
        elif isinstance(node, ast.JoinedStr):
            within |= {id(part) for part in ast.walk(node) if isinstance(part, ast.Constant)}
            edits += _text(source, *place(node), known)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in within or node in docstrings:
                continue
            edits += _text(source, *place(node), known)
    for start, end, text in sorted(set(edits), reverse=True):
        source = source[:start] + text + source[end:]
    return source


def _import(node: ast.Import | ast.ImportFrom, source: bytes, start: int, end: int) -> list[Edit]:
    """What becomes of a statement that imports from the rooms."""
    if isinstance(node, ast.ImportFrom):
        name = node.module or ""
        if node.level or not (name == "main" or name.partition(".")[0] in ROOMS):
            return []
        begins = re.match(rb"from\s+", source[start:end])
        assert begins is not None
        at = start + begins.end()
        return [(at, at + len(name), f"{PRIVATE}.{name}".encode())]
    names = [alias for alias in node.names if alias.name.partition(".")[0] in ROOMS]
    if not names:
        return []
    if len(node.names) > 1:
        raise ValueError(f"line {node.lineno} imports several modules at once; give each a line of its own")
    [alias] = names
    room = alias.name.partition(".")[0]
    led = f"import {PRIVATE}.{alias.name}"
    led = f"{led} as {alias.asname}" if alias.asname else f"{led}; from {PRIVATE} import {room}"
    return [(start, end, led.encode())]


def _text(source: bytes, start: int, end: int, known: Collection[str]) -> Iterator[Edit]:
    """The modules that are named in a text between two places."""
    for found in PATH.finditer(source[start:end]):
        parts = found[0].decode().split(".")
        if any(".".join(parts[:count]) in known for count in range(2, len(parts) + 1)):
            yield start + found.start(), start + found.start(), f"{PRIVATE}.".encode()


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions that only describe: texts that stand alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

"""The drawing of a network inside its exported code: comments at the end of the file, which Python never runs.

::

    # netloom-drawing 1 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    # {
    #   "netloom": 2,
    #   ...
    # }
    # netloom-drawing ends

The first line holds the version of this form and the SHA-256 of the code; between the two stands a project file. Lines
that are too long go on in the next, so reading joins them without anything between.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.build.code import DataCode, generate
from graph.errors import NetloomError
from graph.network import Network
from graph.project import Project, decode, encode, parse_project, project_json

VERSION = 1
WIDTH = 118
"""Characters of a line behind its comment sign, at most."""

CUT = re.compile(rf".{{1,{WIDTH}}}$|.{{0,{WIDTH - 1}}},(?= )|.{{0,{WIDTH - 1}}}\S|.+$")
INTRODUCTION = "# The drawing of this network, from which Netloom opens it again; nothing of it is run.\n"
BEGIN = re.compile(r"# netloom-drawing (\d+) ([0-9a-f]{64})")
END = "# netloom-drawing ends"


@dataclass(frozen=True)
class EmbeddedDrawing:
    """A drawing that was found in code; ``intact`` tells whether the code still says what was written with it."""

    project: Project
    intact: bool


def code_with_drawing(
    network: Network, title: str = "", data: DataCode | None = None, frozen: Sequence[str] = ()
) -> str:
    """The Python source of ``network``, with its ``data`` and ``frozen`` layers, and its drawing at the end.

    The choice of data and the training settings stay out: they name files of the machine.

    Raises
    ------
    NetloomError
        if the network has errors.
    """
    code = generate(network, title, data, frozen)
    project = Project(network, {"about": {"title": title}} if title else {})
    written = encode(project_json(project)).decode("utf-8")
    drawing = "".join(f"# {piece}\n" for line in written.strip().split("\n") for piece in _pieces(line))
    return f"{code}\n\n{INTRODUCTION}# netloom-drawing {VERSION} {_digest(code)}\n{drawing}{END}\n"


def read_drawing(text: str, place: str) -> EmbeddedDrawing | None:
    """The drawing in the source ``text`` of the file called ``place``; None where it has none.

    Raises
    ------
    NetloomError
        if the drawing was written by a newer Netloom, altered or cut short.
    """
    lines = text.splitlines()
    begins = [(at, match) for at, line in enumerate(lines) if (match := BEGIN.fullmatch(line.rstrip()))]
    if not begins:
        return None
    first, match = begins[0]
    if int(match[1]) > VERSION:
        raise NetloomError(f"{place} was written by a newer Netloom; update Netloom to open it.")
    last = next((at for at in range(first, len(lines)) if lines[at].rstrip() == END), None)
    if len(begins) > 1 or last is None or not all(line.startswith("# ") for line in lines[first:last]):
        raise NetloomError(
            f"{place}: the drawing at its end is damaged. Take the file from a backup, or remove all lines from "
            "“# netloom-drawing” on: then the network is read from the code."
        )
    joined = "".join(line[2:] for line in lines[first + 1 : last])
    project = parse_project(decode(joined.encode("utf-8"), f"{place}: its drawing"), f"{place}: its drawing")
    code = "\n".join([*lines[:first], *lines[last + 1 :]]).replace(INTRODUCTION.rstrip(), "")
    return EmbeddedDrawing(project, _digest(code) == match[2] or _says_the_same(code, project))


def _says_the_same(code: str, project: Project) -> bool:
    """Whether the code is what the drawing writes, but for its layout, which a formatter may have changed."""
    about = project.sections.get("about")
    title = str(about.get("title", "")) if isinstance(about, Mapping) else ""
    try:
        return _classes(code) == _classes(generate(project.network, title))
    except (NetloomError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _classes(code: str) -> list[str]:
    """The definitions of modules; what stands around them does not change the network."""
    return [ast.dump(node) for node in ast.parse(code).body if isinstance(node, ast.ClassDef)]


def _digest(code: str) -> str:
    """Of the lines of code, however they end."""
    return hashlib.sha256("\n".join(line.rstrip() for line in code.strip().splitlines()).encode("utf-8")).hexdigest()


def _pieces(line: str) -> list[str]:
    """A line cut to `WIDTH`, best behind a comma and never behind a space, which an editor may remove.

    Letters that do not print are escaped.
    """
    shown = "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in line)
    return CUT.findall(shown)

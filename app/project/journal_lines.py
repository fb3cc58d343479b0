"""The lines of a recovery journal: JSON behind a checksum, so that a line that was torn or damaged is known as such.

A journal begins with a base, the whole project, and goes on with one line for each edit:

```
["journal", 2]
["project", {...}]                     all but the network
["layers", [{...}, ...]]               several such lines, as are those of wires
["wires", ["conv1.out -> relu1.in", ...]]
["remarks", [{...}, ...]]
["state", {"path": ..., "print": ..., "id": ..., "clean": ..., "written": ...}]
["edit", 1796000000.0, [["move", "conv1", 10.0, 20.0], ...]]
```
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph import strict_json
from graph.change_json import change_json
from graph.changes import Change
from graph.errors import NetloomError
from graph.project import SECTIONS, Project, annotation_json, node_json
from graph.project import VERSION as FORMAT

VERSION = 2
LAYERS, WIRES = 100, 1000
"""So many stand on a line: each line is put into words at once."""
WHAT = "The unsaved work"


@dataclass(frozen=True)
class Standing:
    """What a journal knows of the project's file: where it is, the fingerprint of what was read or written there.

    ``id`` is the project's. ``clean`` says that the file holds everything, so that there is nothing to recover.
    """

    path: Path | None
    print: str | None
    id: str
    clean: bool


def line(*parts: object) -> bytes:
    """One line."""
    text = json.dumps(parts, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def state_line(standing: Standing) -> bytes:
    """What is known of the file from here on."""
    path = str(standing.path) if standing.path else None
    values = {"path": path, "print": standing.print, "id": standing.id, "clean": standing.clean}
    return line("state", {**values, "written": time.time()})


def edit_line(changes: Sequence[Change]) -> bytes:
    """One edit.

    Raises
    ------
    NetloomError
        if no file could hold what was edited.
    """
    with strict_json.in_a_sentence(WHAT):
        values = [change_json(change) for change in changes]
        strict_json.check(values, WHAT)
        return line("edit", time.time(), values)


def base_lines(project: Project) -> Iterator[bytes]:
    """The whole project as it stands now, whatever is edited while the lines are taken."""
    nodes, wires = list(project.network), project.network.connections
    remarks = [annotation for _, annotation in sorted(project.network.annotations.items())]
    sections = {name: project.sections[name] for name in SECTIONS if project.sections.get(name) is not None}

    def lines() -> Iterator[bytes]:
        yield line("journal", VERSION)
        yield _checked("project", {"netloom": FORMAT, **sections})
        for start in range(0, len(nodes), LAYERS):
            yield _checked("layers", [node_json(node) for node in nodes[start : start + LAYERS]])
        for start in range(0, len(wires), WIRES):
            yield line("wires", [str(wire) for wire in wires[start : start + WIRES]])
        yield _checked("remarks", [annotation_json(remark) for remark in remarks])

    return lines()


def _checked(kind: str, value: object) -> bytes:
    with strict_json.in_a_sentence(WHAT):
        strict_json.check(value, WHAT)
        return line(kind, value)


def whole_lines(content: bytes) -> list[list[Any]]:
    """The lines up to the first that is torn or damaged: what comes after it cannot be relied on."""
    lines: list[list[Any]] = []
    for written in content.split(b"\n")[:-1]:
        checksum, _, text = written.partition(b" ")
        if checksum != b"%08x" % zlib.crc32(text):
            break
        try:
            value = strict_json.parse(text, "journal", strict=False)
        except NetloomError:
            break
        if not isinstance(value, list) or not value:
            break
        lines.append(value)
    return lines

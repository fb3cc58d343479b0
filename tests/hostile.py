"""A project whose every text is hostile: it names a picture that nobody may open, which tells who opened it."""

from __future__ import annotations

import base64
import ctypes
import os
import random
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.project import block_library
from app.project.project_ids import id_of
from app.system.home import free_path
from app.training.run_labels import RunLabels, write_labels
from app.training.runs import Run, runs_folder
from graph.layers.dense import Dense
from graph.layers.io import Input, Output
from graph.network import Annotation, AnnotationKind, Connection, Network, Node
from graph.project import Project, project_json, write_project
from graph.shapes import vector
from graph.structure.blocks import Block

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
IN_OPEN = 0x20
WATCHES = sys.platform == "linux"
"""Whether this system tells who opens a file."""

TEMPLATES = (
    '<img src="{}">',
    "<img src={} width=1>",
    "![x]({})",
    "[![x]({})](layer:conv1)",
    "![x][y]\n\n[y]: {}",
    '<?xml version="1.0"?><p><img src="{}"></p>',
    "<link rel=stylesheet href='{}'>",
    "<style>@import url({});</style><p>x",
    '<body background="{}"><p>x',
    "<p style='background-image: url({})'>x",
    "<table background='{}'><tr><td>x",
    "Save & load &amp; <b>{}</b> &&",
    "&lt;img src={}&gt;",
    "{{}} %s %n [*] \\ {}",
    "\N{RIGHT-TO-LEFT OVERRIDE}<img src='{}'>\N{LINE SEPARATOR}",
    "\x01\x07\x1b[31m<img src='{}'>",
    "<qt><img src='{}'></qt>",
)


class Trap:
    """A picture in ``folder``; `opened` says whether anybody has opened it, through whatever library."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "trap.png"
        self.file.write_bytes(PNG)
        libc = ctypes.CDLL(None, use_errno=True)
        self._watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._watch >= 0 and libc.inotify_add_watch(self._watch, os.fsencode(self.file), IN_OPEN) >= 0

    def opened(self) -> bool:
        """Whether it was opened since this was last asked."""
        try:
            return bool(os.read(self._watch, 65536))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Watch no more."""
        os.close(self._watch)

    def texts(self, chance: random.Random) -> Iterator[str]:
        """Hostile texts without end, all kinds in turn."""
        while True:
            for template in chance.sample(TEMPLATES, len(TEMPLATES)):
                yield template.format(chance.choice((str(self.file), self.file.name, self.file.as_uri())))


def file_name(text: str) -> str:
    """A text as far as a file may be called so."""
    kept = "".join(sign for sign in text if sign not in "/\\\0" and ord(sign) >= 32)
    return kept.strip(" .")[:80] or "x"


def cell(text: str) -> str:
    """A text as a cell of a CSV file."""
    return '"' + text.replace('"', '""').replace("\0", "") + '"'


def write_table(path: Path, texts: Iterator[str]) -> str:
    """A table with hostile columns, cells and classes; the name of its target."""
    words, target = [next(texts) for _ in range(4)], f"{next(texts)} target"
    lines = [",".join(map(cell, [f"{words[0]} a", f"{words[1]} b", target]))]
    lines += [f"{row},{cell(words[2 + row % 2] + ' c')},{cell(words[row % 2])}" for row in range(24)]
    path.write_text("\n".join(lines), "utf-8")
    return target


def network(texts: Iterator[str]) -> Network:
    """A small network with notes, a frame, and a block."""
    nodes = [
        Node("input1", Input(shape=vector(3)), (0.0, 0.0)),
        Node("dense1", Dense(units=2), (240.0, 0.0)),
        Node("output1", Output(), (480.0, 0.0)),
    ]
    made = Network(nodes, (Connection("input1", "out", "dense1", "in"), Connection("dense1", "out", "output1", "in")))
    kinds = (AnnotationKind.NOTE, AnnotationKind.FRAME, AnnotationKind.NOTE)
    for number, kind in enumerate(kinds):
        made.annotations[f"a{number}"] = Annotation(
            f"a{number}", kind, next(texts), (0.0, 200.0 * number, 200.0, 120.0)
        )
    return made


def write_hostile_project(folder: Path, texts: Iterator[str]) -> Path:
    """A project, its data, a run of it and a kept block, with a hostile text in every place for one."""
    table = folder / f"{file_name(next(texts))}.csv"
    target = write_table(table, texts)
    about = {name: next(texts) for name in ("title", "summary", "expect")}
    sections: dict[str, Mapping[str, Any] | str | None] = {
        "about": about,
        "notes": "\n\n".join(next(texts) for _ in TEMPLATES),
        "data": {"source": "table", "options": {"path": table.name, "target": target}},
    }
    project = Project(network(texts), sections)
    path = folder / f"{file_name(next(texts))}.netloom"
    project.id = id_of(project, path)
    write_project(path, project)
    place = free_path(runs_folder() / file_name(next(texts)))  # a text that comes again names another run
    Run.create(place, project_json(project), {"device": next(texts)})
    write_labels(place, RunLabels(notes=next(texts), tags=(next(texts), next(texts))))
    block_library.keep(re.sub(r'["*:<>?|]', "", file_name(next(texts))), Block(), replace=True)
    return path


def lesson(texts: Iterator[str]) -> dict[str, object]:
    """A lesson, each of whose texts is hostile."""

    def step(**more: object) -> dict[str, object]:
        return {"title": next(texts), "text": next(texts), **more}

    goals = [{"kind": "setting", "section": "plan", "name": "epochs", "value": 3}]
    choice = {"ask": next(texts), "choices": [next(texts), next(texts)], "answer": 2, "because": next(texts)}
    return {
        "lesson": 1, "id": "own", "title": next(texts), "summary": next(texts), "minutes": 1, "start": "open",
        "steps": [
            step(task=next(texts), goals=goals, hint=next(texts), done=next(texts)), step(question=choice),
            step(question={"ask": next(texts), "number": 1, "unit": next(texts), "because": next(texts)}), step(),
        ],
    }  # fmt: skip

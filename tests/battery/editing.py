"""Edits drawn from a seed: the same seed gives the same edits, so that what a killed program had can be told later."""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from graph.document import Document
from graph.layers.catalogue import catalogue
from graph.network import Connection, Network, Node
from graph.project import Project, write_project

ENOUGH = 400
"""Edits in a sequence."""


def large_project(path: Path, layers: int) -> None:
    """Write a project with a chain of ``layers`` layers."""
    kinds = {kind: catalogue()[kind]() for kind in ("input", "relu", "output")}
    nodes = [Node(f"r{n}", kinds["relu"], (100.0 * (n % 100), 80.0 * (n // 100))) for n in range(layers - 2)]
    nodes = [Node("input1", kinds["input"], (-200.0, 0.0)), *nodes, Node("output1", kinds["output"], (-100.0, 0.0))]
    wires = [Connection(one.id, "out", other.id, "in") for one, other in itertools.pairwise(nodes)]
    write_project(path, Project(Network(nodes, wires), {"notes": "edit 0"}))


def edits(document: Document, seed: int) -> Iterator[int]:
    """Edit on: each step is one commit, and leaves “edit N” as the notes, with the number that it yields."""
    chance, number = random.Random(seed), 0
    ids = list(document.network.ids)
    while number < ENOUGH:
        number += 1
        with document.transaction(f"Edit {number}"):
            document.set_section("notes", f"edit {number}")
            _edit(document, chance, chance.choice(ids))
        yield number
        if chance.random() < 0.1:
            document.undo()
            document.redo()


def _edit(document: Document, chance: random.Random, id_: str) -> None:
    place = (float(chance.randint(0, 9999)), float(chance.randint(0, 9999)))
    match chance.randrange(5):
        case 0:
            document.add(catalogue()["dense"](), place)
        case 1:
            document.move(dict.fromkeys(chance.sample(document.network.ids, min(20, len(document.network))), place))
        case 2:
            document.set_vertical([id_], chance.random() < 0.5)
        case 3:
            document.set_section("about", {"title": "x" * chance.randint(0, 500)})
        case _:
            document.move({id_: place})


def main() -> None:
    """Open a project in a session, or a whole window, and edit it; each edit is told with its time, as it is done.

    Arguments: ``window`` or ``session``, the project, the seed, the longest pause between two edits in milliseconds.
    """
    from PySide6.QtCore import QTimer

    from app.system import home
    from widgets.launch import application, make_window
    from widgets.shell.project_session import ProjectSession

    how, path, seed, pause = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    app = application()
    window = make_window(path) if how == "window" else None
    if window is not None:
        window.show()
        while not (window.ready and window.session.path):
            app.processEvents()
        session = window.session
    else:
        session = ProjectSession(home.folder("recovery"), home.folder("locks"))
        session.troubled.connect(lambda sentence: print(sentence, file=sys.stderr))
        session.open(path)
    steps, chance = edits(session.document, seed), random.Random(seed + 1)

    def edit() -> None:
        print(next(steps), time.time(), flush=True)
        QTimer.singleShot(chance.randint(0, pause), edit)

    edit()
    app.exec()


if __name__ == "__main__":
    main()

"""Pieces of a training script: headed stretches of code with words, written as one Python file or as a notebook."""

from __future__ import annotations

import ast
import html
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from graph.build.code import quoted

WIDTH = 118
"""Letters in a line of words, at most."""

USED = {
    "copy": "import copy",
    "csv": "import csv",
    "math": "import math",
    "Path": "from pathlib import Path",
    "np": "import numpy as np",
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
}
"""Names that pieces may use, and the lines that import them."""

PLOTTING = """try:
    import matplotlib.pyplot as plt
except ImportError:  # then there are no pictures of the curves, and all else is the same
    plt = None"""

FOLDER = "FOLDER = Path(__file__).parent"
"""Where a script finds its files; a notebook finds them where it is opened."""


@dataclass(frozen=True)
class Piece:
    """A stretch of code under a heading, with a few sentences about it."""

    title: str
    words: str
    code: str


@dataclass(frozen=True)
class TrainingScript:
    """A script in pieces.

    ``about`` are the paragraphs at its beginning, and ``imports`` the lines that its pieces need beside `USED`.
    """

    title: str
    about: Sequence[str]
    pieces: Sequence[Piece]
    imports: Sequence[str] = field(default=())

    @property
    def import_block(self) -> str:
        """All imports of the script."""
        code = "\n\n".join(piece.code for piece in self.pieces)
        names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
        block = sorted_imports([*self.imports, *(line for name, line in USED.items() if name in names)])
        return f"from __future__ import annotations\n\n{block}" + (f"\n\n{PLOTTING}" if "plt" in names else "")

    def as_python(self, name: str) -> str:
        """The source of the file ``name``. Its headings part it into cells, which editors run one by one."""
        how = f"    python {quoted(name)}"
        said = [f"{self.title}, trained in plain PyTorch.", *self.about, f"Start it with\n\n{how}"]
        docstring = "\n\n".join(_wrapped(paragraph) for paragraph in said)
        parts = [f'"""{docstring}\n"""\n\n{self.import_block}\n']
        for piece in self.pieces:
            words = "".join(f"# {line}".rstrip() + "\n" for line in _wrapped(piece.words).split("\n"))
            gap = "\n\n" if piece.code.startswith(("def ", "class ", "@")) else "\n"
            parts.append(f"# %% {piece.title}\n{words}{gap}{piece.code.strip()}\n")
        return "\n\n".join(parts)

    def as_notebook(self) -> str:
        """The notebook as JSON, in the format 4.5 of Jupyter."""
        said = [f"# {' '.join(self.title.split())}, trained in plain PyTorch", *self.about]
        cells = [_markdown("\n\n".join(map(_escaped, said))), _code(self.import_block)]
        for piece in self.pieces:
            cells += [_markdown(f"## {piece.title}\n\n{_escaped(piece.words)}")]
            cells += [_code(piece.code.strip().replace(FOLDER, "FOLDER = Path()"))]
        content = {
            "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, 1)],
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def sorted_imports(lines: Iterable[str]) -> str:
    """One block of imports: each module once, the standard library first, in the order that isort gives them."""
    plain: set[tuple[str, str]] = set()
    named: dict[str, set[str]] = {}
    for node in ast.parse("\n".join(lines)).body:
        if isinstance(node, ast.Import):
            plain.update((alias.name, alias.asname or "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            named.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
    texts = [(module, f"import {module}" + (f" as {short}" if short else "")) for module, short in sorted(plain)]
    texts += [
        (module, f"from {module} import {', '.join(sorted(named[module], key=_kind))}") for module in sorted(named)
    ]
    own = [text for module, text in texts if module.partition(".")[0] in sys.stdlib_module_names]
    foreign = [text for module, text in texts if module.partition(".")[0] not in sys.stdlib_module_names]
    return "\n\n".join("\n".join(part) for part in (own, foreign) if part)


def _kind(name: str) -> tuple[int, str]:
    """Constants come before classes, and these before what is called like a variable."""
    constant = name.isupper() and len(name) > 1
    return (0 if constant else 1 if name[:1].isupper() else 2), name


def _wrapped(text: str) -> str:
    """Paragraphs in lines of `WIDTH`; what is indented is code, and stays as it is."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(
        one if one.startswith("    ") else "\n".join(wrap(quoted(one), WIDTH, break_long_words=False))
        for one in paragraphs
    )


def _escaped(text: str) -> str:
    """Words as Markdown shows them: nothing in them is taken for HTML."""
    return html.escape(text, quote=False)


def _markdown(source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(source: str) -> dict[str, object]:
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}

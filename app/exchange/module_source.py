"""What is asked for of hand-written PyTorch: a file, a class in it, its arguments and the sizes of its inputs.

Needs no torch: the window asks for the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from graph.errors import NetloomError

PYTHON, EXPORTED = ".py", ".pt2"
"""Endings of the files that are run: modules, and what `torch.export.save` wrote."""
RIGHTS = (
    "{name} is a program: to have its network it is run with your rights, and can read, change and send what you can."
)
"""What has to be agreed to, as a sentence; the file's name goes in."""
LARGEST_SIZE = 10**9
"""No axis of an input is longer."""

Arguments = tuple[list[Any], dict[str, Any]]
"""Arguments of a constructor by their places, and by their names."""


@dataclass(frozen=True)
class ModuleSource:
    """A network in a file that has to be run to be had.

    Parameters
    ----------
    file
        a Python file, or one of `torch.export.save`, which needs nothing of the rest.
    name
        the class in it, a function that makes a module, or a module that stands there ready.
    arguments
        those of the constructor as they are written in Python, literals alone: ``num_classes=10``.
    inputs
        the sizes of each input, the batch first.
    weights
        a file with the state dict that the module is to have.
    """

    file: Path
    name: str = ""
    arguments: str = ""
    inputs: tuple[tuple[int, ...], ...] = ()
    weights: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; `of_json` reads it back."""
        return {
            "file": str(self.file.resolve()),
            "name": self.name,
            "arguments": self.arguments,
            "inputs": [list(sizes) for sizes in self.inputs],
            "weights": None if self.weights is None else str(self.weights.resolve()),
        }

    @classmethod
    def of_json(cls, value: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        weights = value["weights"]
        inputs = tuple(tuple(sizes) for sizes in value["inputs"])
        return cls(
            Path(value["file"]),
            value["name"],
            value["arguments"],
            inputs,
            None if weights is None else Path(weights),
        )

    @property
    def called(self) -> str:
        """What the network is called in sentences."""
        return self.name or self.file.name

    @property
    def rights(self) -> str:
        """What has to be agreed to before the file is run."""
        return RIGHTS.format(name=self.file.name)


def input_sizes(text: str) -> tuple[int, ...]:
    """The sizes that are written as ``1,3,32,32``, the batch first.

    Raises
    ------
    NetloomError
        if they are none.
    """
    words = re.split(r"\s*[,x×]\s*|\s+", text.strip().strip("()[]").strip(" ,"))
    if not all(word.isdecimal() and word.isascii() and 1 <= int(word[:12]) <= LARGEST_SIZE for word in words):
        raise NetloomError(
            f"“{text}” is no shape: write whole numbers with commas between them, the batch first, such as 1,3,32,32."
        )
    return tuple(int(word) for word in words)


def literal_arguments(text: str) -> Arguments:
    """Arguments of a constructor that are written as in Python; nothing in them is calculated or called.

    Raises
    ------
    NetloomError
        if they are written otherwise, or are no literals.
    """
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise ValueError
        by_place = [ast.literal_eval(value) for value in call.args]
        by_name = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
        if None in by_name or len(by_name) < len(call.keywords):
            raise ValueError
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise NetloomError(
            f"The arguments “{text}” cannot be read: write them as in Python, with numbers, texts, lists and "
            'True, False or None alone, such as num_classes=10, mode="small".'
        ) from None
    return by_place, {str(name): value for name, value in by_name.items()}


def sizes_text(sizes: Sequence[int]) -> str:
    """Sizes as people read them: ``1 × 3 × 32 × 32``."""
    return " × ".join(map(str, sizes))

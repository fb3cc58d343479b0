"""Which layers of a network take weights from a file, and which begin anew and why; by the file's header alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import safetensors

from app.system.unfolding import refuse_long_header
from app.training.start_section import StartSection, layer_of
from graph.checking.check import Checker
from graph.checking.fixes import Change, Fix, Write
from graph.checking.layer_info import Problem, Severity
from graph.errors import NetloomError
from graph.structure.blocks import Block
from graph.user_files import opened

Shapes = Mapping[str, tuple[int, ...]]
"""Sizes of tensors by their names."""
PARAMETER = re.compile(r"(^|[._])(weight|bias)(_\w+)?$")
"""Names of tensors that are parameters in all modules of torch; statistics and counters are called otherwise."""


def shapes_in(path: Path) -> Shapes:
    """The sizes of all tensors in a safetensors file, of which only the header is read.

    Raises
    ------
    NetloomError
        if there is no such file, or it cannot be understood.
    """
    try:
        state = path.stat()
    except OSError:
        raise NetloomError(f"{path} is missing.") from None
    return _shapes(path, state.st_size, state.st_mtime_ns)


def grouped(shapes: Shapes) -> dict[str, dict[str, tuple[int, ...]]]:
    """Sizes of tensors by the layer that each belongs to."""
    held: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        held.setdefault(layer_of(name), {})[name] = shape
    return held


@lru_cache(maxsize=8)
def _shapes(path: Path, _size: int, _changed: int) -> Shapes:
    """The same, once for each version of a file: it is asked for after every edit."""
    try:
        with opened(path) as stream:
            refuse_long_header(str(path), stream.read(8))
        with safetensors.safe_open(path, framework="np") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError, ValueError, RuntimeError):
        raise NetloomError(f"{path} is broken or cut short.") from None


def weight_problems(checker: Checker, start: StartSection, base: Path | None) -> Iterator[Problem]:
    """What keeps a training from beginning with the weights that ``start`` names: no such file, layers that lack them.

    Relative paths begin at ``base``; where that is not known, nothing is said of the file. Sizes are compared by the
    number of parameters, as far as the names of the tensors tell which are some.
    """
    file = start.file(base)
    if file is None:
        return
    try:
        held = grouped(start.by_layer(shapes_in(file)))
    except NetloomError:
        yield Problem(Severity.ERROR, None, None, gone(start), (Fix("Start from random weights", (_random(start),)),))
        return
    for node in checker.network:
        count = checker.layer_info(node.id).parameters
        if not count or node.id in start.fresh or node.id not in checker.useful or node.muted or node.tied is not None:
            continue
        found = held.get(node.id)
        if found is None:
            yield _lacking(start, node.id, f"{node.id} has no weights in {start.source}, from which training starts")
        elif not isinstance(node.layer, Block) and all(map(PARAMETER.search, found)):
            there = sum(map(math.prod, found.values()))
            if there != count:
                why = f"{node.id} has {count:,} parameters, but {there:,} in {start.source}, from which training starts"
                yield _lacking(start, node.id, why)


def gone(start: StartSection) -> str:
    """What is said where the file of weights is not there."""
    if start.run is None:
        return f"{start.weights}, the weights that training starts from, cannot be read. Put the file back."
    return (
        f"The weights of {start.source}, from which training starts, cannot be read: {start.run} is gone or damaged. "
        "Put the run back, start from another run, or start from random weights."
    )


def _lacking(start: StartSection, id_: str, why: str) -> Problem:
    fix = Fix(f"Let {id_} begin anew", (Change("start", _marks(start.marking([id_], fresh=True))),))
    return Problem(Severity.ERROR, id_, None, f"{why}. Let it begin anew.", (fix,))


def _marks(start: StartSection) -> dict[str, object]:
    return {"fresh": list(start.fresh), "frozen": list(start.frozen)}


def _random(start: StartSection) -> Write:
    return Write("start", start.from_random_weights().section())

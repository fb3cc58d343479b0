"""Which layer wrote some lines of exported code, found by hill climbing over what all layers declare.

A layer's settings are changed one by one, or two at once, towards the lines that are wanted: with the numbers that
stand in them and, if these do not do, with what can be calculated of those. No kind of layer is known here by name.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graph.build.code import assignments, module_call
from graph.errors import NetloomError
from graph.layers.base import Layer, ShapeError, without_remedies
from graph.layers.catalogue import catalogue
from graph.layers.settings import Setting
from graph.shapes import AXES, Kind, Shape

TOKEN = re.compile(r"\w+=[^,()\s]+|-?[\w.]+|[^\s()'\",]")
"""An argument with its name and value, a name, a number, or a sign; brackets and quotes may be written in many ways."""

SEVERAL = re.compile(r"\b(\w+)=\(([^()]*)\)")
"""An argument of several numbers, each of which is compared alone; searched for where a word begins, for long words."""

STARTS = 24
"""Kinds of layer that are tried, those first whose defaults write the most alike lines."""

COUNTS = range(1, 17)
"""Whole numbers that are tried although they stand nowhere: of parts, groups, pieces."""

OTHER_MODULE = 10
"""Tokens for which another class of torch counts."""

MOST = 2000
"""Layers that are tried for some lines. What a layer has written is found within 400, whatever its settings; a changed
file may hold numbers and names without end."""

NEAR = 3
"""Tokens that may differ where any two settings are changed at once, not only a choice and another."""


@dataclass(frozen=True)
class WantedLines:
    """What a layer has to write: its module (None without one), and variables with their expressions.

    ``variables`` are read by the lines, in order, and have the ``shapes``.
    """

    id: str
    module: ast.expr | None
    statements: tuple[tuple[str, ast.expr], ...]
    variables: tuple[str, ...]
    shapes: tuple[Shape, ...]
    distances: dict[Layer, float] = field(default_factory=dict)

    @cached_property
    def tokens(self) -> list[str]:
        """What is compared."""
        module = "" if self.module is None else ast.unparse(self.module)
        return _tokens(module, ((name, ast.unparse(value)) for name, value in self.statements))

    @cached_property
    def literals(self) -> tuple[Any, ...]:
        """Numbers and tuples of them that stand in the lines, in order."""
        found = [] if self.module is None else list(_literals(self.module))
        return tuple(itertools.chain(found, *(_literals(value) for _, value in self.statements)))

    def arriving(self, layer: Layer) -> dict[str, int]:
        """For each input port, which of the variables arrives; several of one value are one to a layer with one input.

        Raises
        ------
        IndexError
            if there are not so many.
        """
        ports = layer.input_ports()
        if len(ports) > len(self.variables):
            raise IndexError
        return {port.name: at for at, port in enumerate(ports)}

    @property
    def given_up(self) -> bool:
        """Whether so many layers were tried that none is to be expected."""
        return len(self.distances) >= MOST

    def distance(self, layer: Layer) -> float:
        """How many tokens differ from what ``layer`` writes; 0 where none does and it takes these shapes."""
        if layer not in self.distances:
            self.distances[layer] = self._distance(layer)
        return self.distances[layer]

    def _distance(self, layer: Layer) -> float:
        try:
            arriving = self.arriving(layer)
            shapes = {port: self.shapes[at] for port, at in arriving.items()}
            construct = layer.recipe(shapes)
        except (ShapeError, ArithmeticError, LookupError, TypeError, ValueError):
            # On its way the search meets layers that these shapes do not fit.
            return float("inf")
        names = {port: self.variables[at] for port, at in arriving.items()}
        module = "" if construct.module is None else module_call(construct.module)
        tokens = _tokens(module, assignments(self.id, self.id, construct, names))
        ours, theirs = Counter(tokens), Counter(self.tokens)
        # What stands at its place counts least: one argument more moves all behind it.
        moved: float = sum(map(str.__ne__, tokens, self.tokens)) / 1000
        unlike: float = (ours - theirs).total() + (theirs - ours).total()
        if tokens[0] != self.tokens[0]:
            return unlike + OTHER_MODULE + moved
        return unlike + moved + (0 if _fits(layer, shapes) else 0.1)


def _fits(layer: Layer, shapes: Mapping[str, Shape]) -> bool:
    try:
        layer.infer(shapes)
    except ShapeError:
        return False
    return True


def _tokens(module: str, statements: Iterable[tuple[str, str]]) -> list[str]:
    text = "\n".join([module, *(f"{name} := {text}" for name, text in statements)])
    apart = SEVERAL.sub(lambda match: " ".join(f"{match[1]}={part}" for part in match[2].split(",")), text)
    return TOKEN.findall(apart.replace("= ", "=").replace('"', "'"))


def _literals(node: ast.AST) -> Iterator[Any]:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child)
        return
    yield value


def find_layer(wanted: WantedLines) -> Layer | None:
    """A layer that writes the wanted lines, or None."""
    with without_remedies():
        return _found(wanted)


def _found(wanted: WantedLines) -> Layer | None:
    kinds = [kind() for kind in catalogue().values()]
    starts = sorted((layer for layer in kinds if layer.input_ports()), key=wanted.distance)[:STARTS]
    for wide in (False, True):
        pool, nearest = CandidateValues(wanted, wide), list[Layer]()
        for start in starts:
            found = _climbed(wanted, start, pool)
            if not wanted.distance(found):
                return found
            if wanted.distance(found) < OTHER_MODULE:
                nearest.append(start)
        # More numbers make no other class of torch of a layer: a choice does, and all choices were tried.
        starts = nearest
    return None


def _climbed(wanted: WantedLines, layer: Layer, pool: CandidateValues) -> Layer:
    """``layer`` with the settings that write lines as near to the wanted ones as changes bring it."""
    while wanted.distance(layer):
        near = min(_changed(wanted, layer, pool.changes(layer)), key=wanted.distance, default=layer)
        if wanted.distance(near) >= wanted.distance(layer):
            pairs = pool.pairs(layer, wanted.distance(layer) < NEAR)
            near = min(_changed(wanted, layer, pairs), key=wanted.distance, default=layer)
        if wanted.distance(near) >= wanted.distance(layer):
            break
        layer = near
    return layer


def _changed(wanted: WantedLines, layer: Layer, changes: Iterable[Mapping[str, Any]]) -> Iterator[Layer]:
    for change in changes:
        if wanted.given_up:
            return
        try:
            yield layer.changed(**change)
        except NetloomError:
            continue


class CandidateValues:
    """Values that settings may have had, from the numbers in the lines; ``wide`` calculates more of them."""

    def __init__(self, wanted: WantedLines, wide: bool) -> None:
        numbers = list(_flat(wanted.literals))
        whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
        self._runs = [whole[at:end] for at in range(len(whole)) for end in range(at + 1, min(len(whole), at + 6) + 1)]
        self._floats = dict.fromkeys(float(number) for number in numbers)
        self._tuples = [value for value in wanted.literals if isinstance(value, tuple)]
        if wide:
            sizes = dict.fromkeys(
                [*map(abs, whole), *(size for shape in wanted.shapes for size in shape.sizes if size)]
            )
            pairs = list(itertools.product(sizes, repeat=2))
            whole += [*COUNTS, *(one + other for one, other in pairs), *(one // other for one, other in pairs if other)]
            self._runs += [whole[at::2][:count] for at in range(2) for count in range(1, 8)]
        self._whole = dict.fromkeys([*whole, len(wanted.variables)])

    def changes(self, layer: Layer) -> Iterator[dict[str, Any]]:
        """Single changes of a layer's settings."""
        for spec in layer.settings():
            yield from ({spec.name: value} for value in self._values(spec))

    def pairs(self, layer: Layer, all_pairs: bool) -> Iterator[dict[str, Any]]:
        """Two changes at once; unless ``all_pairs``, one of them is a choice, which may show only beside a number."""
        single = [(spec, {spec.name: value}) for spec in layer.settings() for value in self._values(spec)]
        for (one, change), (other, more) in itertools.product(single, repeat=2):
            if one != other and (all_pairs or one.optional or one.type in ("choice", "bool")):
                yield change | more

    def _values(self, spec: Setting) -> Iterator[Any]:
        if spec.optional:
            yield None
        match spec.type:
            case "bool":
                yield from (False, True)
            case "choice":
                yield from spec.choices
            case "int":
                yield from self._whole
            case "float":
                yield from self._floats
            case "size":
                yield from ((number, number) for number in self._whole)
                yield from (value[-2:] for value in self._tuples if len(value) > 1)
            case "sizes":
                yield from map(tuple, self._runs)
            case "matrix" | "matrices":
                yield from self._matrices(spec.type)
            case "shape":
                yield from (shape for run in self._runs for shape in _shapes(run))

    def _matrices(self, kind: str) -> Iterator[Any]:
        return (value[0] for value in self._tuples if len(value) == 1) if kind == "matrix" else iter(self._tuples)


def _flat(values: Iterable[Any]) -> Iterator[int | float]:
    for value in values:
        if isinstance(value, tuple):
            yield from _flat(value)
        elif isinstance(value, int | float):
            yield value


def _shapes(sizes: Sequence[int]) -> Iterator[Shape]:
    for kind in Kind:
        if len(AXES[kind]) == len(sizes) and min(sizes) > 0:
            yield Shape(kind, tuple(sizes))

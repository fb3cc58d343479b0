"""Functions that ONNX files write as several operators, put back as one: GELU by Erf, SiLU, hard swish, Softplus.

They become operators by the names that ONNX has for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from app.data.dataset import Array

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto


class Patterns:
    """A graph with what makes each value, and its constants."""

    def __init__(self, graph: GraphProto, constants: dict[str, Array]) -> None:
        self.graph = graph
        self.constants = constants
        self.makers = {name: node for node in graph.node for name in node.output}

    def made_by(self, name: str, *kinds: str) -> NodeProto | None:
        """The operator that makes a value, if it is of one of these kinds."""
        maker = self.makers.get(name)
        return maker if maker is not None and maker.op_type in kinds and maker.domain in ("", "ai.onnx") else None

    def number(self, name: str) -> float | None:
        """A constant of one number; None for anything else."""
        values = self.constants.get(name)
        return float(values.reshape(-1)[0]) if values is not None and values.size == 1 else None

    def with_number(self, node: NodeProto | None, *numbers: float) -> str | None:
        """The other input of an operator that reads one of ``numbers``; None where it reads none of them."""
        if node is None:
            return None
        for at, name in enumerate(node.input):
            found = self.number(name)
            alike = found is not None and any(math.isclose(found, each, rel_tol=1e-4) for each in numbers)
            if alike and len(node.input) == 2 and (node.op_type != "Div" or at == 1):
                return str(node.input[1 - at])
        return None


def fuse(graph: GraphProto, constants: dict[str, Array]) -> None:
    """Replace what is recognised, in place; operators that are left without use stay."""
    found = Patterns(graph, constants)
    for node in list(graph.node):
        for pattern in PATTERNS.get(node.op_type, ()):
            made = pattern(found, node)
            if made is not None:
                _become(node, *made)
                break


Made = tuple[str, str, dict[str, float | str]]
"""What an operator becomes: its new kind, the value that it reads, and its attributes."""


def _become(node: NodeProto, kind: str, reads: str, settings: dict[str, float | str]) -> None:
    from onnx import helper

    inputs = [reads, *(str(settings.pop(key)) for key in ("scale", "bias") if key in settings)]
    node.op_type = kind
    node.domain = ""
    del node.input[:]
    node.input.extend(inputs)
    del node.attribute[:]
    node.attribute.extend(helper.make_attribute(key, value) for key, value in settings.items())


def _pairs(node: NodeProto) -> Iterable[tuple[str, str]]:
    if len(node.input) == 2:
        yield str(node.input[0]), str(node.input[1])
        yield str(node.input[1]), str(node.input[0])


def _gelu(found: Patterns, node: NodeProto) -> Made | None:
    """Half of x (1 + erf(x / root 2)), in whichever order it is multiplied."""
    factors, halved = [str(name) for name in node.input], False
    for at, name in enumerate(list(factors)):
        inner = found.with_number(found.made_by(name, "Mul"), 0.5) or found.with_number(found.made_by(name, "Div"), 2.0)
        if inner is not None:
            factors[at], halved = inner, True
    if not halved:
        whole = found.with_number(node, 0.5)
        product = found.made_by(whole, "Mul") if whole is not None else None
        if product is None:
            return None
        factors = [str(name) for name in product.input]
    for x, other in (factors, factors[::-1]) if len(factors) == 2 else ():
        erf = found.made_by(found.with_number(found.made_by(other, "Add"), 1.0) or "", "Erf")
        if erf is None:
            continue
        inner = found.made_by(erf.input[0], "Div", "Mul")
        root = math.sqrt(2)
        if inner is not None and found.with_number(inner, root if inner.op_type == "Div" else 1 / root) == x:
            return "Gelu", x, {}
    return None


def _gated(found: Patterns, node: NodeProto) -> Made | None:
    """X times its own sigmoid, or its hard sigmoid."""
    for x, gate in _pairs(node):
        smooth = found.made_by(gate, "Sigmoid")
        if smooth is not None and smooth.input[0] == x:
            return "Swish", x, {}
        hard = found.made_by(gate, "HardSigmoid")
        if hard is not None and hard.input[0] == x and _is_sixth(hard):
            return "HardSwish", x, {}
    return None


def _is_sixth(node: NodeProto) -> bool:
    numbers = {one.name: one.f for one in node.attribute}
    return bool(abs(numbers.get("alpha", 0.2) - 1 / 6) < 1e-5 and numbers.get("beta", 0.5) == 0.5)


def _hard_swish(found: Patterns, node: NodeProto) -> Made | None:
    """What multiplies x with what is left of x + 3 between 0 and 6, by 6."""
    inner = found.with_number(node, 6.0) if node.op_type == "Div" else None
    product = found.made_by(inner or "", "Mul")
    for x, gate in _pairs(product) if product is not None else ():
        limits = found.made_by(gate, "Clip")
        if limits is None or _limits(found, limits) != (0.0, 6.0):
            continue
        if found.with_number(found.made_by(limits.input[0], "Add"), 3.0) == x:
            return "HardSwish", x, {}
    return None


def _limits(found: Patterns, node: NodeProto) -> tuple[float | None, ...]:
    given = {one.name: one.f for one in node.attribute}
    inputs = [found.number(name) for name in node.input[1:3]]
    return tuple(inputs) if len(inputs) == 2 else (given.get("min"), given.get("max"))


def _layer_norm(found: Patterns, node: NodeProto) -> Made | None:
    """The difference from the mean by the root of the mean square, scaled and shifted."""
    for scaled, bias in _pairs(node):
        product = found.made_by(scaled, "Mul")
        for normal, scale in _pairs(product) if product is not None and bias in found.constants else ():
            ratio = found.made_by(normal, "Div")
            root = found.made_by(ratio.input[1], "Sqrt") if ratio is not None else None
            added = found.made_by(root.input[0], "Add") if root is not None else None
            centred = found.made_by(ratio.input[0], "Sub") if ratio is not None else None
            if added is None or centred is None or scale not in found.constants:
                continue
            for variance, small in _pairs(added):
                eps, mean = found.number(small), found.made_by(centred.input[1], "ReduceMean")
                square = found.made_by(variance, "ReduceMean")
                if eps is None or mean is None or square is None or mean.input[0] != centred.input[0]:
                    continue
                return "LayerNormalization", str(centred.input[0]), {"epsilon": eps, "scale": scale, "bias": bias}
    return None


def _softplus(found: Patterns, node: NodeProto) -> Made | None:
    """Softplus that gives x itself where x is large, as torch does."""
    large, x, bent = (str(name) for name in node.input)
    smooth = found.made_by(_once(found, bent), "Softplus")
    above = found.made_by(large, "Greater")
    if smooth is None or above is None or found.with_number(above, 20.0) is None:
        return None
    same = {_once(found, name) for name in (x, smooth.input[0], above.input[0])}
    return ("Softplus", x, {}) if same == {x} else None


def _once(found: Patterns, name: str) -> str:
    """The value before it was multiplied with or divided by 1."""
    return found.with_number(found.made_by(name, "Mul", "Div"), 1.0) or name


PATTERNS: dict[str, tuple[Callable[[Patterns, NodeProto], Made | None], ...]] = {
    "Add": (_layer_norm,),
    "Div": (_hard_swish,),
    "Mul": (_gelu, _gated),
    "Where": (_softplus,),
}
"""What may be recognised at an operator of each kind, the last of its function."""

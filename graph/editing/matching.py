"""What fits where: verdicts on connections before they are made, and the search over the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from graph.checking.check import Checker
from graph.editing import edits
from graph.editing.open_ends import OpenEnd
from graph.layers.base import Layer, ShapeError, needs
from graph.network import Network
from graph.shapes import Shape


class Fit(IntEnum):
    """How well a connection would do."""

    REFUSED = 0
    """The network cannot hold it."""
    DOUBTFUL = 1
    """It can be made, but the shapes do not agree; a fix will be offered."""
    GOOD = 2


@dataclass(frozen=True)
class Verdict:
    """Whether a wire may land, where exactly, and why not."""

    fit: Fit
    port: str | None = None
    """The port; None where the layer would grow one."""
    reason: str = ""


def judge_target(
    network: Network, checker: Checker, source: tuple[str, str], target: str, port: str | None = None
) -> Verdict:
    """Judge a wire from an output to a layer, or to one of its inputs.

    Parameters
    ----------
    source
        layer and output port.
    port
        the input; None lets the layer choose.
    """
    node = network.node(target)
    if not node.inputs:
        return Verdict(Fit.REFUSED, None, f"{target} takes no input.")
    if target == source[0]:
        return Verdict(Fit.REFUSED, None, "A layer cannot feed itself.")
    if network.reaches(target, source[0]):
        return Verdict(Fit.REFUSED, None, f"{target} already feeds {source[0]}: data would run in a circle.")
    if port is None:
        port = edits.free_input(network, target)
        if port is None and not edits.can_grow(node.layer):
            port = node.inputs[0]
    shape = checker.layer_info(source[0]).outputs.get(source[1])
    reason = complaint(node.layer, port or node.inputs[0], shape, checker.layer_info(target).inputs)
    return Verdict(Fit.DOUBTFUL if reason else Fit.GOOD, port, reason)


def judge_source(network: Network, checker: Checker, target: tuple[str, str], source: str) -> Verdict:
    """Judge a wire from a layer's output to an input (layer and port)."""
    node = network.node(source)
    if not node.outputs:
        return Verdict(Fit.REFUSED, None, f"{source} has no output.")
    verdict = judge_target(network, checker, (source, node.outputs[0]), target[0], target[1])
    return Verdict(verdict.fit, node.outputs[0], verdict.reason)


def complaint(layer: Layer, port: str, shape: Shape | None, others: Mapping[str, Shape]) -> str:
    """What the layer would say if ``shape`` arrived at ``port``; empty where nothing is wrong or nothing is known."""
    if shape is None:
        return ""
    if shape.kind not in layer.accepts:
        return f"{layer.title} needs {needs(layer.accepts)}, but {shape.described()} arrives."
    inputs = {name.name: others[name.name] for name in layer.input_ports() if name.name in others} | {port: shape}
    if len(inputs) < len(layer.input_ports()):
        return ""
    try:
        layer.infer(inputs)
    except ShapeError as error:
        return error.message
    return ""


@dataclass(frozen=True)
class LooseEnd(OpenEnd):
    """The connected end of a wire whose other end is loose; the shape that leaves it restricts which layers fit."""

    shape: Shape | None = None

    def complaint(self, kind: type[Layer]) -> str:
        """Why a new layer of this kind does not fit the wire; empty if it does."""
        layer = kind()
        if not self.output:
            return "" if layer.output_ports() else f"{kind.title} has no output."
        ports = layer.input_ports()
        if not ports:
            return f"{kind.title} takes no input."
        return complaint(layer, ports[0].name, self.shape, {})


@dataclass(frozen=True)
class SearchResult:
    """A kind of layer in the answer of a search."""

    kind: type[Layer]
    reason: str = ""
    """Why it does not fit the loose end; empty if it does."""
    layer: Layer | None = None
    """The layer with the settings that were typed; None where none were."""
    problem: str = ""
    """What of the typed settings is not understood, or not allowed; empty if all is."""


def search_layers(
    kinds: Iterable[type[Layer]], text: str, recent: Sequence[str] = (), end: LooseEnd | None = None
) -> list[SearchResult]:
    """Kinds of layer that answer to ``text``, best first: what fits the wire, then the match, then lately used."""
    ranked = []
    for order, kind in enumerate(kinds):
        score = max(_scores(kind, text))
        if score <= 0:
            continue
        reason = end.complaint(kind) if end else ""
        lately = recent.index(kind.kind) if kind.kind in recent else len(recent)
        # With nothing typed only recency counts; with something typed a better match comes first.
        ranked.append(((bool(reason), -score, lately, order), SearchResult(kind, reason)))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def _scores(kind: type[Layer], text: str) -> list[float]:
    words = text.casefold().strip()
    if not words:
        return [1.0]
    names = [kind.title, kind.kind.replace("_", " ")]
    return [
        *(fuzzy(words, name) for name in names),
        *(fuzzy(words, alias) * 0.8 for alias in kind.aliases),
        fuzzy(words, kind.family) * 0.4,
    ]


def plain_score(kind: type[Layer], text: str) -> float:
    """How well ``text`` names a kind of layer by a name or alias, or by a part of one; 0 where it does not."""
    words = text.casefold().strip()
    if not words:
        return 0.0
    names = [kind.title, kind.kind.replace("_", " ")]
    if words.replace(" ", "") == kind.title.casefold():
        return 1.0  # max pool 2d
    return max(*(_whole(words, name) for name in names), *(_whole(words, alias) * 0.8 for alias in kind.aliases), 0.0)


def fuzzy(text: str, name: str) -> float:
    """How well ``text`` names ``name``, from 0 (not) to 1 (exactly); letters may be left out but not reordered."""
    return _whole(text, name) or _scattered(text.replace(" ", ""), name.casefold())


def _whole(text: str, name: str) -> float:
    """The same without leaving out letters."""
    name = name.casefold()
    if text == name:
        return 1.0
    if name.startswith(text):
        return 0.9 - 0.001 * len(name)
    if any(word.startswith(text) for word in name.split()):
        return 0.8 - 0.001 * len(name)
    if text in name:
        return 0.6 - 0.001 * len(name)
    return 0.0


def _scattered(letters: str, name: str) -> float:
    place, gaps, starts = -1, 0, 0
    for letter in letters:
        following = name.find(letter, place + 1)
        if following < 0:
            return 0.0
        gaps += following - place - 1
        starts += following == 0 or not name[following - 1].isalnum()
        place = following
    score = 0.5 - 0.03 * gaps + 0.05 * starts
    return max(score, 0.0) if len(letters) > 1 else 0.0

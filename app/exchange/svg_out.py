"""A network as an SVG drawing, without a screen: the same cards and wires as on the canvas."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from textwrap import wrap
from xml.sax import saxutils

from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo
from graph.document import Document
from graph.drawing import cards
from graph.drawing.routing import WirePath, course
from graph.errors import NetloomError
from graph.layers.base import Family
from graph.network import Annotation, AnnotationKind, Connection, Network, Node, Position
from graph.shapes import Kind, Shape
from graph.structure.blocks import Block

NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""

MARGIN = 32.0
"""Free space around the network in pixels."""

RADIUS = 8.0
"""Corner radius of cards."""

HUES = 8
"""Number of hues that annotations can have: the first of the families'."""

MUTED = 0.5
"""Opacity of a layer that data passes by."""

GROUND, RAISED, TEXT, FAINT, BORDER = "#F4F6F8", "#FFFFFF", "#1A2230", "#586577", "#BDC6D2"

FAMILIES: dict[Family, str] = {
    Family.IO: "#666E7B",
    Family.CONVOLUTION: "#4369C5",
    Family.POOLING: "#0A7B80",
    Family.DENSE: "#9348B1",
    Family.RECURRENT: "#2A7E4F",
    Family.ACTIVATION: "#B04D00",
    Family.NORMALISATION: "#6E6F2C",
    Family.SHAPE: "#77629B",
    Family.MERGE: "#8F5D71",
    Family.STRUCTURE: "#A8437C",
}
"""Hue of each family, as in the light theme."""

STROKES: dict[str, tuple[str, float, str]] = {
    Kind.IMAGE: ("#3368D0", 2.4, ""),
    Kind.VECTOR: ("#666E7B", 1.6, ""),
    Kind.SEQUENCE: ("#2A7E4F", 2.0, "12 5"),
    Kind.TOKENS: ("#B04D00", 2.2, "3 5"),
    Kind.VIDEO: ("#A8437C", 2.4, "17 5 3 5"),
    "": (FAINT, 1.4, "4 4"),
}
"""Colour, width and dashes of a wire by kind; empty where the shape is not known."""

UNUSED = (FAINT, 1.2, "")
"""The same for a wire to a layer that leads to no output."""


def svg(network: Network, title: str = "", checker: Checker | None = None) -> str:
    """The whole network as an SVG document, which is called ``title``; layers that lead to no output are grey.

    ``checker`` knows the network already, such as one inside a block with what arrives there; without one it is checked
    on its own.

    Raises
    ------
    NetloomError
        if there is nothing to draw.
    """
    if not len(network):
        raise NetloomError("There is nothing to draw: the network has no layers.")
    own = checker is None
    checker = checker or Checker(Document(network))
    boxes = {node.id: cards.box(node) for node in network}
    courses = {wire: wire_course(network, wire, boxes) for wire in network.connections}
    annotations = sorted(
        network.annotations.values(), key=lambda annotation: (annotation.kind is AnnotationKind.NOTE, annotation.id)
    )
    whole = [
        *boxes.values(),
        *(line.bounds() for line in courses.values()),
        *(annotation.area for annotation in annotations),
    ]
    left, top, width, height = _extent(whole)
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="system-ui, Segoe UI, DejaVu Sans, sans-serif">',
        f"<title>{escape(title) or f'Network of {len(network)} layers'}</title>",
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" fill="{GROUND}"/>',
        *(line for annotation in annotations for line in _annotation(annotation)),
        *(_wire(courses[wire], *_flow(checker, wire)) for wire in courses),
        *(line for node in network for line in _card(node, checker.layer_info(node.id), network.into(node.id))),
        "</svg>",
    ]
    if own:
        checker.close()
    return "\n".join(body) + "\n"


def wire_course(network: Network, wire: Connection, boxes: dict[str, cards.Box]) -> WirePath:
    """The course of a connection around the other cards, as it is on the canvas."""
    source, target = network.node(wire.source), network.node(wire.target)
    others = [cards.outline(box) for id_, box in boxes.items() if id_ not in (wire.source, wire.target)]
    own = cards.outline(boxes[wire.source]), cards.outline(boxes[wire.target])
    start = cards.output_place(source, wire.source_port)
    end = cards.input_place(target, wire.target_port)
    return course(start, end, others, own, (source.vertical, target.vertical))


def _extent(areas: Iterable[cards.Box]) -> cards.Box:
    boxes = list(areas)
    left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
    right = max(box[0] + box[2] for box in boxes) + MARGIN
    bottom = max(box[1] + box[3] for box in boxes) + MARGIN
    return left, top, right - left, bottom - top


def _annotation(annotation: Annotation) -> list[str]:
    x, y, width, height = annotation.area
    hue, note = list(FAMILIES.values())[annotation.hue % HUES], annotation.kind is AnnotationKind.NOTE
    look = f'rx="{4 if note else 10}" fill="{hue}" fill-opacity="{0.2 if note else 0.08}" stroke="{hue}"'
    box = f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {look}/>'
    letters = max(1, int((width - 20) / 6.5))
    lines = [line for text in annotation.text.splitlines() for line in wrap(text, letters) or [""]]
    if not note:
        return [box, _text(x + 12, y + 21, escape(annotation.text), size=14, weight=600)]
    return [box, *(_text(x + 10, y + 22 + 17 * row, escape(line)) for row, line in enumerate(lines))]


def _flow(checker: Checker, wire: Connection) -> tuple[Shape | None, bool]:
    """What flows along a wire, and whether nothing uses it."""
    return checker.layer_info(wire.source).outputs.get(wire.source_port), checker.layer_info(wire.target).dead


def _wire(line: WirePath, shape: Shape | None, dead: bool) -> str:
    color, width, dashes = UNUSED if dead else STROKES[shape.kind if shape else ""]
    curves = " ".join("C" + " ".join(f"{x:g},{y:g}" for x, y in curve) for curve in line.curves)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    path = f"M{line.start[0]:g},{line.start[1]:g} {curves}"
    return f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{width:g}"{dashed}/>'


def _card(node: Node, facts: LayerInfo, taken: Collection[str]) -> list[str]:
    """The card of a layer; ``taken`` are the inputs at which something arrives."""
    x, y, width, height = cards.box(node)
    hue, name = FAINT if facts.dead else FAMILIES[node.layer.family], escape(node.id)
    fill, ink = (GROUND, FAINT) if facts.dead else (RAISED, TEXT)
    strip = f"M{x:g},{y + cards.HEADER:g} v{RADIUS - cards.HEADER:g} a8,8 0 0 1 8,-8 h{width - 16:g} a8,8 0 0 1 8,8 "
    lines = [
        f'<g id="{name}" opacity="{MUTED:g}">' if node.muted else f'<g id="{name}">',
        *(_stack(x, y, width, height, hue) if isinstance(node.layer, Block) else ()),
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8" fill="{fill}" stroke="{BORDER}"/>',
        f'<path d="{strip}v{cards.HEADER - RADIUS:g} z" fill="{hue}" fill-opacity="0.16"/>',
        f'<rect x="{x + 12:g}" y="{y + 9:g}" width="10" height="10" rx="2" fill="{hue}"/>',
        _text(x + 30, y + 19, name, color=ink, size=13, weight=600),
    ]
    if 30 + 8 * len(node.id) + 6.5 * len(node.layer.title) < width - 12:
        lines.append(_text(x + width - 12, y + 18, escape(node.layer.title), color=FAINT, size=11, anchor="end"))
    return [*lines, *_texts(node, facts, ink), *_ports(node, facts, taken), "</g>"]


def _stack(x: float, y: float, width: float, height: float, hue: str) -> list[str]:
    """Edges of cards behind: a block holds more than one."""
    return [
        f'<rect x="{x + 3 + shift:g}" y="{y + 4 + shift:g}" width="{width - 4.5:g}" height="{height - 4.5:g}" rx="8" '
        f'fill="{RAISED}" stroke="{hue}" stroke-opacity="0.45"/>'
        for shift in (7.0, 3.5)
    ]


def _texts(node: Node, facts: LayerInfo, ink: str) -> list[str]:
    x, y = node.position
    rows, settled, _ = cards.measures(node.layer, node.vertical)
    baseline = y + cards.HEADER + cards.GAP + 14
    lines = []
    if rows:
        for row, port in enumerate(node.inputs if len(node.inputs) > 1 else ()):
            lines.append(_text(x + 14, baseline + row * cards.LINE, escape(port), color=FAINT, size=11))
        for row, port in enumerate(node.outputs if len(node.outputs) > 1 else ()):
            place = (x + cards.WIDTH - 14, baseline + row * cards.LINE)
            lines.append(_text(*place, escape(port), color=FAINT, size=11, anchor="end"))
        baseline += rows * cards.LINE
    if settled:
        lines.append(_text(x + 14, baseline, _fitted(node.layer.summary(), 24), color=ink))
        baseline += cards.LINE
    shapes = list(facts.outputs.values())
    result = str(shapes[0]) if shapes else "no shape yet"
    lines.append(_text(x + 14, baseline, result, color=FAINT))
    if facts.parameters:
        lines.append(_text(x + cards.WIDTH - 14, baseline, f"{facts.parameters:,}", color=FAINT, anchor="end"))
    return lines


def _ports(node: Node, facts: LayerInfo, taken: Collection[str]) -> list[str]:
    places = [(cards.input_place(node, port), facts.inputs.get(port), port in taken) for port in node.inputs]
    places += [(cards.output_place(node, port), facts.outputs.get(port), True) for port in node.outputs]
    return [_port(place, None if facts.dead else shape, filled=filled) for place, shape, filled in places]


def _port(place: Position, shape: Shape | None, *, filled: bool) -> str:
    """A port's disc in its kind's colour, grey without a shape, hollow where nothing arrives."""
    color = STROKES[shape.kind if shape else ""][0]
    fill, edge = (color, RAISED) if filled else (RAISED, color)
    return (
        f'<circle cx="{place[0]:g}" cy="{place[1]:g}" r="{cards.PORT_RADIUS:g}" fill="{fill}" '
        f'stroke="{edge}" stroke-width="1.5"/>'
    )


def escape(text: str) -> str:
    """Text as it may stand in XML, which has no way to hold most control characters: they become ``\ufffd``."""
    return saxutils.escape(NO_XML.sub("\ufffd", text))


def _text(
    x: float, y: float, text: str, *, color: str = TEXT, size: int = 12, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" '
        f'fill="{color}" text-anchor="{anchor}">{text}</text>'
    )


def _fitted(text: str, letters: int) -> str:
    """The text cut to so many letters, as there is no font here to measure it with."""
    return escape(text if len(text) <= letters else text[: letters - 1].rstrip() + "…")

"""Pieces of a web page that needs nothing besides itself: text, tables, charts as SVG, pictures as data."""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.data.dataset import Array
from app.protocol.events import PER_CENT
from app.system.number_format import format_percent

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.5rem; background: #fff; color: #1a2230;
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; line-height: 1.2; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid #bdc6d2; }
p { margin: .4rem 0; max-width: 46rem; }
.faint { color: #586577; }
table { border-collapse: collapse; margin: .5rem 0; font-size: .9rem; }
th, td { text-align: left; padding: .22rem .9rem .22rem 0; border-bottom: 1px solid #e3e8ee; vertical-align: top; }
th { color: #586577; font-weight: 600; }
td.n, th.n { text-align: right; }
tfoot td { font-weight: 600; border-bottom: 0; }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
.tile { border: 1px solid #bdc6d2; border-radius: 8px; padding: .5rem .9rem; min-width: 8rem; }
.tile b { display: block; font-size: 1.4rem; line-height: 1.3; font-weight: 600; }
.tile span { color: #586577; font-size: .85rem; }
.wide { overflow-x: auto; }
.drawing svg { width: 100%; height: auto; max-height: 34rem; border-radius: 8px; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; }
figcaption { color: #586577; font-size: .85rem; }
.confusion td, .confusion th { text-align: center; padding: .25rem .5rem; border: 1px solid #e3e8ee; }
.confusion th { font-weight: 500; }
.filters { display: flex; flex-wrap: wrap; gap: 6px; }
.filters img { width: 56px; height: 56px; image-rendering: pixelated; border: 1px solid #bdc6d2; }
pre { background: #f4f6f8; border-radius: 6px; padding: .7rem 1rem; overflow-x: auto; font-size: .85rem; }
.notes { background: #f4f6f8; border-radius: 8px; padding: .6rem 1rem; }
.notes h3 { font-size: 1rem; margin: .7rem 0 .2rem; }
.notes ul { margin: .2rem 0; padding-left: 1.2rem; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2 { break-after: avoid; }
  table, figure, .tiles, .filters, pre { break-inside: avoid; }
  .wide { overflow: visible; }
  .long { break-inside: auto; }
}
"""

COLOURS = ("#3368D0", "#B04D00", "#2A7E4F")
"""Colours of curves, in order."""

WIDE, HIGH = 440.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 12.0, 34.0
MOST_POINTS = 600
"""Points of a curve that are drawn, at most."""


def text(value: object) -> str:
    """``value`` as text of a page."""
    return html.escape(str(value))


def page(title: str, body: Iterable[str]) -> str:
    """A whole page."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def number(value: object) -> str:
    """A number as people read it; anything else as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else "–"
    if isinstance(value, list | tuple):
        return " × ".join(map(number, value))
    return text("–" if value is None else value)


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = (), foot: Sequence[object] = ()
) -> str:
    """A table; the columns named in ``numbers`` stand at the right."""
    classes = [' class="n"' if head in numbers else "" for head in heads]

    def line(cells: Sequence[object], tag: str) -> str:
        shown = (f"<{tag}{style}>{number(cell)}</{tag}>" for cell, style in zip(cells, classes, strict=True))
        return f"<tr>{''.join(shown)}</tr>"

    body = "".join(line(row, "td") for row in rows)
    end = f"<tfoot>{line(foot, 'td')}</tfoot>" if foot else ""
    head = f"<thead>{line(heads, 'th')}</thead>"
    return f'<div class="wide"><table class="long">{head}<tbody>{body}</tbody>{end}</table></div>'


def properties(values: Mapping[str, object]) -> str:
    """Names with values, one below the other."""
    rows = "".join(f"<tr><th>{text(name)}</th><td>{number(value)}</td></tr>" for name, value in values.items())
    return f"<table>{rows}</table>"


def tiles(values: Mapping[str, str]) -> str:
    """Few figures, large: what they are by name."""
    shown = "".join(
        f'<div class="tile"><b>{text(value)}</b><span>{text(name)}</span></div>' for name, value in values.items()
    )
    return f'<div class="tiles">{shown}</div>'


# Charts


def chart(title: str, curves: Mapping[str, Sequence[tuple[float, float]]], unit: str = "epoch") -> str:
    """Curves over the same axis as an SVG figure; points that are no numbers are left out."""
    kept = {name: _thinned([point for point in points if math.isfinite(point[1])]) for name, points in curves.items()}
    kept = {name: points for name, points in kept.items() if points}
    every = [point for points in kept.values() for point in points]
    if not every:
        return ""
    (x0, x1), (y0, y1) = _range([x for x, _ in every]), _range([y for _, y in every])
    lines = [*_grid((x0, x1), (y0, y1)), *_curves(kept, (x0, x1), (y0, y1))]
    lines.append(f'<text x="{WIDE - RIGHT:g}" y="{HIGH - 4:g}" text-anchor="end" fill="#586577">{text(unit)}</text>')
    names = " · ".join(
        f'<span style="color:{colour}">■</span> {text(name)}' for name, colour in zip(kept, COLOURS, strict=False)
    )
    return (
        f'<figure><svg viewBox="0 0 {WIDE:g} {HIGH:g}" width="{WIDE:g}" height="{HIGH:g}" font-size="11" role="img" '
        f'aria-label="{text(title)}">{"".join(lines)}</svg><figcaption>{text(title)}: {names}</figcaption></figure>'
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _grid(across: tuple[float, float], up: tuple[float, float]) -> list[str]:
    lines = []
    for y in ticks(*up):
        at = _y(y, up)
        lines.append(f'<path d="M{LEFT:g} {at:.1f}H{WIDE - RIGHT:g}" stroke="#e3e8ee"/>')
        lines.append(f'<text x="{LEFT - 6:g}" y="{at + 4:.1f}" text-anchor="end" fill="#586577">{y:g}</text>')
    below = '<text x="{:.1f}" y="{:g}" text-anchor="middle" fill="#586577">{:g}</text>'
    return [*lines, *(below.format(_x(x, across), HIGH - BOTTOM + 16, x) for x in ticks(*across))]


def _curves(
    curves: Mapping[str, Sequence[tuple[float, float]]], across: tuple[float, float], up: tuple[float, float]
) -> list[str]:
    drawn = []
    for points, colour in zip(curves.values(), COLOURS, strict=False):
        places = [(_x(x, across), _y(y, up)) for x, y in points]
        if len(places) == 1:
            drawn.append(f'<circle cx="{places[0][0]:.1f}" cy="{places[0][1]:.1f}" r="3" fill="{colour}"/>')
            continue
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        drawn.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
    return drawn


def _x(value: float, across: tuple[float, float]) -> float:
    return LEFT + (value - across[0]) / (across[1] - across[0]) * (WIDE - LEFT - RIGHT)


def _y(value: float, up: tuple[float, float]) -> float:
    return HIGH - BOTTOM - (value - up[0]) / (up[1] - up[0]) * (HIGH - TOP - BOTTOM)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from ``low`` to ``high``, about so many."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    first = math.ceil(low / step - 1e-9)
    return [round(count * step, 12) for count in range(first, math.floor(high / step + 1e-9) + 1)]


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    every = max(1, -(-len(points) // MOST_POINTS))
    return points if every == 1 else [*points[:-1:every], points[-1]]


# Pictures


def confusion(counts: Array, classes: Sequence[str]) -> str:
    """A confusion matrix: rows are true classes, columns predicted ones; darker is more, right predictions are blue."""
    most = counts.sum(1, keepdims=True).clip(1)
    heads = "".join(f"<th>{text(name)}</th>" for name in classes)
    rows = []
    for at, name in enumerate(classes):
        cells = []
        for other, count in enumerate(counts[at]):
            share = float(count / most[at, 0])
            hue = "51,104,208" if at == other else "176,77,0"
            dark = ";color:#fff" if share > 0.6 else ""
            cells.append(f'<td style="background:rgba({hue},{share:.2f}){dark}">{int(count):,}</td>')
        rows.append(f"<tr><th>{text(name)}</th>{''.join(cells)}</tr>")
    return (
        f'<div class="wide"><table class="confusion"><thead><tr><th>true \\ predicted</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def picture(values: Array, name: str) -> str:
    """Numbers (height, width) or colours (height, width, 3) as a PNG inside the page, from darkest to brightest."""
    from PIL import Image

    low, high = float(values.min()), float(values.max())
    scaled = (255 * (values - low) / (high - low or 1.0)).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(scaled).save(content, "PNG")
    data = base64.b64encode(content.getvalue()).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" alt="{text(name)}" title="{text(name)}">'


def prose(markdown: str) -> str:
    """Notes in Markdown, without HTML of their own; links are left as their words, pictures as what they are called."""
    tokens = _MARKDOWN.parse(markdown)
    for heading in (token for token in tokens if token.type.startswith("heading")):
        heading.tag = "h3"
    return f'<div class="notes">{_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})}</div>'


def _nothing(*_: object) -> str:
    return ""


def _called(_: object, tokens: Sequence[Token], at: int, *__: object) -> str:
    return text(tokens[at].content)


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
for _kind, _rule in (("link_open", _nothing), ("link_close", _nothing), ("image", _called)):
    _MARKDOWN.add_render_rule(_kind, _rule)


def pre(lines: Iterable[str]) -> str:
    """Lines to type."""
    return f"<pre>{text(chr(10).join(lines))}</pre>"


def shown(values: Mapping[str, Any]) -> dict[str, str]:
    """Metrics for tiles: shares of right predictions in per cent."""
    return {
        name.replace("_", " "): format_percent(value) if name in PER_CENT else number(value)
        for name, value in values.items()
    }

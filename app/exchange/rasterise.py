"""An SVG drawing of Netloom's as a PNG picture, drawn with Pillow: no screen and no browser is needed.

Only what `graph.drawing.svg` writes is understood: rectangles, circles, texts, and paths of lines, arcs and cubic
curves.
"""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SCALE = 2.0
"""Pixels of the picture for one of the drawing, unless the picture would become too large."""

FINER = 2
"""The picture is drawn so many times larger and then reduced, which smooths all edges."""

PIXELS = 64e6
"""Most pixels that are drawn, before the reduction."""

CURVE_STEPS = 24

FACES = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "arial.ttf", "Arial Unicode.ttf")
"""Faces that are tried for letters that Pillow's built-in face, which has only plain Latin ones, lacks."""

PLAIN = str.maketrans({"×": "x", "…": "..."})
Point = tuple[float, float]
Colour = tuple[int, int, int, int]


def png(svg: str) -> bytes:
    """The picture of an SVG document as the content of a PNG file."""
    from PIL import Image

    root = ElementTree.fromstring(svg)
    left, top, width, height = (float(part) for part in root.attrib["viewBox"].split())
    scale = min(SCALE * FINER, math.sqrt(PIXELS / (width * height)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = _Picture(Image.new("RGB", size, "white"), (left, top), scale)
    for element in root.iter():
        picture.draw(element)
    final = max(1, size[0] // FINER), max(1, size[1] // FINER)
    content = io.BytesIO()
    picture.image.resize(final, Image.Resampling.BOX).save(content, "PNG", optimize=True)
    return content.getvalue()


class _Picture:
    """Draws elements; positions are in the drawing's own units."""

    def __init__(self, image: Image.Image, origin: Point, scale: float) -> None:
        from PIL import ImageDraw

        self.image = image
        self._origin = origin
        self._scale = scale
        self._draw: ImageDraw.ImageDraw = ImageDraw.Draw(image, "RGBA")
        self._fonts: dict[tuple[float, bool], Font] = {}

    def draw(self, element: ElementTree.Element) -> None:
        """Draw one element; groups and titles have nothing of their own to draw."""
        name = element.tag.rpartition("}")[2]
        drawers = {"rect": self._rect, "circle": self._circle, "text": self._text, "path": self._path}
        if name in drawers:
            drawers[name](element.attrib, element.text or "")

    def _rect(self, at: dict[str, str], text: str) -> None:
        x, y, width, height = (float(at[name]) for name in ("x", "y", "width", "height"))
        corners = [self._place((x, y)), self._place((x + width, y + height))]
        stroke = _colour(at.get("stroke"))
        line = max(1, round(float(at.get("stroke-width", "1")) * self._scale))
        self._draw.rounded_rectangle(
            corners, float(at.get("rx", "0")) * self._scale, _colour(at.get("fill")), stroke, line if stroke else 0
        )

    def _circle(self, at: dict[str, str], text: str) -> None:
        x, y, radius = (float(at[name]) for name in ("cx", "cy", "r"))
        rim = float(at.get("stroke-width", "0"))
        for size, colour in ((radius + rim / 2, at.get("stroke")), (radius - rim / 2, at.get("fill"))):
            if colour:
                self._draw.ellipse(
                    [self._place((x - size, y - size)), self._place((x + size, y + size))], _colour(colour)
                )

    def _text(self, at: dict[str, str], text: str) -> None:
        size = float(at["font-size"]) * self._scale
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[at.get("text-anchor", "start")]
        # The built-in face has one weight; a thin outline makes it bold.
        bold = size / 40 if int(at.get("font-weight", "400")) >= 600 else 0
        x, y = self._place((float(at["x"]), float(at["y"])))
        colour = _colour(at["fill"])
        text = text.translate(PLAIN)
        font = self._font(size, text.isascii())
        self._draw.text((x, y), text, colour, font, anchor, stroke_width=bold, stroke_fill=colour)

    def _path(self, at: dict[str, str], text: str) -> None:
        points = [self._place(point) for point in _points(at["d"])]
        fill = _colour(at.get("fill"), float(at.get("fill-opacity", "1")))
        if fill:
            self._draw.polygon(points, fill)
        if "stroke" in at:
            width = max(1, round(float(at.get("stroke-width", "1")) * self._scale))
            dashes = [float(part) * self._scale for part in at.get("stroke-dasharray", "").split()]
            for piece in _dashed(points, dashes) if dashes else [points]:
                self._draw.line(piece, _colour(at["stroke"]), width, joint="curve")

    def _place(self, point: Point) -> Point:
        return (point[0] - self._origin[0]) * self._scale, (point[1] - self._origin[1]) * self._scale

    def _font(self, size: float, plain: bool) -> Font:
        if (size, plain) not in self._fonts:
            self._fonts[size, plain] = _face(size, plain)
        return self._fonts[size, plain]


def _face(size: float, plain: bool) -> Font:
    """Pillow's own face for plain Latin letters; for others one that this machine has, if it has any."""
    from PIL import ImageFont

    for name in () if plain else FACES:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _colour(text: str | None, opacity: float = 1.0) -> Colour | None:
    if text is None or text == "none":
        return None
    red, green, blue = (int(text[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue, round(255 * opacity)


def _points(path: str) -> list[Point]:
    """The course of a path as points: M and C absolute; v, h, a (quarter circles) and z relative."""
    points: list[Point] = []
    for command, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(part) for part in re.findall(r"-?[\d.]+(?:e-?\d+)?", rest)]
        x, y = points[-1] if points else (0.0, 0.0)
        match command:
            case "M":
                points.append((numbers[0], numbers[1]))
            case "C":
                points += _curve((x, y), numbers)
            case "v":
                points.append((x, y + numbers[0]))
            case "h":
                points.append((x + numbers[0], y))
            case "a":
                points += _quarter((x, y), numbers[-2], numbers[-1])
            case _:
                points.append(points[0])
    return points


def _curve(start: Point, numbers: list[float]) -> Iterator[Point]:
    """Points of a cubic Bézier curve after its start."""
    handles = [start, *zip(numbers[::2], numbers[1::2], strict=True)]
    for step in range(1, CURVE_STEPS + 1):
        t = step / CURVE_STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (sum(w * handle[axis] for w, handle in zip(weights, handles, strict=True)) for axis in (0, 1))
        yield x, y


def _quarter(start: Point, dx: float, dy: float) -> Iterator[Point]:
    """Points of a quarter circle, clockwise, to ``(dx, dy)`` from its start."""
    for step in range(1, CURVE_STEPS // 3 + 1):
        angle = math.pi / 2 * step / (CURVE_STEPS // 3)
        along, across = math.sin(angle), 1 - math.cos(angle)
        if dx * dy < 0:
            along, across = across, along
        yield start[0] + dx * along, start[1] + dy * across


def _dashed(points: list[Point], dashes: list[float]) -> list[list[Point]]:
    """The pieces of a line that are drawn where it is dashed."""
    pieces: list[list[Point]] = []
    index, left = 0, dashes[0]
    piece = [points[0]]
    for start, end in itertools.pairwise(points):
        length, done = math.dist(start, end), 0.0
        while length - done > left:
            done += left
            share = done / length
            cut = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            if index % 2 == 0:
                pieces.append([*piece, cut])
            piece, index = [cut], index + 1
            left = dashes[index % len(dashes)]
        left -= length - done
        piece.append(end)
    return [*pieces, piece] if index % 2 == 0 else pieces

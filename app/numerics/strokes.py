"""Drawings of a pen as tokens, one for each step on a grid: which steps there are, and the lines that they draw.

A step is written by how far it goes right or left and up or down: ``r2u1`` is (2, 1), ``l1`` is (-1, 0). Behind a ``p``
the pen is lifted: ``pr2`` moves it two to the right and draws nothing. So (dx, dy, pen up) is one of a few classes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

FARTHEST = 2
"""How far a step goes across, and up or down, at most."""
STEP = re.compile(rf"(p?)(?=[rlud])(?:([rl])([1-{FARTHEST}]))?(?:([ud])([1-{FARTHEST}]))?")

Point = tuple[int, int]


@dataclass(frozen=True)
class Segment:
    """A straight step of the pen from one point of the grid to another, y upwards; ``token`` is its place."""

    start: Point
    end: Point
    drawn: bool
    token: int


def step_token(dx: int, dy: int, *, drawn: bool) -> str:
    """The token of a step.

    Raises
    ------
    ValueError
        if it goes nowhere or too far.
    """
    if not 0 < max(abs(dx), abs(dy)) <= FARTHEST:
        raise ValueError(f"a step goes 1 to {FARTHEST} far, not ({dx}, {dy})")
    across = f"{'r' if dx > 0 else 'l'}{abs(dx)}" if dx else ""
    along = f"{'u' if dy > 0 else 'd'}{abs(dy)}" if dy else ""
    return f"{'' if drawn else 'p'}{across}{along}"


def step_of(token: str) -> tuple[int, int, bool] | None:
    """How far a token moves the pen, and whether it draws; None where it is no step."""
    found = STEP.fullmatch(token)
    if found is None:
        return None
    lifted, side, across, way, along = found.groups()
    dx = int(across or 0) * (-1 if side == "l" else 1)
    dy = int(along or 0) * (-1 if way == "d" else 1)
    return dx, dy, not lifted


ALL_STEPS = tuple(
    step_token(dx, dy, drawn=drawn)
    for drawn in (True, False)
    for dx in range(-FARTHEST, FARTHEST + 1)
    for dy in range(-FARTHEST, FARTHEST + 1)
    if dx or dy
)
"""Every step there is: the classes of which the next one is predicted."""


def is_drawing(tokens: Sequence[str]) -> bool:
    """Whether tokens are steps of a pen, beside what stands for no step in brackets."""
    own = [token for token in tokens if not (token.startswith("(") and token.endswith(")"))]
    return bool(own) and all(step_of(token) is not None for token in own)


def segments(tokens: Sequence[str]) -> tuple[Segment, ...]:
    """The steps of a drawing that begins at (0, 0); what is no step is passed over."""
    found: list[Segment] = []
    here = (0, 0)
    for place, token in enumerate(tokens):
        step = step_of(token)
        if step is None:
            continue
        there = here[0] + step[0], here[1] + step[1]
        found.append(Segment(here, there, step[2], place))
        here = there
    return tuple(found)


def tokens_of(lines: Sequence[Sequence[Point]]) -> list[str]:
    """Lines through points of the grid, drawn one after another, as tokens; the first begins at its first point."""
    found: list[str] = []
    here = lines[0][0]
    for line in lines:
        for number, point in enumerate(line):
            found += _towards(here, point, drawn=number > 0)
            here = point
    return found


def _towards(start: Point, end: Point, *, drawn: bool) -> list[str]:
    """As many steps as it takes to get straight from one point to another, as even as the grid allows."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    count = -(-max(abs(dx), abs(dy)) // FARTHEST)
    xs = [round(dx * number / count) for number in range(count + 1)] if count else [0]
    ys = [round(dy * number / count) for number in range(count + 1)] if count else [0]
    return [
        step_token(xs[number + 1] - xs[number], ys[number + 1] - ys[number], drawn=drawn) for number in range(count)
    ]

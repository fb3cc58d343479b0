"""The subcommand `find-rate`: the learning-rate finder, with its curve as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.file_argument import File, open_source
from app.cli.printing import Json, print_json, print_line, print_table
from app.cli.run_verbs import Device, with_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.protocol.rate_messages import RateCurve

PER_DECADE = 2
"""Rows of the table for each power of ten."""


def find_rate(
    file: File,
    steps: Annotated[int, typer.Option(min=50, max=5000, help="Training steps, each with a larger rate.")] = 200,
    device: Device = None,
    json: Json = False,
) -> None:
    """Find a learning rate: train for a few hundred steps while it grows, and tell where the loss falls fastest.

    Nothing is written, and the project is not changed. The steps are those that a training of the project begins with,
    so the same project gives the same curve.
    """
    from app.system.progress import done
    from app.training.plan import Plan
    from app.training.rate_finder import rate_steps

    source = open_source(file)
    project = with_plan(source.project, {} if device is None else {"device": device})
    now = Plan.of(project).learning_rate
    curve = done("learning rate", lambda: rate_steps(project, source.base, steps))
    if json:
        print_json(curve.to_json() | {"learning_rate": now})
        return
    print_table(("learning rate", "training loss"), _rows(curve), ("learning rate", "training loss"))
    print_line(curve.words)
    print_line(f"The project has {now:g}.")


def _rows(curve: RateCurve) -> Iterator[tuple[str, float]]:
    """A few points of the smoothed curve, evenly spaced along the axis of powers of ten."""
    import numpy as np

    powers = np.log10(curve.rates) * PER_DECADE
    for at in range(round(powers[0]), int(powers[-1]) + 1) if len(powers) else ():
        nearest = int(np.abs(powers - at).argmin())
        yield f"{float(f'{10 ** (at / PER_DECADE):.0e}'):g}", float(curve.smoothed[nearest])

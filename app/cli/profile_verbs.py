"""The subcommand `profile`: how long each layer takes in a training step, and what it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.file_argument import File, open_source
from app.cli.printing import Json, print_json, print_line, print_table
from app.cli.run_verbs import Device, with_plan

if TYPE_CHECKING:
    from app.training.layer_profile import LayerTime


def profile(
    file: File,
    repetitions: Annotated[int, typer.Option(min=1, max=1000, help="Times that each layer is measured.")] = 9,
    device: Device = None,
    json: Json = False,
) -> None:
    """Measure each layer of a network in a training step: seconds forward and backward, and memory kept in between.

    Layers are run one by one on the first batch of the data; medians are told. Nothing is written. Call it while
    nothing else is at work.
    """
    from app.system.number_format import duration, format_percent, scaled
    from app.system.progress import done
    from app.training.layer_profile import profile_steps

    source = open_source(file)
    project = with_plan(source.project, {} if device is None else {"device": device})
    found = done("profile", lambda: profile_steps(project, source.base, repetitions))
    if json:
        print_json(found.to_json())
        return
    together = sum(layer.seconds for layer in found.layers)

    def row(layer: LayerTime) -> tuple[str, ...]:
        share = format_percent(layer.seconds / together) if together else ""
        times = (f"{1e6 * each:,.0f} µs" for each in (layer.forward, layer.backward))
        return layer.id, layer.kind, *times, share, scaled(layer.kept, "B")

    numbers = ("forward", "backward", "share", "kept")
    print_table(("layer", "kind", *numbers), map(row, found.layers), numbers)
    print_line(
        f"A training step of {found.batch:,} samples takes {duration(found.step)} on {found.device} with its "
        f"optimiser, the layers one by one {duration(together)}; {scaled(found.kept, 'B')} are kept for the backward "
        "pass."
    )

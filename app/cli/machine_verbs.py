"""The subcommands about this machine: `calibrate`, how fast it trains, and `desktop`, Netloom among its programs."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.printing import Json, print_result


def calibrate(json: Json = False) -> None:
    """Measure in a few seconds how fast this machine trains, so that the time of an epoch is told before a training.

    What was measured is kept in Netloom's home folder, and used by `check` and by the window. It counts until the
    processor, its cores or the version of PyTorch change. Call it while nothing else is at work.
    """
    from app.training.calibration import place, to_json
    from app.training.speed_probes import calibrate as measure

    found = measure()
    value = to_json(found) | {"file": str(place())}
    cores = f", {found.speedup:.1f} times as fast with all cores" if found.speedup > 1 else ""
    print_result(
        json,
        value,
        f"Measured: a step takes {1e6 * found.step:,.0f} µs beside the layers{cores}. It is kept in {place()}.",
    )


def desktop(
    install: Annotated[bool, typer.Option("--install", help="Add Netloom, and open projects with it.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take all of that away again.")] = False,
    json: Json = False,
) -> None:
    """Put Netloom among the programs of a Linux desktop: a desktop entry, icons, and the file type of projects.

    All of it is the user's own, below XDG_DATA_HOME, and starts the Netloom that wrote it.
    """
    if install == remove:
        raise typer.BadParameter("Give either --install or --remove.")
    from app.system import desktop_entry

    change = desktop_entry.install() if install else desktop_entry.remove()
    files = [str(path) for path in change.files]
    done = "Netloom is among the programs of your desktop, and a double click on a .netloom file opens it."
    undone = "Netloom is no longer among the programs of your desktop." if files else "There was nothing to remove."
    print_result(
        json,
        {"installed": install, "files": files, "notes": list(change.notes)},
        done if install else undone,
        *change.notes,
    )

"""The subcommand `calibrate`: how fast this machine trains, measured once for all predictions."""

from __future__ import annotations

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

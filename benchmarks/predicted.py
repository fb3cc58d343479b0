"""What is told of a training before it runs against what it takes, over the presets that ship.

    python -m benchmarks.predicted [--minutes 1] [--presets digits_mlp,lenet]

Each preset whose training takes at most so many ``--minutes`` is trained for five epochs in a process of its own, with
one thread. Time is that of the processor for the fastest of them, so that other programs on the machine count as little
as they can. Memory is the largest resident size beside that of the same process before, when it had trained a small
network and calculated with each kind of layer once, so that all libraries were there. The machine is measured first,
unless it was.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.project.presets import preset, presets
from app.system import own_command
from app.training.calibration import known_calibration

ROOT = Path(__file__).resolve().parent.parent
EPOCHS = 5
LIMIT_S = 600
GOALS = {"time": (0.15, 0.40), "memory": (0.15, 0.40)}
"""Errors that the median and the 90th percentile should not exceed."""
WORST = 6


@dataclass(frozen=True)
class Trial:
    """What was told of a preset and what it took: seconds of an epoch, and bytes; None where nothing was told."""

    name: str
    told: dict[str, Any]
    took: dict[str, Any]

    def error(self, of: str) -> float | None:
        """How far off it was, as a share of the truth."""
        told, took = self.told.get(of), self.took.get(of)
        return None if not told or not took else told / took - 1


def main() -> None:
    """Print the errors of all presets that are fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--presets", default="")
    parser.add_argument("--one", default="")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(_train(given.one)))
        return
    if known_calibration() is None:
        subprocess.run(own_command.netloom_command("calibrate"), cwd=ROOT, check=True)
    names = given.presets.split(",") if given.presets else _fast(given.minutes)
    trials = [trial for name in names if (trial := _tried(name)) is not None]
    for of, key in (("time", "seconds_per_epoch"), ("memory", "memory")):
        _tell(of, key, trials)


def _fast(minutes: float) -> list[str]:
    """Presets whose training takes at most so long."""
    return [each.id for each in presets() if each.minutes <= minutes]


def _tried(name: str) -> Trial | None:
    """A preset, trained in a process of its own; None where that failed or lasted too long, which is told."""
    command = [sys.executable, "-m", "benchmarks.predicted", "--one", name]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"predicted: {name} left out ({type(error).__name__})", file=sys.stderr, flush=True)
        return None
    found = json.loads(done.stdout.splitlines()[-1])
    trial = Trial(name, found["told"], found["took"])
    errors = (f"{of} {trial.error(of):+.0%}" for of in ("seconds_per_epoch", "memory") if trial.error(of) is not None)
    print(f"predicted {name}: {', '.join(errors)}", flush=True)
    return trial


def _tell(of: str, key: str, trials: list[Trial]) -> None:
    """Print median and 90th percentile of the errors, and which presets are furthest off."""
    errors = {trial.name: error for trial in trials if (error := trial.error(key)) is not None}
    if len(errors) < 2:
        return
    sizes = sorted(abs(error) for error in errors.values())
    median, most = statistics.median(sizes), statistics.quantiles(sizes, n=10, method="inclusive")[-1]
    goal = " and ".join(f"{share:.0%}" for share in GOALS[of])
    print(
        f"predicted {of}: {median:.0%} median error, {most:.0%} at the 90th percentile "
        f"({len(sizes)} presets; goals {goal})"
    )
    worst = sorted(errors.items(), key=lambda pair: -abs(pair[1]))[:WORST]
    print(f"predicted {of}: furthest off: {', '.join(f'{name} {error:+.0%}' for name, error in worst)}")


# In a process of its own


def _train(name: str) -> dict[str, Any]:
    """Train a preset for a few epochs; what was told of it, and what it took."""
    from app.protocol.events import Epoch
    from app.system.memory_budget import taken
    from app.training.malloc import hand_back
    from app.training.predicted_cost import KEY
    from app.training.trainer import train
    from app.training.training_session import begin

    project = preset(name).project
    plan = project.sections.get("plan") or {}
    assert isinstance(plan, dict)
    changed = replace(project, sections={**project.sections, "plan": {**plan, "epochs": EPOCHS, "threads": 1}})
    with tempfile.TemporaryDirectory(prefix="netloom-benchmark-") as folder:
        _warm_up(project, Path(folder))
        gc.collect()
        hand_back()
        _forget_peak()
        before = taken()
        session = begin(changed, out=Path(folder) / "run")
        times, begun = [], time.process_time()
        for event in train(session):
            if isinstance(event, Epoch):
                times.append(time.process_time() - begun)
                begun = time.process_time()
        told = session.run.environment[KEY]
    return {"told": told, "took": {"seconds_per_epoch": min(times), "memory": _peak() - before}}


def _warm_up(project: Any, folder: Path) -> None:
    """Train a small network once and load the data once, so that all libraries are there."""
    from app.data.prepare import prepare
    from app.training.speed_probes import drawn, probes, small_project, step_of
    from app.training.trainable import data_of
    from app.training.trainer import train
    from app.training.training_session import begin

    for _ in train(begin(small_project(100), out=folder / "first")):
        pass
    for probe in {probe.curve: probe for probe in probes()}.values():
        step_of(drawn(probe.shape, probe.more), probe.shape, 2)()
    prepare(data_of(project))


def _forget_peak() -> None:
    """Have Linux begin anew with the largest resident size."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _peak() -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


if __name__ == "__main__":
    main()

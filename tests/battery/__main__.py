"""The battery: ``python -m tests.battery --minutes 480`` holds every promise to as many cases as there is time for."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.battery import rounds
from tests.battery.promise import names, promise
from tests.battery.supervisor import Battery, Outcome


def line(outcome: Outcome) -> str:
    """One promise in the table."""
    verdict = "broken" if outcome.broken else "holds"
    return f"{outcome.name:34} {outcome.done:>10,} of {outcome.target:>10,} {outcome.seconds:>9,.0f} s  {verdict}"


def summary(outcomes: Sequence[Outcome]) -> str:
    """The battery's last line."""
    cases, broken = sum(one.done for one in outcomes), sum(one.broken for one in outcomes)
    return f"battery: {len(outcomes)} promises, {cases:,} cases, {broken} broken"


def say_faults(outcomes: Sequence[Outcome], seed: int) -> None:
    """What broke, and how to see it again."""
    for outcome in outcomes:
        for fault in outcome.faults:
            print(f"\n{outcome.name}: {fault}")
        if outcome.broken:
            print(f"again: python -m tests.battery.one_promise {outcome.name} --seed {seed} --only-round N")


def main() -> int:
    """Play the battery, and say how it went."""
    parser = argparse.ArgumentParser(prog="python -m tests.battery", description=__doc__)
    parser.add_argument("--minutes", type=float, default=8.0, help="how long; numbers of cases grow with it")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins")
    parser.add_argument("--only", nargs="+", metavar="PROMISE", help="these alone")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many promises at a time")
    parser.add_argument("--folder", type=Path, help="where it is written down (.battery/COMMIT-SEED)")
    parser.add_argument("--fresh", action="store_true", help="forget what an earlier, stopped run of this seed did")
    parser.add_argument("--list", action="store_true", help="say what is promised, and stop")
    wanted = parser.parse_args()
    unknown = sorted(set(wanted.only or ()) - set(names()))
    if unknown:
        parser.error(f"there is no promise {', '.join(unknown)}; there are {', '.join(names())}")
    promises = {name: promise(name) for name in wanted.only or names()}
    if wanted.list:
        print("\n".join(f"{name:34} {promised.words}" for name, promised in promises.items()))
        return 0
    folder = wanted.folder or rounds.usual_folder(wanted.seed)
    if wanted.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"seed {wanted.seed}, {wanted.minutes:g} minutes, {wanted.processes} processes, written to {folder}")
    battery = Battery(promises, wanted.minutes, wanted.seed, folder, wanted.processes)
    outcomes = battery.play(lambda outcome: print(line(outcome), flush=True))
    say_faults(outcomes, wanted.seed)
    print(f"\n{summary(outcomes)}")
    return int(any(outcome.broken for outcome in outcomes) or not outcomes)


if __name__ == "__main__":
    sys.exit(main())

"""What benchmarks share: figures as ratios from one run, and rounds in alternating order."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping


def alternate(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Run every contender ``rounds`` times, each round in the opposite order of the one before."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        names = list(contenders) if number % 2 == 0 else list(contenders)[::-1]
        for name in names:
            found[name].append(contenders[name]())
    return found


def say(name: str, ratio: float, what: str) -> None:
    """Print one figure: ``NAME: 1.42x (what against what)``."""
    print(f"{name}: {ratio:.2f}x ({what})", flush=True)


def median_ratio(first: list[float], second: list[float]) -> float:
    """Median over the rounds of first / second: what disturbs a round disturbs both."""
    return statistics.median(one / other for one, other in zip(first, second, strict=True))

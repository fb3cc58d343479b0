"""Synthetic run-to-failure data: a fleet of machines with sensors that wear out."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Array, Dataset, DatasetInfo
from app.data.readers.life_windows import WindowCut, lives_dataset, lives_info
from app.data.sources.source import Source
from graph.layers.settings import setting

SENSORS: tuple[tuple[str, str, float, float], ...] = (
    ("temperature", "°C", 90.0, 25.0),
    ("vibration", "mm/s", 2.0, 4.0),
    ("pressure", "bar", 12.0, -2.5),
    ("speed", "rpm", 3000.0, -120.0),
    ("current", "A", 14.0, 3.0),
    ("oil debris", "ppm", 5.0, 40.0),
    ("flow", "l/min", 60.0, -8.0),
    ("ambient", "°C", 20.0, 0.0),
)
"""Name, unit, value when new, and change by the time of failure. The last says nothing about wear."""
STAY = 3
"""Cycles for which a machine stays in a condition, where there are several."""


class Fleet(Source):
    """A fleet of machines that ran until they failed: how many cycles has each left, by what its sensors show?

    Wear begins slowly and ends fast, every machine wears at its own pace, and the load changes what sensors show.
    Windows of one machine always stay in one part, so that the test is on machines never seen. With several operating
    conditions no sum of sensors tells of wear any more: what a value means depends on the condition.
    """

    kind: ClassVar[str] = "fleet"
    title: ClassVar[str] = "Machines run to failure"
    rank: ClassVar[int] = 150

    machines: int = setting(40, "Number of machines", minimum=5, maximum=1000, unit="machines")
    shortest: int = setting(100, "Shortest life", minimum=20, maximum=5000, unit="cycles")
    longest: int = setting(250, "Longest life", minimum=20, maximum=5000, unit="cycles")
    window: int = setting(30, "How many cycles the network sees", minimum=1, maximum=1000, unit="cycles")
    stride: int = setting(2, "Cycles from one window to the next", minimum=1, maximum=1000, unit="cycles")
    cap: int = setting(125, "Longest remaining life that is asked for", minimum=1, maximum=5000, unit="cycles")
    noise: float = setting(0.05, "Noise of the sensors, as a share of their change", minimum=0, maximum=5)
    layout: Literal["sequence", "picture"] = setting(
        "sequence",
        "Windows as a sequence of sensor values, or as a picture of cycles × sensors, where all sensors are "
        "standardised together: those with small numbers hardly show",
    )
    seed: int = setting(0, "Another number gives other machines", minimum=0, maximum=2**31 - 1)
    conditions: int = setting(
        1,
        "Operating conditions between which machines change; where there are several, each has its own level of every "
        "sensor and shows wear in its own way",
        minimum=1,
        maximum=20,
        unit="conditions",
    )

    def info(self, base: Path | None = None) -> DatasetInfo:
        """Facts of the windows; only the lives of the machines are drawn for them."""
        names, units = tuple(sensor[0] for sensor in SENSORS), tuple(sensor[1] for sensor in SENSORS)
        named = (self.kind, self.title, self.summary())
        return lives_info(named, self._cut(), self._lives(), names, units)

    def load(self, base: Path | None = None) -> Dataset:
        """The windows, and the life that was left at the end of each."""
        rng = np.random.default_rng([self.seed, 1])
        records = [self._record(rng, life) for life in self._lives()]
        return lives_dataset(self.info(), self._cut(), records)

    def _cut(self) -> WindowCut:
        return WindowCut(self.window, self.stride, self.cap, self.layout == "picture")

    def _lives(self) -> list[int]:
        rng = np.random.default_rng([self.seed, 0])
        low = min(self.shortest, self.longest)
        return [int(life) for life in rng.integers(low, self.longest + 1, self.machines)]

    def _record(self, rng: np.random.Generator, life: int) -> Array:
        """What the sensors of one machine showed, (life, sensors)."""
        fresh, change = np.array([sensor[2] for sensor in SENSORS]), np.array([sensor[3] for sensor in SENSORS])
        worn = ((np.arange(life) + 1) / life) ** rng.uniform(2.0, 4.0)
        load = np.repeat(rng.uniform(-1.0, 1.0, life // 10 + 1), 10)[:life]
        size = np.maximum(np.abs(change), 0.05 * np.abs(fresh))
        own = rng.normal(0.0, 0.05, len(SENSORS)) * size
        level, strength = self._by_condition(rng, life, size)
        shown = fresh + own + level + worn[:, None] * strength * change + 0.1 * load[:, None] * size
        return np.asarray(shown + rng.normal(0.0, 1.0, shown.shape) * self.noise * size)

    def _by_condition(self, rng: np.random.Generator, life: int, size: Array) -> tuple[Array, Array]:
        """What the operating condition adds to each sensor in each cycle, and how strongly wear shows, (life, sensors).

        All machines have the same conditions. With a single one nothing is drawn: older projects keep their data.
        """
        if self.conditions == 1:
            return np.zeros((1, len(SENSORS))), np.ones((1, len(SENSORS)))
        now = np.repeat(rng.integers(0, self.conditions, life // STAY + 1), STAY)[:life]
        shared, shape = np.random.default_rng([self.seed, 2]), (self.conditions, len(SENSORS))
        level, strength = shared.normal(0.0, 1.0, shape) * size, shared.uniform(-1.0, 1.0, shape)
        return level[now], strength[now]

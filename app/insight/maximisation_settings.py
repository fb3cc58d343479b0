"""How the input that excites a unit most is sought; free of torch, for the window asks for it in a form."""

from __future__ import annotations

from typing import ClassVar

from graph.layers.declared import Declared
from graph.layers.settings import setting

MOST_UNITS = 64
"""Units whose exciting inputs are sought together, at most."""


class Recipe(Declared):
    """Climbing from noise to the input that excites a unit most, and what keeps that input from being noise itself."""

    title: ClassVar[str] = "Exciting input"

    steps: int = setting(160, "How often the input is changed a little", minimum=1, maximum=5000)
    decay: float = setting(
        0.2, "Pull of every value towards the mean of the data (L2)", minimum=0, maximum=5, label="pull to the mean"
    )
    smooth: float = setting(
        0.2, "Pull of every value towards its neighbours (variation)", minimum=0, maximum=2, label="smoothness"
    )
    jitter: int = setting(
        0,
        "Shift the input at random before each step by up to so many places; not where one place of a map is excited",
        minimum=0,
        maximum=32,
    )
    blur: float = setting(0.0, "Blur every 8 steps, standard deviation in places", minimum=0, maximum=5, label="blur")
    within: bool = setting(True, "Keep every value within the range of the data", label="within the data")
    whole: bool = setting(False, "Excite a whole map instead of the place in its middle", label="whole map")
    seed: int = setting(0, "Decides the noise at the beginning, and the shifts", minimum=0, maximum=2**31 - 1)

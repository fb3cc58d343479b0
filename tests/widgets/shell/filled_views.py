"""Views of Understand with something to see in each, as replies of the worker would fill them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from app.protocol.recurrent_messages import Attention, RecurrentGradients, RecurrentStates
from app.protocol.recurrent_values import AttentionWeights, GradientsOverTime, RecurrentLayer, StatesOverTime
from widgets.charts.attribution_tiles import Heat
from widgets.understand.filters_tab import FiltersTab
from widgets.understand.length_tab import LengthTab
from widgets.understand.maps_tab import MapsTab
from widgets.understand.recurrent.attention_tab import AttentionTab
from widgets.understand.recurrent.gates_tab import GatesTab
from widgets.understand.recurrent.gradients_tab import GradientsTab
from widgets.understand.recurrent.recurrent_tab import SampledTab
from widgets.understand.recurrent.unrolled_tab import UnrolledTab
from widgets.understand.sample_picker import SamplePicker
from widgets.understand.surface_tab import SurfaceTab
from widgets.understand.understand_tab import Tab
from widgets.understand.weights_tab import WeightsTab
from widgets.understand.why_tab import WhyTab

STEPS, UNITS = 48, 16
LAYER = RecurrentLayer(path="lstm1", cell="lstm", level=0, levels=1, directions=1, backward=False)
NUMBERS = np.random.default_rng(7)


def fill(tab: Tab) -> None:
    """Give a view data, unless it needs more than its charts."""
    if isinstance(tab, SampledTab | MapsTab | WhyTab):
        _fill_samples(tab.gallery)
    if type(tab) in FILLS:
        FILLS[type(tab)](tab)


def _fill_samples(gallery: SamplePicker) -> None:
    places = list(range(1480, 1500))
    labels = [str(place % 10) for place in places]
    gallery.set_samples(NUMBERS.random((20, 1, 8, 8)), labels, [""] * 20, positions=places)


def _states() -> StatesOverTime:
    gates = {name: NUMBERS.random((STEPS, UNITS)).astype(np.float32) for name in ("forget", "input", "output")}
    states = {name: NUMBERS.normal(size=(STEPS, UNITS)).astype(np.float32) for name in ("candidate", "cell", "hidden")}
    load = (900 * NUMBERS.random((STEPS, 1))).astype(np.float32)
    return StatesOverTime(
        layer=LAYER, loss=0.1, arriving=load, values={**gates, **states},
        gradients={name: states[name] for name in ("cell", "hidden")},
        input=load, input_names=("load",), input_units=("MW",), prediction="642.1 MW", label="655.9 MW",
    )  # fmt: skip


def _gradients() -> GradientsOverTime:
    norms = {name: np.geomspace(1e-6, 1, STEPS) for name in ("hidden", "cell")}
    return GradientsOverTime(
        layer=LAYER, norms=norms, samples=64, loss=0.11, total_norm=1.5, clip=1.0, clipped_norm=1.0
    )  # fmt: skip


def _fill_reasons(tab: WhyTab) -> None:
    tab.tiles.set_sample(NUMBERS.random((1, 8, 8)), np.zeros((1, 8, 8)))
    ways = {
        "Saliency": "slope of the score",
        "Gradient × input": "× (input − mean)",
        "Integrated gradients": "adds up to 3.75",
        "Occlusion": "fall of the score",
        "Grad-CAM": "maps of conv1",
    }
    tab.tiles.set_heats({name: Heat(name, NUMBERS.normal(size=(8, 8)), True, note) for name, note in ways.items()})


def _fill_attention(tab: AttentionTab) -> None:
    words = tuple("the cat sat on the mat".split())
    weights = NUMBERS.dirichlet(np.ones(6), 6).astype(np.float32)
    tab.show_reply(Attention(attention=AttentionWeights(weights=weights, queries=words, keys=words)))


def _fill_weights(tab: WeightsTab) -> None:
    for name in ("conv1.weight", "conv1.bias", "dense1.weight", "dense1.bias"):
        tab.weights.push(name, 1, np.linspace(-1, 1, 9), NUMBERS.integers(1, 400, 8))
        tab.gradients.push(name, 1, np.linspace(-0.01, 0.01, 9), NUMBERS.integers(1, 400, 8))
    tab._show_sides()


def _fill_lengths(tab: LengthTab) -> None:
    lengths = [str(length) for length in range(3, 31)]
    heights = {part: NUMBERS.uniform(40, 100, len(lengths)) for part in ("training", "validation", "test")}
    tab.plot.set_bars(lengths, heights, "%", across="length in steps", up="right in %")
    tab.about.setText("Training, 3 to 10 steps: 98.2 % right.  Test, 11 to 30 steps: 71.4 % right.")
    tab.pages.bring(tab.plot)


def _fill_surface(tab: SurfaceTab) -> None:
    tab.plot.set_points(NUMBERS.normal(size=(60, 2)), NUMBERS.integers(0, 2, 60), ["inner", "outer"])


FILLS: dict[type[Tab], Callable[[Any], None]] = {
    GatesTab: lambda tab: tab.show_reply(RecurrentStates(states=_states())),
    UnrolledTab: lambda tab: tab.show_reply(RecurrentStates(states=_states())),
    GradientsTab: lambda tab: tab.show_reply(RecurrentGradients(gradients=_gradients())),
    AttentionTab: _fill_attention,
    WhyTab: _fill_reasons,
    FiltersTab: lambda tab: tab.grid.set_filters(NUMBERS.normal(size=(16, 1, 3, 3)), NUMBERS.normal(size=16)),
    MapsTab: lambda tab: tab.grid.set_maps(NUMBERS.normal(size=(16, 8, 8)).astype(np.float32)),
    WeightsTab: _fill_weights,
    LengthTab: _fill_lengths,
    SurfaceTab: _fill_surface,
}

"""Stop gradient: the identity on the way forward, and no gradient on the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from graph.layers.activation import NumericLayer
from graph.layers.base import Family
from graph.layers.construct import Construct, X, chain, method
from graph.layers.training_needs import Keeps, Work
from graph.layers.value_range import Gives
from graph.shapes import Shape


class StopGradient(NumericLayer):
    """Hands its input on and lets no gradient back, so that what stands before it does not learn from what follows.

    Columns that each have an output of their own are trained apart if their outputs pass this layer on the way to
    the average; a head behind it learns on features that it cannot change.
    """

    kind: ClassVar[str] = "stop_gradient"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    shares_memory: ClassVar[bool] = True
    stops_gradient: ClassVar[bool] = True
    work: ClassVar[Work] = Work.VIEW
    title: ClassVar[str] = "Stop gradient"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "stop"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("detach", "freeze", "no gradient", "train apart", "block gradient")

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``detach``: the same values, without their history."""
        return chain(method("detach", X))

"""Local contrast normalisation, after Jarrett, and local response normalisation, after AlexNet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from graph.layers.base import Family, elements
from graph.layers.construct import Construct, single
from graph.layers.grid import ImageLayer
from graph.layers.settings import setting
from graph.layers.training_needs import FLOAT, Keeps
from graph.layers.window_rule import Window
from graph.shapes import Shape

SIZE = "Height and width of the neighbourhood."
SIGMA = "Width of the bell curve by which near places count more."


class _Local(ImageLayer):
    """Images pass in their shape."""

    family: ClassVar[Family] = Family.NORMALISATION
    stem: ClassVar[str] = "norm"


class _Contrast(_Local):
    """Local contrast normalisation by a Gaussian window over all maps."""

    target: ClassVar[str]
    torch_calls: ClassVar[int] = 8
    operations: ClassVar[int]
    """Operations on each value beside the window's."""

    size: int = setting(9, SIZE, minimum=1, maximum=255, unit="pixels")
    sigma: float = setting(1.6, SIGMA, minimum=0.1, maximum=100.0, unit="pixels")

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The window at each pixel of the maps' mean, and some operations on each value."""
        x = inputs["in"]
        return 2 * self.size**2 * x.size("H") * x.size("W") + self.operations * elements(x)

    def window(self) -> Window:
        """The neighbourhood."""
        return Window((self.size, self.size), (1, 1), (1, 1))

    def _around(self, x: Shape) -> int:
        """Pixels of a map with the border that the window needs."""
        return (x.size("H") + self.size - 1) * (x.size("W") + self.size - 1)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module with a fixed window."""
        return single(self.target, size=self.size, sigma=self.sigma)

    def summary(self) -> str:
        """Size of the neighbourhood."""
        return f"{self.size} × {self.size}"


class SubtractiveNorm(_Contrast):
    """Takes from each value the mean of its neighbourhood in all maps.

    What is the same all around, such as the lighting of a picture, goes; edges stay. Near places count more, by a
    bell curve. It is the first half of local contrast normalisation.
    """

    kind: ClassVar[str] = "subtractive_norm"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    title: ClassVar[str] = "Subtractive norm"
    aliases: ClassVar[tuple[str, ...]] = ("local contrast normalisation", "lcn", "jarrett", "mean removal")
    target: ClassVar[str] = "graph.modules.contrast.SubtractiveNorm"
    operations: ClassVar[int] = 2

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The maps' mean with its border."""
        return FLOAT * self._around(inputs["in"])


class DivisiveNorm(_Contrast):
    """Divides each value by the standard deviation of its neighbourhood in all maps.

    Weak contrasts are lifted and strong ones tamed, but nothing is divided by less than the mean of these deviations
    over the picture, so that plain areas do not turn to noise. It is the second half of local contrast normalisation:
    the mean is subtracted before, by Subtractive norm.
    """

    kind: ClassVar[str] = "divisive_norm"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    title: ClassVar[str] = "Divisive norm"
    aliases: ClassVar[tuple[str, ...]] = ("local contrast normalisation", "lcn", "jarrett", "contrast")
    target: ClassVar[str] = "graph.modules.contrast.DivisiveNorm"
    operations: ClassVar[int] = 3

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The mean of the squares with its border, and four maps of deviations."""
        x = inputs["in"]
        return FLOAT * (self._around(x) + 4 * x.size("H") * x.size("W"))


class LocalResponseNorm(_Local):
    """Divides each value by what its neighbours in other maps show at the same place.

    y = x / (k + alpha / n · sum of squares over n neighbouring maps)^beta. Strong maps hold weaker ones down, so that
    different filters learn different things. Alpha is divided by n, as in torch; the formula in AlexNet's paper
    does not divide, so its alpha of 0.0001 with n = 5 is 0.0005 here. Batch normalisation has replaced it.
    """

    kind: ClassVar[str] = "local_response_norm"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    torch_calls: ClassVar[int] = 9
    title: ClassVar[str] = "LocalResponseNorm"
    aliases: ClassVar[tuple[str, ...]] = (
        "lrn",
        "alexnet",
        "lateral inhibition",
        "brightness normalisation",
        "local response normalisation",
    )

    size: int = setting(5, "Number of neighbouring maps, n.", minimum=1, maximum=512, unit="maps")
    alpha: float = setting(1e-4, "How strongly the neighbours count; it is divided by n.", minimum=0.0, maximum=1000.0)
    beta: float = setting(0.75, "Exponent of the divisor.", minimum=0.0, maximum=10.0)
    k: float = setting(1.0, "Number that the divisor starts from.", minimum=0.01, maximum=100.0)

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The squares of n maps, a power and a division, for each value."""
        return (2 * self.size + 3) * elements(inputs["in"])

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The squares with neighbours of the maps at the ends, their means, and the divisors."""
        x = inputs["in"]
        around = elements(x) // x.features * (x.features + self.size - 1)
        return FLOAT * (around + 2 * elements(x))

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.LocalResponseNorm``."""
        return single("torch.nn.LocalResponseNorm", size=self.size, alpha=self.alpha, beta=self.beta, k=self.k)

    def summary(self) -> str:
        """The number of maps."""
        return f"{self.size} maps"

"""What the special 2-D convolutions share: a window that slides with a border or without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, Remedy, Window, positions, refusal
from graph.layers.construct import Argument, Construct, Module, Ref, X, chain, function, own
from graph.layers.grid import Pads, as_image, compact, same_pads, slide, times
from graph.layers.settings import Size2, setting
from graph.shapes import Kind, Shape, image

STRIDE = "Step by which the filter moves."
PADDING = "Border of zeros around the image: as much as a step of 1 needs to keep the size (same), or none (valid)."


class Sliding(Layer):
    """Checks and costs of a convolution over images; no layer itself. Its settings and counts are its subclasses'."""

    family: ClassVar[Family] = Family.CONVOLUTION
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.IMAGE,)

    stride: Size2 = setting((1, 1), STRIDE, minimum=1, maximum=4096, unit="pixels")
    padding: Literal["same", "valid"] = setting("same", PADDING)

    def kernel(self) -> tuple[int, int]:
        """Height and width of the filters."""
        raise NotImplementedError

    def maps(self, channels: int) -> int:
        """Number of maps made from ``channels``."""
        raise NotImplementedError

    def pads(self) -> tuple[Pads, Pads]:
        """Padding before and after each axis."""
        if self.padding == "valid":
            return (0, 0), (0, 0)
        return same_pads(self.kernel()[0], 1), same_pads(self.kernel()[1], 1)

    def output(self, x: Shape) -> Shape:
        """As many maps as the layer makes, of the size that the window's places give."""
        axes = zip((x.size("H"), x.size("W")), self.kernel(), self.stride, self.pads(), strict=True)
        high, wide = (slide(size, kernel, stride, pads, 1) for size, kernel, stride, pads in axes)
        if high < 1 or wide < 1:
            message = f"{self.title} needs an image of at least {times(self.kernel())}, but {x.described()} arrives."
            raise refusal(self, {"in": x}, message, [Remedy('Use padding "same"', replace=self.padded_alike())])
        return image(self.maps(x.features), high, wide)

    def padded_alike(self) -> Layer:
        """The same layer with a border that keeps the size."""
        return self.changed(padding="same")

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """The values read as an image."""
        return as_image(port, shape)

    def weight_count(self, inputs: Mapping[str, Shape]) -> int:
        """Number of trainable weights, without biases."""
        raise NotImplementedError

    def bias_count(self, inputs: Mapping[str, Shape]) -> int:
        """Number of trainable biases."""
        return 0

    def used_weights(self, inputs: Mapping[str, Shape]) -> int:
        """Weights that work at each place of the output, trained or not."""
        return self.weight_count(inputs)

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Trainable weights and biases."""
        return self.weight_count(inputs) + self.bias_count(inputs)

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Weights and biases at each place of the feature maps; weights that fall on padding are counted too."""
        return (self.used_weights(inputs) + self.bias_count(inputs)) * positions(outputs["out"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Two for each weight and one for each bias, at each place of the feature maps."""
        return (2 * self.used_weights(inputs) + self.bias_count(inputs)) * positions(outputs["out"])

    def window(self) -> Window:
        """The filter."""
        return Window(self.kernel(), self.stride, (1, 1))

    def bordered(self, target: str, arguments: Mapping[str, Argument], mode: str = "constant") -> Construct:
        """The module ``target``, which takes a ``padding`` unless the border is uneven or holds no zeros."""
        high, wide = self.pads()
        if high[0] == high[1] and wide[0] == wide[1] and mode == "constant":
            pads: dict[str, Argument] = {} if high == wide == (0, 0) else {"padding": (high[0], wide[0])}
            return chain(own(X), module=Module(target, {**arguments, **pads}))
        border = function("torch.nn.functional.pad", X, (*wide, *high), mode=mode)
        return chain(border, own(Ref(0)), module=Module(target, arguments))

    def how(self) -> str:
        """Kernel, stride and padding for the card."""
        stride = "" if self.stride == (1, 1) else f", stride {times(self.stride)}"
        return f"{times(self.kernel())}{stride}, {self.padding}"


def strides(layer: Sliding) -> dict[str, Argument]:
    """The stride as an argument, where it is not torch's own default."""
    return {} if layer.stride == (1, 1) else {"stride": layer.stride}


def compact_kernel(layer: Sliding) -> int | tuple[int, int]:
    """The kernel as one number where it is square."""
    return compact(layer.kernel())

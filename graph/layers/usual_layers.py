"""The usual layer for a task: what repairs and hints insert, so that they need not name any kind of layer."""

from __future__ import annotations

from graph.layers.activation import Relu, Sigmoid
from graph.layers.base import Layer
from graph.layers.convolution import Conv2d
from graph.layers.dense import Dense, TimeDistributedDense
from graph.layers.normalisation import Dropout
from graph.layers.pooling import MaxPool2d
from graph.layers.pooling_whole import AdaptivePool2d
from graph.layers.recurrent import Embedding
from graph.layers.shape import Flatten, Reshape
from graph.layers.upsampling import Upsample2d
from graph.shapes import Shape


def activation() -> Layer:
    """Between the layers of a deep network."""
    return Relu()


def smooth_step() -> Layer:
    """An activation from 0 to 1 that has a slope."""
    return Sigmoid()


def dense(units: int, *, every_step: bool = False) -> Layer:
    """``units`` weighted sums of all values of a vector, or of each step of a sequence."""
    return TimeDistributedDense(units=units) if every_step else Dense(units=units)


def flatten() -> Layer:
    """All values in one row."""
    return Flatten()


def reshape(shape: Shape) -> Layer:
    """The same values as another shape."""
    return Reshape(shape=shape)


def pool2d() -> Layer:
    """Feature maps of half the height and width."""
    return MaxPool2d()


def pointwise(filters: int) -> Layer:
    """Weighted sums of the channels of each pixel."""
    return Conv2d(filters=filters, kernel_size=(1, 1), padding="valid")


def resize(shape: Shape, wanted: Shape) -> Layer:
    """Feature maps as high and wide as ``wanted``: mixed where they grow, pooled where they shrink."""
    high, wide = wanted.size("H"), wanted.size("W")
    if shape.size("H") >= high and shape.size("W") >= wide:
        return AdaptivePool2d(size=(high, wide))
    return Upsample2d(size=(high, wide), mode="bilinear")


def embedding() -> Layer:
    """A vector for each token."""
    return Embedding()


def dropout() -> Layer:
    """Against overfitting, before a dense layer."""
    return Dropout()

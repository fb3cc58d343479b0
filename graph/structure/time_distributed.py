"""Time-distributed blocks: the same layers on every frame of a video or every step of a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from graph.checking.check import Checker
from graph.checking.fixes import Fix, offers_fixes
from graph.document import Document
from graph.layers.base import Layer, ShapeError
from graph.layers.io import Input, Output
from graph.layers.window_rule import ReceptiveField
from graph.naming import fresh_name
from graph.network import Network
from graph.open_length import Length
from graph.shapes import Kind, Shape, image, sequence, vector, video
from graph.structure.blocks import Block, Body, Timed
from graph.structure.grouping import group


class TimeDistributed(Timed):
    """A block that works on each frame of a video alone, with the same weights for all of them.

    Inside stands a network for single pictures. What it makes of the frames leaves in their order: a vector for each
    frame is a sequence, which a recurrent layer can read. Over a sequence it works on each step alone.
    """

    kind: ClassVar[str] = "every_frame"
    title: ClassVar[str] = "TimeDistributed"
    stem: ClassVar[str] = "frames"
    aliases: ClassVar[tuple[str, ...]] = ("time distributed", "time-distributed", "per frame", "cnn-lstm", "video")
    takes: ClassVar[tuple[Kind, ...]] = (Kind.VIDEO, Kind.SEQUENCE)
    called: ClassVar[str] = "A block on every frame"

    def arriving(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """One frame of each video, one step of each sequence."""
        return {port: frame_of(shape) for port, shape in inputs.items()}

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """A video from each output layer inside that gives an image, a sequence from each that gives a vector."""
        times = self.times(inputs)
        return {port: _over(times, port, shape) for port, shape in super().infer(inputs).items()}

    def batch_values(self, inputs: Mapping[str, Shape]) -> int | None:
        """Those of all frames, which go through the block as one batch."""
        each, times = super().batch_values(inputs), self.times(inputs)
        return each * times if each is not None and isinstance(times, int) else None

    def field_inside(self, outside: ReceptiveField | None) -> ReceptiveField | None:
        """Unknown: inside it is counted from the frame."""
        return None

    def receptive_field(self, inputs: Mapping[str, Shape], before: ReceptiveField) -> ReceptiveField | None:
        """As it was, because no step sees another."""
        return before

    def summary(self) -> str:
        """As of a block, and where it runs."""
        return f"{super().summary()}, every frame"


def frame_of(shape: Shape) -> Shape:
    """What one frame or one step of ``shape`` is; other shapes as they are."""
    if shape.kind is Kind.VIDEO:
        return image(shape.features, shape.size("H"), shape.size("W"))
    return vector(shape.features) if shape.kind is Kind.SEQUENCE else shape


def _over(times: Length, port: str, shape: Shape) -> Shape:
    if shape.kind is Kind.IMAGE:
        return video(times, shape.features, shape.size("H"), shape.size("W"))
    if shape.kind is Kind.VECTOR:
        return sequence(times, shape.features)
    raise ShapeError(f"Inside, {port} must give a vector or an image for each frame, not {shape.described()}.")


def time_distribute(document: Document, id: str) -> str:
    """Run the block ``id``, just grouped, on every frame; returns its new id. Must be called inside a transaction."""
    document.set_layer(id, time_distributed(document.network.layer_as(id, Block)))
    name = fresh_name(TimeDistributed.stem, document.network)
    document.rename(id, name)
    return name


def time_distributed(block: Block) -> TimeDistributed:
    """The same block run on every frame; its input layers take one frame of what they took."""
    inner = block.body.document()
    with inner.transaction("Take one frame"):
        for id_ in block.inner_inputs():
            end = inner.network.layer(id_)
            if isinstance(end, Input):
                inner.set_layer(id_, end.changed(shape=frame_of(end.shape)))
    return TimeDistributed(
        label=block.label, repeat=block.repeat, shared=block.shared, exposed=block.exposed, body=Body.of(inner.network)
    )


@dataclass(frozen=True)
class TimeDistributeLayers:
    """An edit of a fix: layers go into a block that runs them on every frame."""

    ids: tuple[str, ...]

    def apply(self, document: Document) -> None:
        """Group the layers."""
        checker = Checker(document)
        time_distribute(document, group(document, checker, self.ids))
        checker.close()


@offers_fixes
def time_distributing(network: Network, id: str, inputs: Mapping[str, Shape]) -> tuple[Fix, ...]:
    """Where a layer cannot take a video: to run it, and the layers behind that read single frames, on every frame."""
    if [shape.kind for shape in inputs.values()] != [Kind.VIDEO] or isinstance(network.layer(id), Block):
        return ()
    ids = _for_single_frames(network, id)
    what = ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"
    return (Fix(f"Run {what} on every frame", (TimeDistributeLayers(ids),)),)


def _for_single_frames(network: Network, id: str) -> tuple[str, ...]:
    """The layer, and those that follow it one by one up to the first that reads what comes over time."""
    ids = [id]
    while True:
        leaving = network.out_of(ids[-1])
        after = network.node(leaving[0].target) if len(leaving) == 1 else None
        if after is None or len(after.inputs) != 1 or not _reads_frames(after.layer):
            return tuple(ids)
        ids.append(after.id)


def _reads_frames(layer: Layer) -> bool:
    return not isinstance(layer, Output) and bool({Kind.IMAGE, Kind.VECTOR} & set(layer.accepts))

"""Finding the modules of layers, also those inside blocks."""

from __future__ import annotations

from collections.abc import Iterator

from torch import fx, nn

from graph.modules.loop import Loop
from graph.modules.repeat import Repeat
from graph.modules.time_distributed import TimeDistributed


def walk(module: nn.Module, path: str = "") -> Iterator[tuple[str, nn.Module]]:
    """The modules of all layers with the paths of the layers, ``stage1.conv1``; a repeated block's come repeatedly."""
    match module:
        case Repeat() | TimeDistributed():
            yield from walk(module.body, path)
        case Loop():
            yield from walk(module.cell, path)
        case fx.GraphModule():
            for name, child in module.named_children():
                inner = f"{path}.{name}" if path else name
                yield inner, child
                yield from walk(child, inner)
        case nn.Sequential():
            for child in module.children():
                yield from walk(child, path)

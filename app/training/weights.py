"""A module's weights as few long vectors, so that one call updates, measures or copies all of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

Saved = tuple[list[Tensor], Tensor | None]
"""Weights and buffers as `Weights.copy` gives them."""


class Weights:
    """The trainable parameters of a module, moved into one contiguous vector of which each parameter is a view.

    An optimiser works elementwise, so it gives the same weights on one long vector as on many tensors, in one call
    instead of many: for small networks that is half of a step's time. ``tensors`` and ``gradients`` are lists of equal
    length and order. On CUDA, recurrent layers have their own packed layout, so there the parameters stay as they are.
    ``buffers`` holds the floating-point buffers (running means of batch normalisation) likewise, or is None.
    """

    def __init__(self, module: nn.Module, groups: Sequence[frozenset[str]] = ()) -> None:
        named = {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}
        # Those of one group lie together, so that each group is a stretch of the vector.
        self.names = sorted(named, key=lambda name: next((at for at, group in enumerate(groups) if name in group), 0))
        named = {name: named[name] for name in self.names}
        self.parameters = list(named.values())
        packed = any(parameter.is_cuda for parameter in self.parameters) and any(
            isinstance(part, nn.RNNBase) for part in module.modules()
        )
        self.flat = bool(self.parameters) and not packed
        if self.flat:
            vector, gradient = _flatten(self.parameters)
            self.tensors, self.gradients = [vector], [gradient]
        else:
            self.tensors = [parameter.data for parameter in self.parameters]
            self.gradients = [torch.zeros_like(tensor) for tensor in self.tensors]
            for parameter, zeros in zip(self.parameters, self.gradients, strict=True):
                parameter.grad = zeros
        self.buffers = _flatten_buffers(module)

    def stretch(self, names: frozenset[str]) -> Weights:
        """The weights of one group alone, as views into these; buffers are not among them.

        Raises
        ------
        ValueError
            if the names are none of a group, or the group has no weights.
        """
        chosen = [at for at, name in enumerate(self.names) if name in names]
        if not chosen or chosen != list(range(chosen[0], chosen[-1] + 1)):
            raise ValueError("these weights are no group")
        part = object.__new__(type(self))
        where = slice(chosen[0], chosen[-1] + 1)
        part.names, part.parameters = self.names[where], self.parameters[where]
        part.flat, part.buffers = self.flat, None
        if self.flat:
            start = sum(parameter.numel() for parameter in self.parameters[: where.start])
            where = slice(start, start + part.count)
        part.tensors = [tensor[where] for tensor in self.tensors] if self.flat else self.tensors[where]
        part.gradients = [gradient[where] for gradient in self.gradients] if self.flat else self.gradients[where]
        return part

    @property
    def count(self) -> int:
        """Number of trainable parameters."""
        return sum(parameter.numel() for parameter in self.parameters)

    def clear_gradients(self) -> None:
        """Set every gradient to zero."""
        for gradient in self.gradients:
            gradient.zero_()

    def squared_norm(self) -> Tensor:
        """Sum of the squares of all gradients, a tensor (): not finite if any of them is not."""
        if len(self.gradients) == 1:
            return torch.dot(self.gradients[0], self.gradients[0])
        return torch.stack([torch.sum(gradient * gradient) for gradient in self.gradients]).sum()

    def scale_gradients(self, factor: float | Tensor) -> None:
        """Multiply every gradient by ``factor``."""
        for gradient in self.gradients:
            gradient.mul_(factor)

    def copy(self) -> Saved:
        """Weights and buffers as they are now."""
        return [tensor.clone() for tensor in self.tensors], None if self.buffers is None else self.buffers.clone()

    def restore(self, saved: Saved) -> None:
        """Put weights and buffers back to what `copy` gave."""
        tensors, buffers = saved
        for mine, kept in zip(self.tensors, tensors, strict=True):
            mine.copy_(kept)
        if self.buffers is not None and buffers is not None:
            self.buffers.copy_(buffers)

    def by_parameter(self, tensors: Sequence[Tensor]) -> dict[str, Tensor]:
        """Views, by parameter name and with its sizes, into ``tensors`` that are laid out as the weights are."""
        if not self.flat:
            return dict(zip(self.names, tensors, strict=True))
        starts = itertools.accumulate((parameter.numel() for parameter in self.parameters), initial=0)
        views = (_view(tensors[0], start, parameter) for start, parameter in zip(starts, self.parameters, strict=False))
        return dict(zip(self.names, views, strict=True))


def _flatten(parameters: list[nn.Parameter]) -> tuple[Tensor, Tensor]:
    """Make ``parameters`` and their gradients views into two new vectors, keeping their memory layout."""
    sizes = [parameter.numel() for parameter in parameters]
    vector = torch.empty(sum(sizes), dtype=parameters[0].dtype, device=parameters[0].device)
    gradient = torch.zeros_like(vector)
    starts = itertools.accumulate(sizes, initial=0)
    for parameter, start in zip(parameters, starts, strict=False):
        view = _view(vector, start, parameter)
        view.copy_(parameter.detach())
        # The gradient's view is made first: a parameter keeps no layout of its own once its data has moved.
        grad = _view(gradient, start, parameter)
        parameter.data, parameter.grad = view, grad
    return vector, gradient


def _flatten_buffers(module: nn.Module) -> Tensor | None:
    """Make the floating-point buffers of ``module`` views into one new vector."""
    owners = [
        (part, name, buffer)
        for part in module.modules()
        for name, buffer in part._buffers.items()
        if buffer is not None and buffer.is_floating_point()
    ]
    if not owners:
        return None
    vector = torch.cat([buffer.reshape(-1) for _, _, buffer in owners])
    starts = itertools.accumulate((buffer.numel() for _, _, buffer in owners), initial=0)
    for (part, name, buffer), start in zip(owners, starts, strict=False):
        part._buffers[name] = vector[start : start + buffer.numel()].view(buffer.shape)
    return vector


def _view(vector: Tensor, start: int, like: Tensor) -> Tensor:
    """The part of ``vector`` from ``start``, with the sizes of ``like``, channels last where ``like`` is."""
    part = vector[start : start + like.numel()]
    if like.dim() == 4 and like.is_contiguous(memory_format=torch.channels_last) and not like.is_contiguous():
        out, channels, height, width = like.shape
        return part.view(out, height, width, channels).permute(0, 3, 1, 2)
    return part.view(like.shape)

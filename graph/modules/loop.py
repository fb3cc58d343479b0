"""A module run once per time step, with values that it remembers."""

import torch
from torch import nn


class Loop(nn.Module):
    """Run ``cell`` over sequences ``[batch, time, features]``.

    ``states`` are triples: the cell's argument that holds a state, its result that renews the state, and the state's
    size. A state starts as zeros ``[batch, size]``. The cell's other arguments are one step ``[batch, features]`` of
    each sequence, in order. Each result is returned as ``[batch, time, features]``, or with ``last`` as
    ``[batch, features]`` after the last step.
    """

    def __init__(self, cell: nn.Module, states: tuple[tuple[int, int, int], ...], last: bool) -> None:
        super().__init__()
        self.cell = cell
        self.states = states
        self.last = last

    def forward(self, *sequences: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """Return one tensor, or a tuple where the cell has several results."""
        first = sequences[0]
        states = {argument: first.new_zeros(first.shape[0], size) for argument, _, size in self.states}
        steps: list[tuple[torch.Tensor, ...]] = []
        for time in range(first.shape[1]):
            now = iter(sequence[:, time] for sequence in sequences)
            count = len(sequences) + len(states)
            results = self.cell(*[states[index] if index in states else next(now) for index in range(count)])
            results = results if isinstance(results, tuple) else (results,)
            states = {argument: results[result] for argument, result, _ in self.states}
            steps.append(results)
        outputs = steps[-1] if self.last else tuple(torch.stack(each, dim=1) for each in zip(*steps, strict=True))
        return outputs[0] if len(outputs) == 1 else outputs

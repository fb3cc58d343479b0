"""A module for single frames, run on all frames of a clip at once."""

import torch
from torch import nn


class TimeDistributed(nn.Module):
    """Run ``body`` on each frame of clips ``[batch, time, *sizes]``, as if every frame were a sample of its own."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, *clips: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """Return ``[batch, time, *sizes]``, or a tuple where the body has several results."""
        batch, time = clips[0].shape[:2]
        results = self.body(*[clip.reshape(batch * time, *clip.shape[2:]) for clip in clips])
        if isinstance(results, tuple):
            return tuple(result.reshape(batch, time, *result.shape[1:]) for result in results)
        together: torch.Tensor = results.reshape(batch, time, *results.shape[1:])
        return together

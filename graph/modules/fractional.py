"""Max pooling by a factor that is no whole number."""

from torch import Tensor, nn
from torch.nn import functional


class FractionalMaxPool(nn.Module):
    """Max pooling of ``[batch, channels, height, width]`` to ``ratio`` of its height and width.

    Where the windows lie is random while training; afterwards they are spread evenly, so that outputs do not vary.
    """

    def __init__(self, kernel_size: tuple[int, int], ratio: float) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.ratio = ratio

    def forward(self, x: Tensor) -> Tensor:
        """Return the largest value of each window."""
        size = (int(x.shape[2] * self.ratio), int(x.shape[3] * self.ratio))
        if min(size) < 1:
            raise ValueError("nothing would be left of the image")
        where = x.new_empty(x.shape[0], x.shape[1], 2)
        where = where.uniform_() if self.training else where.fill_(0.5)
        pooled, _ = functional.fractional_max_pool2d_with_indices(
            x, self.kernel_size, output_size=size, _random_samples=where
        )
        return pooled

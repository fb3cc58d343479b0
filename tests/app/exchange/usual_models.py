"""Twenty-nine usual networks as people write them in plain torch, small, to be exported to ONNX and brought in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.app.exchange.usual_convolutions import (
    VGG11,
    ConvAutoencoder,
    EfficientNet,
    LeNet,
    MobileNetV2,
    MobileNetV3,
    ResNet18,
    UNet,
)
from tests.app.exchange.usual_sequences import (
    Decoder,
    Every,
    Hidden,
    LastStep,
    Stacked,
    TemporalNet,
    TextCnn,
    Tokens,
)


class TwoInputs(nn.Module):
    """A picture and a table row, joined."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.row = nn.Sequential(nn.Linear(5, 8), nn.ReLU())
        self.head = nn.Linear(4 * 16 + 8, 3)

    def forward(self, picture: Tensor, row: Tensor) -> Tensor:
        """Scores of three classes."""
        scores: Tensor = self.head(torch.cat([self.picture(picture), self.row(row)], dim=1))
        return scores


class TwoOutputs(nn.Module):
    """One body, a class and a number."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 16), nn.ReLU())
        self.kind = nn.Linear(16, 4)
        self.size = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Probabilities of four classes, and a number."""
        shared = self.body(x)
        return functional.softmax(self.kind(shared), dim=1), self.size(shared)


class PositionalEncoding(nn.Module):
    """Sines and cosines that are added to a sequence, as in torch's own tutorial."""

    table: Tensor

    def __init__(self, width: int, most: int = 50) -> None:
        super().__init__()
        places = torch.arange(most).unsqueeze(1)
        rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        table = torch.zeros(1, most, width)
        table[0, :, 0::2] = torch.sin(places * rates)
        table[0, :, 1::2] = torch.cos(places * rates)
        self.register_buffer("table", table)

    def forward(self, x: Tensor) -> Tensor:
        """The sequence with its places."""
        return x + self.table[:, : x.size(1)]


class TransformerClassifier(nn.Module):
    """An encoder of two layers over words, and the mean of what leaves it."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 16)
        self.places = PositionalEncoding(16)
        layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(16, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        """Scores of two classes."""
        scores: Tensor = self.head(self.encoder(self.places(self.embedding(tokens) * 4.0)).mean(dim=1))
        return scores


class VisionBlock(nn.Module):
    """Attention with normalisation before it, and a small network at every step."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.between = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """The sequence of patches."""
        calm = self.before(x)
        x = x + self.attention(calm, calm, calm, need_weights=False)[0]
        mixed: Tensor = x + self.mlp(self.between(x))
        return mixed


class VisionTransformer(nn.Module):
    """Patches of a picture, a class token before them, and learned places."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 16) * 0.1)
        self.places = nn.Parameter(torch.randn(1, 17, 16) * 0.1)
        self.blocks = nn.Sequential(VisionBlock(16, 4), VisionBlock(16, 4))
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of five classes."""
        patches = self.patches(x).flatten(2).transpose(1, 2)
        steps = torch.cat([self.token.expand(x.shape[0], -1, -1), patches], dim=1) + self.places
        scores: Tensor = self.head(self.norm(self.blocks(steps))[:, 0])
        return scores


@dataclass(frozen=True)
class UsualModel:
    """How a network is made, and the sizes of its inputs without the batch; ``words`` where it reads tokens."""

    make: Callable[[], nn.Module]
    sizes: tuple[tuple[int, ...], ...]
    words: int = 0

    def built(self) -> tuple[nn.Module, tuple[Tensor, ...]]:
        """The network, ready to answer, with statistics of its own, and two samples for each input."""
        torch.manual_seed(3)
        module = self.make()
        for part in module.modules():
            if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
                assert part.running_mean is not None and part.running_var is not None
                part.running_mean.uniform_(-0.5, 0.5)
                part.running_var.uniform_(0.5, 1.5)
        return module.eval(), tuple(self._samples(sizes) for sizes in self.sizes)

    def _samples(self, sizes: tuple[int, ...]) -> Tensor:
        return torch.randint(0, self.words, (2, *sizes)) if self.words else torch.randn(2, *sizes)


def _mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))


def _steady_mlp() -> nn.Module:
    first = (nn.Linear(10, 16), nn.BatchNorm1d(16), nn.LeakyReLU(0.1), nn.Dropout(0.2))
    return nn.Sequential(*first, nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid())


def _autoencoder() -> nn.Module:
    squeeze = (nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4))
    return nn.Sequential(*squeeze, nn.ReLU(), nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 64), nn.Sigmoid())


USUAL: dict[str, UsualModel] = {
    "MLP": UsualModel(_mlp, ((10,),)),
    "MLP with batch norm and dropout": UsualModel(_steady_mlp, ((10,),)),
    "autoencoder": UsualModel(_autoencoder, ((1, 8, 8),)),
    "convolutional autoencoder": UsualModel(ConvAutoencoder, ((1, 16, 16),)),
    "two inputs": UsualModel(TwoInputs, ((1, 8, 8), (5,))),
    "two outputs": UsualModel(TwoOutputs, ((6,),)),
    "LeNet with log_softmax": UsualModel(LeNet, ((1, 28, 28),)),
    "VGG11": UsualModel(VGG11, ((3, 224, 224),)),
    "ResNet18": UsualModel(ResNet18, ((3, 32, 32),)),
    "U-Net, transposed convolutions": UsualModel(lambda: UNet(False), ((1, 16, 16),)),
    "U-Net, bilinear": UsualModel(lambda: UNet(True), ((1, 16, 16),)),
    "MobileNetV2": UsualModel(MobileNetV2, ((3, 32, 32),)),
    "MobileNetV3": UsualModel(MobileNetV3, ((3, 32, 32),)),
    "EfficientNet": UsualModel(EfficientNet, ((3, 32, 32),)),
    "text CNN": UsualModel(TextCnn, ((12,),), 30),
    "TCN": UsualModel(TemporalNet, ((3, 20),)),
    "RNN, last step": UsualModel(lambda: LastStep(nn.RNN), ((9, 3),)),
    "LSTM, last step": UsualModel(lambda: LastStep(nn.LSTM), ((9, 3),)),
    "GRU, last step": UsualModel(lambda: LastStep(nn.GRU), ((9, 3),)),
    "LSTM, last state": UsualModel(lambda: Hidden(nn.LSTM, False), ((9, 3),)),
    "GRU, last state": UsualModel(lambda: Hidden(nn.GRU, False), ((9, 3),)),
    "LSTM, both ways": UsualModel(lambda: Hidden(nn.LSTM, True), ((9, 3),)),
    "GRU, both ways, every step": UsualModel(lambda: Every(nn.GRU, True), ((9, 3),)),
    "LSTM, every step": UsualModel(lambda: Every(nn.LSTM, False), ((9, 3),)),
    "LSTM, two layers": UsualModel(Stacked, ((9, 3),)),
    "LSTM of words": UsualModel(Tokens, ((9,),), 30),
    "LSTM encoder and decoder": UsualModel(Decoder, ((9, 3), (5, 2))),
    "Transformer encoder": UsualModel(TransformerClassifier, ((12,),), 40),
    "ViT": UsualModel(VisionTransformer, ((3, 16, 16),)),
}
"""The list: usual networks by their names."""

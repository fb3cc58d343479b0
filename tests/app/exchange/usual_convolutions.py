"""Usual convolutional networks in plain torch, small but with all that makes each what it is."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class LeNet(nn.Module):
    """As torch's own example for MNIST, with the functions it uses."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 5)
        self.conv2 = nn.Conv2d(4, 8, 5)
        self.drop = nn.Dropout2d()
        self.fc1 = nn.Linear(128, 20)
        self.fc2 = nn.Linear(20, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Logarithms of probabilities."""
        x = functional.relu(functional.max_pool2d(self.conv1(x), 2))
        x = functional.relu(functional.max_pool2d(self.drop(self.conv2(x)), 2))
        x = x.view(-1, 128)
        x = functional.dropout(functional.relu(self.fc1(x)), training=self.training)
        return functional.log_softmax(self.fc2(x), dim=1)


class ConvAutoencoder(nn.Module):
    """Strided convolutions down, transposed ones up."""

    def __init__(self) -> None:
        super().__init__()
        down = (nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(4, 8, 3, stride=2, padding=1), nn.ReLU())
        up = (
            nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1, output_padding=1),
            nn.Sigmoid(),
        )
        self.encoder, self.decoder = nn.Sequential(*down), nn.Sequential(*up)

    def forward(self, x: Tensor) -> Tensor:
        """The picture again."""
        picture: Tensor = self.decoder(self.encoder(x))
        return picture


class VGG11(nn.Module):
    """Configuration A with a sixteenth of the maps."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for maps in (4, 0, 8, 0, 16, 16, 0, 32, 32, 0, 32, 32, 0):
            layers += [nn.Conv2d(before, maps, 3, padding=1), nn.ReLU(True)] if maps else [nn.MaxPool2d(2, 2)]
            before = maps or before
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d((7, 7))
        head = (nn.Linear(32 * 49, 32), nn.ReLU(True), nn.Dropout(), nn.Linear(32, 32), nn.ReLU(True), nn.Dropout())
        self.classifier = nn.Sequential(*head, nn.Linear(32, 5))

    def forward(self, x: Tensor) -> Tensor:
        """Scores of five classes."""
        scores: Tensor = self.classifier(torch.flatten(self.pool(self.features(x)), 1))
        return scores


class Residual(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, before: int, maps: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, maps, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(maps)
        self.conv2 = nn.Conv2d(maps, maps, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(maps)
        self.short: nn.Module | None = None
        if stride > 1 or before != maps:
            self.short = nn.Sequential(nn.Conv2d(before, maps, 1, stride, bias=False), nn.BatchNorm2d(maps))

    def forward(self, x: Tensor) -> Tensor:
        """Maps."""
        found = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(found + (x if self.short is None else self.short(x)))


class ResNet18(nn.Module):
    """Eight residual blocks in four stages."""

    def __init__(self) -> None:
        super().__init__()
        stem = (nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(True), nn.MaxPool2d(3, 2, 1))
        blocks: list[nn.Module] = []
        before = 4
        for maps in (4, 8, 16, 32):
            blocks += [Residual(before, maps, 1 if maps == 4 else 2), Residual(maps, maps, 1)]
            before = maps
        self.body = nn.Sequential(*stem, *blocks)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(32, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of five classes."""
        scores: Tensor = self.fc(torch.flatten(self.pool(self.body(x)), 1))
        return scores


def _twice(before: int, maps: int) -> nn.Sequential:
    first = (nn.Conv2d(before, maps, 3, padding=1), nn.BatchNorm2d(maps), nn.ReLU(True))
    return nn.Sequential(*first, nn.Conv2d(maps, maps, 3, padding=1), nn.BatchNorm2d(maps), nn.ReLU(True))


class UNet(nn.Module):
    """Two levels down and up; what is enlarged is padded to what was kept, as usual."""

    def __init__(self, bilinear: bool) -> None:
        super().__init__()
        self.first, self.second, self.third = _twice(1, 4), _twice(4, 8), _twice(8, 16)
        self.pool = nn.MaxPool2d(2)
        self.up1 = self._up(bilinear, 16, 8)
        self.up2 = self._up(bilinear, 8, 4)
        self.fourth, self.fifth = _twice(16, 8), _twice(8, 4)
        self.out = nn.Conv2d(4, 2, 1)

    @staticmethod
    def _up(bilinear: bool, before: int, maps: int) -> nn.Module:
        if not bilinear:
            return nn.ConvTranspose2d(before, maps, 2, stride=2)
        grow = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        return nn.Sequential(grow, nn.Conv2d(before, maps, 1))

    @staticmethod
    def _joined(kept: Tensor, grown: Tensor) -> Tensor:
        more = [kept.size(axis) - grown.size(axis) for axis in (3, 2)]
        sides = [side for each in more for side in (each // 2, each - each // 2)]
        return torch.cat([kept, functional.pad(grown, sides)], dim=1)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of two classes for each pixel."""
        one = self.first(x)
        two = self.second(self.pool(one))
        three = self.third(self.pool(two))
        back = self.fourth(self._joined(two, self.up1(three)))
        scores: Tensor = self.out(self.fifth(self._joined(one, self.up2(back))))
        return scores


class Squeeze(nn.Module):
    """Squeeze and excitation by 1 x 1 convolutions."""

    def __init__(self, maps: int, middle: int, bend: nn.Module, gate: nn.Module) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.down, self.up = nn.Conv2d(maps, middle, 1), nn.Conv2d(middle, maps, 1)
        self.bend, self.gate = bend, gate

    def forward(self, x: Tensor) -> Tensor:
        """The maps, each turned down."""
        scaled: Tensor = x * self.gate(self.up(self.bend(self.down(self.pool(x)))))
        return scaled


class Inverted(nn.Module):
    """The inverted bottleneck of MobileNet and EfficientNet."""

    def __init__(self, before: int, maps: int, stride: int, bend: type[nn.Module], squeeze: nn.Module | None) -> None:
        super().__init__()
        wide = 2 * before
        expand = (nn.Conv2d(before, wide, 1, bias=False), nn.BatchNorm2d(wide), bend())
        look = (nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), bend())
        weigh = () if squeeze is None else (squeeze,)
        self.body = nn.Sequential(*expand, *look, *weigh, nn.Conv2d(wide, maps, 1, bias=False), nn.BatchNorm2d(maps))
        self.short = stride == 1 and before == maps

    def forward(self, x: Tensor) -> Tensor:
        """Maps."""
        found: Tensor = self.body(x)
        return x + found if self.short else found


def _stem(bend: type[nn.Module]) -> tuple[nn.Module, ...]:
    return nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), bend()


class MobileNetV2(nn.Module):
    """Inverted bottlenecks with ReLU6."""

    def __init__(self) -> None:
        super().__init__()
        blocks = [Inverted(*sizes, nn.ReLU6, None) for sizes in ((8, 8, 1), (8, 12, 2), (12, 12, 1))]
        last = (nn.Conv2d(12, 32, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6())
        self.features = nn.Sequential(*_stem(nn.ReLU6), *blocks, *last)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(32, 5))

    def forward(self, x: Tensor) -> Tensor:
        """Scores of five classes."""
        pooled = functional.adaptive_avg_pool2d(self.features(x), (1, 1))
        scores: Tensor = self.classifier(torch.flatten(pooled, 1))
        return scores


class MobileNetV3(nn.Module):
    """Bottlenecks with hard swish, and squeeze and excitation."""

    def __init__(self) -> None:
        super().__init__()
        first = Inverted(8, 8, 1, nn.ReLU, Squeeze(16, 4, nn.ReLU(), nn.Hardsigmoid()))
        second = Inverted(8, 12, 2, nn.Hardswish, Squeeze(16, 4, nn.ReLU(), nn.Hardsigmoid()))
        self.features = nn.Sequential(*_stem(nn.Hardswish), first, second, nn.Conv2d(12, 24, 1), nn.Hardswish())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Linear(24, 32), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(32, 5))

    def forward(self, x: Tensor) -> Tensor:
        """Scores of five classes."""
        scores: Tensor = self.classifier(torch.flatten(self.pool(self.features(x)), 1))
        return scores


class EfficientNet(nn.Module):
    """Bottlenecks with SiLU, and squeeze and excitation."""

    def __init__(self) -> None:
        super().__init__()
        first = Inverted(8, 8, 1, nn.SiLU, Squeeze(16, 4, nn.SiLU(), nn.Sigmoid()))
        second = Inverted(8, 12, 2, nn.SiLU, Squeeze(16, 4, nn.SiLU(), nn.Sigmoid()))
        last = (nn.Conv2d(12, 24, 1, bias=False), nn.BatchNorm2d(24), nn.SiLU())
        self.features = nn.Sequential(*_stem(nn.SiLU), first, second, *last)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(24, 5))

    def forward(self, x: Tensor) -> Tensor:
        """Scores of five classes."""
        scores: Tensor = self.classifier(torch.flatten(self.pool(self.features(x)), 1))
        return scores

"""The ways in which the frequency view looks at a picture and a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QWidget

from app.numerics import spectrum
from app.numerics.spectrum import Floats
from app.system.number_format import format_percent
from widgets.charts.colour_maps import limits
from widgets.charts.filter_tiles import in_figures
from widgets.charts.spectrum_view import SpectrumView
from widgets.charts.titled_image import Ink, PicturePane
from widgets.fields.number_field import NumberBox
from widgets.look.labels import text_label
from widgets.look.layouts import boxed, hbox, hsplit, vbox
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number
from widgets.understand.frequency.frequency_tiles import SpectrumTiles

EXACT = 1e-5
"""Up to this share of the largest value two pictures count as the same."""
STEPS = 10_000
"""Steps of a propagator, at most."""


@dataclass(frozen=True, eq=False)
class FrequencySubject:
    """What is looked at: a picture (channels, H, W) of at most `spectrum.LARGEST` pixels a side, and a kernel.

    ``kernels`` and ``maps`` are all that can be seen side by side, with their names; ``sampled`` says that the maps
    are the sample's own channels.
    """

    picture: Floats
    picture_title: str
    kernel: Floats
    kernel_title: str
    kernels: tuple[Sequence[str], Sequence[Floats]] = field(default=((), ()))
    maps: tuple[Sequence[str], Sequence[Floats]] = field(default=((), ()))
    sampled: bool = True


class Page(QWidget):
    """One way of looking. ``uses_kernel`` says whether the kernel has a part in it."""

    title = ""
    uses_kernel = True

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.column = vbox(parent=self, margins=(8, 0, 8, 6), spacing=2)
        self.verdict = text_label("", self, wrap=True)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self.foot = hbox(margins=(8, 0, 8, 0), spacing=8)

    def show_scene(self, scene: FrequencySubject) -> None:
        """Look at another picture or kernel."""
        raise NotImplementedError

    def _row(self, *parts: QWidget | str) -> QHBoxLayout:
        """Panes side by side, with signs between them."""
        return hbox(*(self._sign(part) if isinstance(part, str) else (part, 1) for part in parts), spacing=2)

    def _sign(self, text: str) -> QLabel:
        sign = text_label(text, self, look="heading")
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sign.setMinimumWidth(18)
        return sign

    def _end(self) -> None:
        self.foot.addWidget(self.verdict, 1)
        self.column.addLayout(self.foot)


class PassPage(Page):
    """A circle on the spectrum, and beside it what is left of the picture inside or outside."""

    title = "Low and high pass"
    uses_kernel = False

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, parent)
        self._waves: spectrum.Waves | None = None
        self._limits = (0.0, 1.0)
        self.before = PicturePane(source, "Picture")
        self.spectrum = SpectrumView(source, "Spectrum: drag the circle")
        self.spectrum.setObjectName("spectrum")
        self.after = PicturePane(source, "What remains")
        self.column.addLayout(self._row(self.before, "→", self.spectrum, "→", self.after), 1)
        self.side = QComboBox(self)
        self.side.addItems(["Low pass: keep inside", "High pass: keep outside"])
        self.side.setAccessibleName("What is kept")
        self.radius = NumberBox(whole=False, minimum=0.0, maximum=spectrum.CORNER)
        self.radius.setAccessibleName("Radius of the circle in cycles per pixel")
        self.radius.setFixedWidth(84)
        self.radius.set_value(0.25)
        unit = text_label("cycles per pixel", self, look="faint")
        for widget in (self.side, self.radius, unit):
            self.foot.addWidget(widget)
        self._end()
        self.side.currentIndexChanged.connect(self._filter)
        self.radius.entered.connect(self._on_radius)
        self.spectrum.radius_changed.connect(self._on_circle)

    @property
    def high(self) -> bool:
        """Whether the fast waves are kept."""
        return self.side.currentIndex() == 1

    def show_scene(self, scene: FrequencySubject) -> None:
        """Show the picture, its spectrum, and what remains."""
        self._waves, self._limits = spectrum.Waves(scene.picture), limits(scene.picture)
        self.before.set_values(scene.picture, title=scene.picture_title)
        self.spectrum.set_picture(scene.picture)
        self._filter()

    def _on_radius(self, _value: object) -> None:
        self.radius.clamp()
        self._filter()

    def _on_circle(self, radius: float) -> None:
        self.radius.set_value(round(radius, 3))
        self._filter()

    def _filter(self) -> None:
        if self._waves is None:
            return
        radius = float(self.radius.value() or 0.0)
        self.spectrum.set_circle(radius, high=self.high)
        left = self._waves.passed(radius, high=self.high)
        # What is left by a low pass has the picture's own greys; fast waves go to both sides of zero.
        if self.high:
            self.after.set_values(left, "signed")
        else:
            self.after.set_values(left, scale=self._limits)
        share = self._waves.share(radius, high=self.high)
        self.verdict.setText(
            f"{waves_kept(radius, high=self.high)}: {format_percent(share)} of the picture's variance."
        )


def waves_kept(radius: float, *, high: bool) -> str:
    """Which waves a circle keeps, in words."""
    if radius <= 0:
        return "Keeps everything but the mean" if high else "Keeps the mean alone"
    length = number(1 / radius, 3)
    return f"Keeps waves shorter than {length} pixels" if high else f"Keeps waves of {length} pixels and longer"


class SpectraPage(Page):
    """All kernels and all maps, each beside its spectrum. The signals carry the index of one that was picked."""

    title = "Spectra side by side"
    kernel_picked = Signal(int)
    map_picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, parent)
        self.kernels = SpectrumTiles(
            source, "Kernels and what they let through", "The filters come with the trained weights.", kernels=True
        )
        self.maps = SpectrumTiles(source, "Maps and their spectra", "Pick a sample.", kernels=False)
        heading = text_label("Kernels and what they let through", look="heading", indent=12)
        self._heading = text_label("", self, look="heading", indent=12)
        kernels = boxed(vbox(heading, (self.kernels, 1), spacing=0))
        maps = boxed(vbox(self._heading, (self.maps, 1), spacing=0))
        self.column.addWidget(hsplit((kernels, 0), (maps, 0)), 1)
        self.verdict.setText("Slow waves stand in the middle, fast ones at the edges; bright is strong.")
        self.verdict.setProperty("faint", True)
        self._end()
        self.kernels.picked.connect(self.kernel_picked)
        self.maps.picked.connect(self.map_picked)

    def show_scene(self, scene: FrequencySubject) -> None:
        """Show all kernels and maps."""
        self._heading.setText("The sample and its spectrum" if scene.sampled else "Maps and their spectra")
        self.kernels.set_planes(*scene.kernels)
        self.maps.set_planes(*scene.maps, grey=scene.sampled)


class RoutesPage(Page):
    """The convolution theorem: sliding the kernel in space, and multiplying spectra, give the same picture."""

    title = "Two routes"

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, parent)
        self._scene: FrequencySubject | None = None
        self.picture = PicturePane(source, "Picture")
        self.kernel = PicturePane(source, "Kernel")
        self.in_space = PicturePane(source, "Convolved in space")
        self.waves = PicturePane(source, "Its spectrum")
        self.gain = PicturePane(source, "The kernel's spectrum")
        self.product = PicturePane(source, "Their product")
        self.in_frequency = PicturePane(source, "Transformed back")
        how = PicturePane(source, "How", "Each number of the kernel lays a shifted copy of the picture on the others.")
        self.column.addLayout(self._row(self.picture, "∗", self.kernel, "", how, "=", self.in_space), 1)
        self.column.addLayout(self._row(self.waves, "×", self.gain, "=", self.product, "→", self.in_frequency), 1)
        self.padded = QCheckBox("Pad with zeros first", self)
        self.padded.setChecked(True)
        self.padded.setToolTip("Without padding, what leaves the picture on one side comes in on the other.")
        self.foot.addWidget(self.padded)
        self._end()
        self.padded.toggled.connect(self._calculate)

    def show_scene(self, scene: FrequencySubject) -> None:
        """Go both routes for another picture or kernel."""
        self._scene = scene
        self._calculate()

    def _calculate(self) -> None:
        scene = self._scene
        if scene is None or not scene.picture.size:
            return
        picture, kernel, padded = spectrum.grey(scene.picture), scene.kernel, self.padded.isChecked()
        by_space = spectrum.convolve(picture, kernel)
        by_frequency = spectrum.multiply(picture, kernel, padded=padded)
        size = by_frequency.shape
        full = np.zeros(size)
        full[: picture.shape[0], : picture.shape[1]] = picture
        if not padded:
            by_space = spectrum.middle(by_space, kernel)
            by_frequency = np.roll(by_frequency, (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), (0, 1))
        ring = spectrum.wrapped(kernel, *size)
        self.picture.set_values(picture, title=scene.picture_title)
        self.kernel.set_values(kernel, "signed", title=scene.kernel_title, write=in_figures)
        self.waves.set_values(spectrum.log_magnitude(full), "size", note="logarithmic")
        gain = spectrum.magnitude(ring)
        self.gain.set_values(gain, "size", scale=(0.0, max(float(gain.max()), 1e-12)))
        self.product.set_values(spectrum.log_magnitude(by_frequency), "size", note="logarithmic")
        ink, scale = shade(by_space)
        for pane, values in ((self.in_space, by_space), (self.in_frequency, by_frequency)):
            pane.set_values(values, ink, scale=scale)
        self.verdict.setText(routes_verdict(spectrum.difference(by_space, by_frequency), padded=padded))


def routes_verdict(share: float, *, padded: bool) -> str:
    """Whether two pictures are the same, in words."""
    largest = f"largest difference {tiny(share)} of the largest value"
    if share <= EXACT:
        return f"Both routes give the same picture: {largest} (at most 1e−5 counts as the same)."
    if padded:
        return f"The routes differ: {largest}."
    return f"Without padding the picture wraps around, and its border is wrong: {largest}."


def tiny(value: float) -> str:
    """A difference with two figures, also where it is nothing but rounding."""
    if value == 0 or value >= 1e-3:
        return number(value, 2)
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}e−{abs(int(exponent))}"


def shade(values: Floats) -> tuple[Ink, tuple[float, float]]:
    """How to colour a result: about zero where it goes below, else as a picture."""
    low, high = limits(values)
    return ("signed" if low < -1e-9 * max(abs(low), abs(high)) else "picture"), (low, high)


class TurnPage(Page):
    """Cross-correlation and convolution side by side: the one lays the kernel on as it is, the other turned."""

    title = "Kernel turned"

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, parent)
        self.picture = PicturePane(source, "Picture")
        self.kernel = PicturePane(source, "Kernel")
        self.correlated = PicturePane(source, "Cross-correlation")
        self.turned = PicturePane(source, "Turned by 180°")
        self.convolved = PicturePane(source, "Convolution")
        panes = (self.picture, self.kernel, self.correlated, self.turned, self.convolved)
        self.column.addLayout(self._row(*panes), 1)
        self._end()

    def show_scene(self, scene: FrequencySubject) -> None:
        """Show what both make of another picture or kernel."""
        picture, kernel = spectrum.grey(scene.picture), scene.kernel
        turned = spectrum.turned(kernel)
        correlated = spectrum.middle(spectrum.correlate(picture, kernel), kernel)
        convolved = spectrum.middle(spectrum.convolve(picture, kernel), kernel)
        again = spectrum.middle(spectrum.convolve(picture, turned), kernel)
        self.picture.set_values(picture, title=scene.picture_title)
        self.kernel.set_values(kernel, "signed", title=scene.kernel_title, write=in_figures, note="laid on as it is →")
        self.turned.set_values(turned, "signed", write=in_figures, note="laid on turned →")
        ink, scale = shade(np.stack([correlated, convolved]))
        self.correlated.set_values(correlated, ink, scale=scale)
        self.convolved.set_values(convolved, ink, scale=scale)
        same, apart = (spectrum.difference(correlated, other) for other in (again, convolved))
        self.verdict.setText(turn_verdict(same, apart))


def turn_verdict(same: float, apart: float) -> str:
    """What correlation and convolution have to do with each other, in words."""
    rule = (
        "A layer computes the cross-correlation. It is the convolution with the kernel turned by 180°: "
        f"largest difference {tiny(same)}."
    )
    if apart <= EXACT:
        return f"{rule} This kernel is its own turn, so both pictures are the same."
    return f"{rule} With this kernel both differ, by up to {format_percent(apart, 0)} of the largest value."


class PropagatorPage(Page):
    """A kernel's softmax as chances to stay or to move, and the picture after many steps of them."""

    title = "Softmax as propagator"

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, parent)
        self._scene: FrequencySubject | None = None
        self.kernel = PicturePane(source, "Kernel")
        self.chances = PicturePane(source, "Its softmax: chances")
        self.before = PicturePane(source, "Picture")
        self.after = PicturePane(source, "After the steps")
        row = self._row(self.kernel, "→", self.chances, "", self.before, "→", self.after)
        self.column.addLayout(row, 1)
        self.steps = NumberBox(whole=True, minimum=1, maximum=STEPS)
        self.steps.setAccessibleName("Steps of the propagator")
        self.steps.setFixedWidth(84)
        self.steps.set_value(10)
        caption = text_label("steps", self, look="faint", buddy=self.steps)
        self.foot.addWidget(self.steps)
        self.foot.addWidget(caption)
        self._end()
        self.steps.entered.connect(self._on_steps)

    def show_scene(self, scene: FrequencySubject) -> None:
        """Show another kernel's softmax and what it does to the picture."""
        self._scene = scene
        self._calculate()

    def _on_steps(self, _value: object) -> None:
        self.steps.clamp()
        self._calculate()

    def _calculate(self) -> None:
        scene = self._scene
        if scene is None or not scene.picture.size:
            return
        chances, steps = spectrum.propagator(scene.kernel), int(self.steps.value() or 1)
        self.kernel.set_values(scene.kernel, "signed", title=scene.kernel_title, write=in_figures)
        self.chances.set_values(chances, "size", scale=(0.0, 1.0), write=four_places, note="they add up to 1")
        self.before.set_values(scene.picture, title=scene.picture_title)
        moved = spectrum.propagated(scene.picture, chances, steps)
        title = "After 1 step" if steps == 1 else f"After {steps:,} steps"
        self.after.set_values(moved, scale=limits(scene.picture), title=title)
        self.verdict.setText(propagator_verdict(chances))


def four_places(value: float) -> str:
    """A chance with four places behind the point."""
    return f"{value:.4f}"


def propagator_verdict(chances: Floats) -> str:
    """How much stays in place in one step, in words."""
    stays = float(chances[chances.shape[0] // 2, chances.shape[1] // 2])
    return (
        f"The middle holds {stays:.4f}: in each step {format_percent(stays, 2)} of a pixel stays where it is and "
        f"{format_percent(1 - stays, 2)} moves on. What leaves on one side comes in on the other."
    )

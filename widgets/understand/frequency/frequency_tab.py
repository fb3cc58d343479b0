"""Frequencies: spectra of pictures, filters and maps, and convolution seen as a product of spectra."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStackedWidget, QWidget

from app.insight.embedding_layers import shapes_of
from app.numerics.spectrum import Floats, bounded, most_pixels
from app.protocol.watch import Watch
from app.system.number_format import nth
from graph.errors import NetloomError
from graph.network import Network
from graph.shapes import Kind, Shape
from widgets.look.labels import text_label
from widgets.look.theme import ThemeSource
from widgets.understand.frequency.choices import KernelChoice, PictureChoice
from widgets.understand.frequency.frequency_pages import (
    FrequencySubject,
    Page,
    PassPage,
    PropagatorPage,
    RoutesPage,
    SpectraPage,
    TurnPage,
)
from widgets.understand.sample_picker import SamplePicker
from widgets.understand.subject import Inside, Subject
from widgets.understand.understand_tab import Tab

NO_DATA = "Choose a data set of pictures to see their frequencies; the network need not be trained."
NO_PICTURES = "Frequencies are shown of pictures, and this data holds none."
NO_MAPS = "The layer's maps come as soon as the network has weights: press Train."
NO_FILTERS = "The layer's filters come as soon as the network has weights: press Train, or choose a standard kernel."


class FrequencyTab(Tab):
    """A gallery of samples, and beside it one of several ways to see a picture and a kernel as waves."""

    title = "Frequencies"
    place = 5
    sentence = "Pictures and kernels taken apart into waves"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.gallery = SamplePicker(source, subject, NO_DATA)
        self.picture = PictureChoice(self)
        self.kernel = KernelChoice(self)
        self.passing, self.spectra = PassPage(source), SpectraPage(source)
        self.routes, self.turning, self.propagator = RoutesPage(source), TurnPage(source), PropagatorPage(source)
        self._pages: tuple[Page, ...] = (self.passing, self.spectra, self.routes, self.turning, self.propagator)
        self.view = QComboBox(self)
        self.view.setAccessibleName("Way to look at frequencies")
        self.view.addItems([page.title for page in self._pages])
        self.says = text_label(NO_DATA, self, look="faint", wrap=True)
        self.says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget(self)
        self.note = text_label("", self, look="faint")
        self._lay_out()
        self._connect()
        self._show_scene()

    def _lay_out(self) -> None:
        for widget in (self.view, self.picture, self.kernel):
            self.bar.addWidget(widget)
        self.bar.addStretch(1)
        self.bar.addWidget(self.note)
        for page in (self.says, *self._pages):
            self.stack.addWidget(page)
        self.column.addWidget(self.gallery.beside(self.stack, (190, 900)), 1)

    def _connect(self) -> None:
        self.view.currentIndexChanged.connect(self._on_view)
        self.gallery.sample_picked.connect(self._on_sample)
        self.gallery.emptied.connect(self._on_sample)
        self.picture.changed.connect(self._on_choice)
        self.kernel.changed.connect(self._on_choice)
        self.kernel.mistaken.connect(self._say)
        self.spectra.kernel_picked.connect(self._on_kernel)
        self.spectra.map_picked.connect(self._on_map)
        self.subject.edited.connect(self.on_subject)

    # The panel

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """Frequencies are those of pictures."""
        kinds = [layer.shape.kind for layer in subject.inputs()]
        return NO_PICTURES if kinds and Kind.IMAGE not in kinds else ""

    def subscription(self) -> Watch:
        """The maps and filters that are chosen, for the sample picked; nothing where all is known."""
        layer, wanted = self.picture.layer, self.kernel.wanted if self.page.uses_kernel else ""
        maps, filters = (layer,) if layer else (), (wanted,) if wanted else ()
        return Watch(filters=filters, maps=maps, sample=self.gallery.position or 0)

    def on_subject(self) -> None:
        """Another run is looked at, or the open project is not what it was."""
        if self.isVisible():
            self.on_shown()

    def on_shown(self) -> None:
        """Offer what there is to look at, and ask for the samples."""
        self._offer_layers()
        self.gallery.ask()
        self._on_sample()

    def _offer_layers(self) -> None:
        """Offer the layers of the run; without one, the kernels that are typed in the open project."""
        network, drawn = self.subject.network, self.subject.drawn
        known = typed_kernels(drawn) if drawn is not None else {}
        shapes = shapes_of(network) if network is not None else {}
        self.picture.offer_layers([id_ for id_, shape in shapes.items() if shape.kind is Kind.IMAGE])
        trained = [id_ for id_ in self.subject.convolutions() if id_ not in known and makes_pictures(shapes.get(id_))]
        self.kernel.offer_layers([*known, *trained], known)

    def on_inside(self, inside: Inside) -> None:
        """Take maps and filters."""
        maps = inside.views.maps.get(self.picture.layer)
        if maps is not None:
            self.picture.set_maps(maps)
        filters = inside.views.filters.get(self.kernel.wanted)
        if filters is not None:
            self.kernel.set_weights(filters)

    # Choosing

    @property
    def page(self) -> Page:
        """The way of looking that is chosen."""
        return self._pages[self.view.currentIndex()]

    def show_page(self, page: Page) -> None:
        """Choose a way of looking."""
        self.view.setCurrentIndex(self._pages.index(page))

    def _on_view(self, _row: int) -> None:
        self._show_scene()
        self.subscription_changed.emit()

    def _on_sample(self, _position: int = 0) -> None:
        self.picture.set_sample(self.gallery.values)
        self.subscription_changed.emit()

    def _on_choice(self) -> None:
        self._show_scene()
        self.subscription_changed.emit()

    def _on_kernel(self, index: int) -> None:
        if self.kernel.layer:
            self.kernel.filter[1].set_value(index + 1)
            self._on_choice()
        else:
            self.kernel.choose(self.kernel.all[0][index])

    def _on_map(self, index: int) -> None:
        if self.picture.layer:
            self.picture.map[1].set_value(index + 1)
            self._on_choice()

    # Showing

    def _say(self, words: str) -> None:
        self.says.setText(words)
        self.stack.setCurrentWidget(self.says)

    def _show_scene(self) -> None:
        self.kernel.setVisible(self.page.uses_kernel)
        self.note.clear()
        try:
            scene = self._scene()
        except NetloomError as error:
            self._say(str(error))
            return
        if isinstance(scene, str):
            self._say(scene)
            return
        self.stack.setCurrentWidget(self.page)
        self.page.show_scene(scene)

    def _scene(self) -> FrequencySubject | str:
        """What is to be seen, or a sentence that says why there is nothing."""
        picture = self.picture.picture
        if not picture.size:
            if self.picture.layer:
                return NO_MAPS
            return self.gallery.empty_text if self.gallery.is_empty() else NO_PICTURES
        kernel = self.kernel.kernel if self.page.uses_kernel else np.ones((1, 1))
        if kernel is None:
            return NO_FILTERS
        small, times = bounded(picture, most_pixels(kernel))
        if times > 1:
            self.note.setText(f"shown at 1/{times} of its size")
        names = [f"map {nth(index)}" for index in range(len(self.picture.all))]
        if not self.picture.layer:
            names = ["sample"] if len(names) == 1 else [f"channel {index + 1}" for index in range(len(names))]
        maps, sampled = (names, list(self.picture.all)), not self.picture.layer
        return FrequencySubject(small, self.picture.title, kernel, self.kernel.title, self.kernel.all, maps, sampled)


def typed_kernels(network: Network) -> dict[str, Floats]:
    """The kernels (filters, 1, h, w) of the layers whose numbers a person set and froze: they need no training."""
    kernels_by_id = ((id_, network.layer(id_).fixed_kernels()) for id_ in network.ordered())
    return {id_: np.array(kernels, dtype=np.float64)[:, None] for id_, kernels in kernels_by_id if kernels}


def makes_pictures(shape: Shape | None) -> bool:
    """Whether what leaves a layer is an image."""
    return shape is not None and shape.kind is Kind.IMAGE

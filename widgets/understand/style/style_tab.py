"""Style transfer: a picture grows that has the content of one picture and the style of another."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QSpinBox, QWidget

from app.exchange.enlarged_png import MOST, enlarged_png
from app.insight.style_settings import NO_STYLE, StyleSettings, style_layers, too_small, usual_content_layer
from app.insight.textures import TEXTURES, texture
from app.protocol.style_messages import StyledPicture, TransferStyle
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from graph.shapes import Kind
from widgets.charts.titled_image import PicturePane
from widgets.fields.forms import SettingsForm
from widgets.look import file_dialogs
from widgets.look.form_area import FormArea
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, boxed, hbox, hsplit, vbox
from widgets.look.menus import give_menu
from widgets.look.plain_text import plain_tip
from widgets.look.tall_pane import TallPane
from widgets.look.theme import ThemeSource
from widgets.plots.curve_plot import CurvePlot
from widgets.plots.ticks import number
from widgets.understand.name_picker import NamePicker
from widgets.understand.piecewise_request import PiecewiseRequest
from widgets.understand.sample_picker import SamplePicker
from widgets.understand.style.picture_pick import SAMPLE, PicturePick
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

SAYS = "Choose a content and a style, and press Begin: the picture grows, while the network stays as it is."
NO_PICTURES = "Samples to choose from stand here."
SIDE = 12
"""Pixels of a saved picture along each value's side, unless another number is chosen."""


class StyleTab(Tab):
    """Two pictures, the one that grows, both losses, and the Gram matrices of style and picture."""

    title = "Style transfer"
    place = 6
    sentence = "The content of one picture in the style of another"
    group = Group.INSIDE
    no_run = "Train the network, then let it give the style of one picture to another."
    shows_layers = "2-D convolutions are compared here"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.setObjectName("styleTransfer")
        self.settings = StyleSettings()
        self.samples = SamplePicker(source, subject, NO_PICTURES)
        self.content = PicturePick(source, "Content", (), self)
        self.style_of = PicturePick(source, "Style", TEXTURES, self)
        self.picture = PicturePane(source, "Picture", "Press Begin, and the picture grows here.")
        self.losses = CurvePlot(
            source, "Loss", "Both losses are drawn here, step by step, and their weighted sum.", smooths=False
        )
        self.wanted = PicturePane(source, "Style", "No Gram matrix yet.")
        self.made = PicturePane(source, "Picture", "No Gram matrix yet.")
        self.content_layer = NamePicker("Content layer", self, compact=True)
        self.gram_layer = NamePicker("Gram matrices of", self, compact=True)
        self.layers, self.menu = QPushButton("Style layers", self), QMenu(self)
        self.begin, self.more = QPushButton("Begin", self), QPushButton("Settings", self)
        self.enlarge = QSpinBox(self, minimum=1, maximum=MOST, value=SIDE)
        self.save = QPushButton("Save as PNG…", self)
        self.about = text_label(SAYS, self, look="faint", wrap=True)
        self.form, self.side = SettingsForm(), FormArea(self)
        self.work = PiecewiseRequest(subject, self)
        self._reply: StyledPicture | None = None
        self._asked = self.settings
        self._lay_out()
        self._connect()
        self._show_settings()
        self._show_nothing()

    # Building

    def _lay_out(self) -> None:
        give_menu(self.layers, self.menu)
        self.layers.setToolTip(plain_tip("The convolutions whose Gram matrices are compared; each counts alike"))
        self.content_layer.box.setToolTip("The convolution whose feature maps are compared place by place")
        self.begin.setToolTip("Change the picture step by step, or stop")
        self.more.setCheckable(True)
        self.more.setToolTip("How much each part counts, how many steps, where to begin")
        self.enlarge.setAccessibleName("Pixels of a saved picture along each value's side")
        self.enlarge.setPrefix("× ")
        self.enlarge.setToolTip("How many times larger the saved picture is")
        self.save.setToolTip("Save the picture as it is now")
        self.form.setAccessibleName("Settings of the style transfer")
        self.form.setContentsMargins(8, 4, 8, 8)
        self.side.setWidget(self.form)
        self.side.hide()
        for widget in (self.begin, self.content_layer, self.layers, self.more):
            self.bar.addWidget(widget)
        self.bar.addStretch(1)
        self.bar.addWidget(boxed(hbox(self.enlarge, self.save, spacing=4)))
        self.losses.view.set_log(True)
        for pane in (self.picture, self.wanted, self.made):
            pane.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.about.setContentsMargins(8, 6, 8, 0)
        head = hbox(self.gram_layer, Stretch(1), margins=(12, 0, 4, 0))
        grams = vbox(head, (hbox((self.wanted, 1), (self.made, 1), spacing=4), 1), spacing=2)
        panes = (
            (TallPane(vbox((self.content, 1), (self.style_of, 1), spacing=6)), 2),
            (TallPane(vbox(self.about, (self.picture, 1), spacing=2)), 4),
            (TallPane(vbox((self.losses, 1), (boxed(grams), 1), spacing=4)), 4),
            (self.side, 2),
        )
        page = hsplit(*panes, sizes=(170, 340, 340, 300), least=(156, 180, 220, 0))
        self.column.addWidget(self.samples.beside(page, (150, 900)), 1)

    def _connect(self) -> None:
        self.samples.sample_picked.connect(self._on_sample)
        self.samples.emptied.connect(self._on_emptied)
        self.content.sample_wanted.connect(lambda: self._take_sample(self.content))
        self.style_of.sample_wanted.connect(lambda: self._take_sample(self.style_of))
        self.content.changed.connect(self._on_change)
        self.style_of.changed.connect(self._on_style)
        self.content_layer.picked.connect(lambda _: self._on_change())
        self.gram_layer.picked.connect(lambda _: self._show_grams())
        self.more.toggled.connect(self.side.setVisible)
        self.form.edited.connect(self._edit)
        self.begin.clicked.connect(self._begin_or_stop)
        self.save.clicked.connect(self._save)
        self.work.grown.connect(self._on_grown)
        self.work.failed.connect(self._show_nothing)
        self.work.running_changed.connect(self._show_running)

    # The panel

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """Feature maps on at least two levels are needed, of pictures that are large enough to have a style."""
        drawn = subject.drawn
        if drawn is None:
            return ""
        return too_small(drawn) if style_layers(drawn) else NO_STYLE

    def layer_picker(self) -> NamePicker:
        """The content layer."""
        return self.content_layer

    def on_subject(self) -> None:
        """Another run is looked at, or this one has other weights."""
        self.work.cancel()
        self._show_nothing()
        self._offer_layers()
        if self.isVisible():
            self.on_shown()

    def on_shown(self) -> None:
        """Ask for samples to choose from."""
        self.samples.ask()
        if self.style_of.pane.is_empty():
            self._draw_texture()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing grows unseen."""
        self.work.cancel()
        super().hideEvent(event)

    # Choosing

    def _offer_layers(self) -> None:
        """The convolutions of the run's network; all are style layers at first."""
        network = self.subject.network
        offered = style_layers(network) if network is not None else []
        if offered == [action.text() for action in self.menu.actions()]:
            return
        self.content_layer.fill(offered, usual_content_layer(offered))
        self.gram_layer.fill(offered, usual_content_layer(offered))
        self.menu.clear()
        for layer in offered:
            action = self.menu.addAction(layer)
            action.setCheckable(True)
            action.setChecked(True)
            action.toggled.connect(lambda _: self._on_layers())
        self._name_layers()
        self._draw_texture()

    @property
    def style_layers(self) -> tuple[str, ...]:
        """The layers that are ticked."""
        return tuple(action.text() for action in self.menu.actions() if action.isChecked())

    def _name_layers(self) -> None:
        """Say how many are ticked, and offer their Gram matrices."""
        ticked = self.style_layers
        self.layers.setText(f"Style layers: {len(ticked)} of {len(self.menu.actions())}")
        self.gram_layer.offer(ticked)

    def _on_layers(self) -> None:
        self._name_layers()
        self._on_change()

    def _take_sample(self, pick: PicturePick) -> None:
        position, values = self.samples.position, self.samples.values
        if position is not None and values is not None:
            pick.take_sample(position, values)

    def _on_sample(self, _position: int) -> None:
        """A sample that is picked is the content, unless that is a file."""
        if self.content.kind == SAMPLE:
            self._take_sample(self.content)

    def _on_emptied(self) -> None:
        for pick in (self.content, self.style_of):
            pick.forget_sample()

    def _on_style(self) -> None:
        self._draw_texture()
        self._on_change()

    def _draw_texture(self) -> None:
        """Draw a texture before anything is calculated, in the size of the network's pictures."""
        shapes = [layer.shape for layer in self.subject.inputs() if layer.shape.kind is Kind.IMAGE]
        if self.style_of.choice.texture and shapes:
            channels, height, width = (size or 1 for size in shapes[0].sizes)
            self.style_of.show_values(texture(self.style_of.choice.texture, (channels, height, width)), (0.0, 1.0))

    def _edit(self, name: str, value: object) -> None:
        try:
            self.settings = self.settings.changed(**{name: value})
        except NetloomError as error:
            self.form.refuse(name, str(error))
            return
        self._show_settings()
        self._on_change()

    def _show_settings(self) -> None:
        self.form.show_settings(StyleSettings.settings(), self.settings.values())

    # Asking

    def _on_change(self) -> None:
        """Begin anew where something grows already."""
        if self.work.running:
            self._begin()

    def _begin_or_stop(self) -> None:
        if self.work.running:
            self.work.cancel()
        else:
            self._begin()

    def _begin(self) -> None:
        if not self.subject.ready:
            return
        if not self.content.chosen:
            self.about.setText("There is no content yet: pick a sample, or choose a picture file under Content.")
            return
        self._reply, self._asked = None, self.settings
        self.work.begin(
            TransferStyle(
                content=self.content.choice,
                style=self.style_of.choice,
                content_layer=self.content_layer.chosen,
                style_layers=self.style_layers,
                settings=self.settings.values(),
            )
        )

    # Showing

    def _show_running(self, running: bool) -> None:
        self.begin.setText("Stop" if running else "Begin")

    def _show_nothing(self, words: str = SAYS) -> None:
        self._reply = None
        for pane in (self.picture, self.wanted, self.made):
            pane.clear()
        self.losses.view.clear()
        self.losses.view.add_curve("content", "content", 0)
        self.losses.view.add_curve("style", "style", 1)
        self.losses.view.add_curve("sum", "sum", 2, name="weighted sum")
        self.save.setEnabled(False)
        self.about.setText(words)

    def _on_grown(self, reply: StyledPicture) -> None:
        begun = self._reply is None or reply.done < self._reply.done
        self._reply = reply
        scale = (reply.low, reply.high)
        self.picture.set_values(reply.picture, scale=scale, note=f"step {reply.done:,} of {reply.total:,}")
        if begun:
            self.content.show_values(reply.content, scale)
            self.style_of.show_values(reply.style, scale)
        content, style = reply.content_loss, reply.style_loss
        weighted = self._asked.content_weight * content + self._asked.style_weight * style
        for name, values in (("content", content), ("style", style), ("sum", weighted)):
            self.losses.view.append(name, np.arange(reply.done + 1), values)
        self._show_grams()
        self.save.setEnabled(True)
        losses = (number(float(values[-1]), 3) for values in (content, style))
        self.about.setText("Content loss {}  ·  style loss {}".format(*losses))

    def _show_grams(self) -> None:
        """Both matrices of the layer that is chosen, in the same colours."""
        layer = self.gram_layer.chosen
        if self._reply is None or layer not in self._reply.grams:
            return
        wanted, made = self._reply.grams[layer]
        most = float(max(np.abs(wanted).max(), np.abs(made).max())) or 1.0
        for pane, matrix in ((self.wanted, wanted), (self.made, made)):
            pane.set_values(matrix, "signed", scale=(-most, most))

    def _save(self) -> None:
        """Ask for a file, and write the picture into it."""
        reply, times = self._reply, self.enlarge.value()
        start = f"{self.content.words} as {self.style_of.words}.png"
        path = file_dialogs.ask_path(self, "Save the picture", start, "PNG picture (*.png)", ".png")
        if path is None or reply is None:
            return
        try:
            write_atomically(path, enlarged_png(reply.picture, reply.low, reply.high, times))
        except NetloomError as error:
            self.subject.failed.emit(str(error))

"""“Which network should I use?”: three questions, and the network that the answers lead to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.data.data_choice import DataChoice
from app.project.fit_preset import fit_preset
from app.project.presets import preset
from app.protocol.data_values import DatasetFacts
from graph.document import Document
from graph.errors import NetloomError
from graph.network import Network
from graph.project import Project
from widgets.data.advice import AMOUNTS, INPUTS, OUTPUTS, Advice, advise, situation
from widgets.look.floating import float_over
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.training.inline_notice import InlineNotice

QUESTIONS = (
    ("What goes in?", INPUTS),
    ("What should come out?", OUTPUTS),
    ("How much data is there?", AMOUNTS),
)
TITLE = "Which network should I use?"


class Guide(QDialog):
    """`taken(id)` carries the preset that was agreed to. The answers are given for the data that is chosen, if any."""

    taken = Signal(str)

    def __init__(self, info: DatasetFacts | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.setAccessibleName(TITLE)
        self._groups: list[QButtonGroup] = []
        known = situation(info) if info is not None else ("table", "classes", "some")
        questions = [
            self._question(question, answers, answer)
            for (question, answers), answer in zip(QUESTIONS, known, strict=True)
        ]
        self.notice = InlineNotice(self)
        end = (self._advised(), self._buttons(info))
        vbox(*questions, *end, parent=self, margins=(24, 20, 24, 20), spacing=8)
        float_over(self, self.notice, at_top=True)
        self.setMinimumWidth(460)
        self._refresh()
        first = self._groups[0].checkedButton()
        if first is not None:
            first.setFocus()

    def _question(self, question: str, answers: Mapping[str, str], chosen: str) -> QVBoxLayout:
        heading = text_label(question, self, look="heading")
        heading.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = vbox(heading, spacing=4)
        group = QButtonGroup(self)
        for name, title in answers.items():
            button = QRadioButton(title, self)
            button.setObjectName(name)
            button.setAccessibleName(f"{question} {title}")
            button.setChecked(name == chosen)
            group.addButton(button)
            column.addWidget(button)
        group.buttonClicked.connect(self._refresh)
        self._groups.append(group)
        return column

    def _advised(self) -> QFrame:
        card = QFrame(self)
        card.setProperty("card", True)
        self.name, self.why = text_label(parent=card, look="heading"), text_label(parent=card, wrap=True)
        vbox(self.name, self.why, parent=card, margins=(16, 12, 16, 12))
        return card

    def _buttons(self, info: DatasetFacts | None) -> QHBoxLayout:
        wire = f"Use it for {info.title}" if info is not None else "Open it with its own data"
        self.take, later = QPushButton(wire, self), QPushButton("Cancel", self)
        self.take.setProperty("primary", True)
        self.take.setDefault(True)
        self.take.clicked.connect(lambda: self.taken.emit(self.advice.preset))
        later.clicked.connect(self.reject)
        return hbox(Stretch(1), later, self.take)

    def _offer_masks(self) -> None:
        """A class for every pixel is predicted of pictures alone: of anything else another answer stands."""
        goes_in, comes_out, _ = self._groups
        named = {button.objectName(): button for button in comes_out.buttons()}
        chosen = goes_in.checkedButton()
        of_pictures = chosen is not None and chosen.objectName() == "pictures"
        named["mask"].setEnabled(of_pictures)
        if not of_pictures and named["mask"].isChecked():
            named["classes"].setChecked(True)

    @property
    def advice(self) -> Advice:
        """What the answers lead to."""
        checked = [group.checkedButton() for group in self._groups]
        return advise(*(button.objectName() for button in checked if button is not None))

    def _refresh(self) -> None:
        self._offer_masks()
        self.name.setText(self.advice.name)
        self.why.setText(self.advice.why)
        self.notice.clear()


def take_network(document: Document, id_: str, base: Path | None) -> None:
    """Put the preset ``id_`` in place of the document's network, fitted to its data; one undo takes it back.

    A document without data gets the preset's own.

    Raises
    ------
    NetloomError
        if the preset cannot be made to fit the data, or the data has not been read.
    """
    section = document.sections.get("data")
    origin = preset(id_)
    project = origin.project
    if isinstance(section, Mapping):
        choice = DataChoice.parse(section)
        if choice.known_info(base) is None:
            raise NetloomError("The data has not been read yet; wait until its samples are shown.")
        project = fit_preset(choice, base, id_, origin.title)
    with document.transaction(f"Use {origin.title}"):
        _replace(document, project.network)
        _copy_sections(document, project)


def _replace(document: Document, network: Network) -> None:
    for id_ in list(document.network.ids):
        document.remove(id_)
    for annotation in list(document.network.annotations):
        document.set_annotation(annotation, None)
    for node in network:
        document.add(node.layer, node.position, node.id)
    for connection in network.connections:
        document.connect(connection)
    for node in network:
        if node.tied:
            document.tie(node.id, node.tied)
        document.mute(node.id, node.muted)
        document.set_vertical([node.id], node.vertical)
    for name, note in network.annotations.items():
        document.set_annotation(name, note)


def _copy_sections(document: Document, project: Project) -> None:
    for name in ("data", "plan"):
        if name in project.sections:
            document.set_section(name, project.sections[name])


def fits_or_reason(document: Document, id_: str, base: Path | None) -> str:
    """Take the network; returns an empty text, or the sentence that says why it cannot be had."""
    try:
        take_network(document, id_, base)
    except NetloomError as error:
        return str(error)
    return ""

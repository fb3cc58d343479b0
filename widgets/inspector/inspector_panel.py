"""The inspector: what is selected, its settings, what it does to shapes, what it costs, and what it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.system.number_format import counted
from app.training.start_edits import start_of
from graph.changes import LayerRenamed
from graph.checking.check import Checker
from graph.checking.layer_info import Severity
from graph.checking.network_hints import Hint
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.settings import Setting, Surroundings
from graph.network import Node
from graph.structure.blocks import Block, Loop
from graph.structure.inner_document import InnerDocument
from widgets.fields.forms import Refused, SettingsForm
from widgets.inspector.activation_plot import FunctionHelp
from widgets.inspector.layer_name import LayerName
from widgets.inspector.layer_notes import LayerNotes
from widgets.inspector.loop_states import StatesEditor
from widgets.inspector.sections import FactRows, FamilySign, Section
from widgets.inspector.shape_text import cost_facts, shape_facts, total_facts
from widgets.inspector.start_boxes import StartBoxes
from widgets.look import icons
from widgets.look.current_only_stack import CurrentOnlyStack
from widgets.look.form_area import FormArea
from widgets.look.labels import Label, text_label
from widgets.look.layouts import Gap, Stretch, hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Themed, ThemeSource

NAME = "name of the layer"
"""Stands for the name where settings stand for themselves; no setting is called so."""

Place = tuple[tuple[str, ...], str]
"""The blocks that a layer is inside of, and its name."""


def path_of(document: Document | None) -> tuple[str, ...]:
    """The blocks that a document is inside of."""
    return document.path if isinstance(document, InnerDocument) else ()


class LayerPage(Themed, QWidget):
    """Everything about one layer. What is refused is said beside the field, and comes back with its layer.

    `by_hand_wanted` asks to work out the layer step by step.
    """

    renamed = Signal(str, str)
    by_hand_wanted = Signal(str)

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self._document: Document | None = None
        self._id = ""
        self._kind: type[Layer] | None = None
        self._labels: dict[str, str] = {}
        self._aside: dict[Place, dict[str, Refused]] = {}
        self.sign = FamilySign(themes)
        self.kind = Label()
        self.name = LayerName()
        self.notes = LayerNotes(themes)
        self.problem, self.health, self.hints = self.notes.problem, self.notes.health, self.notes.hints
        self.form = SettingsForm()
        self.form.setObjectName("layerForm")
        self.form.edited.connect(self._set)
        self.form.pinned.connect(self._pin)
        self.states = StatesEditor()
        self.states.edited.connect(self._set_states)
        self.loop = Section("What it remembers from step to step", self.states)
        self.loop.hide()
        self.by_hand = QPushButton("Compute by hand")
        self.by_hand.setObjectName("computeByHand")
        self.by_hand.setToolTip("Follow the window step by step, with every product and sum")
        self.by_hand.clicked.connect(lambda: self.by_hand_wanted.emit(self._id))
        self.start = StartBoxes()
        self.nothing = text_label(look="faint", wrap=True, hidden=True)
        self.nothing.setText("This layer has no settings.")
        self.shapes, self.costs = FactRows("layerShapes"), FactRows("layerCosts")
        self.teach = text_label(wrap=True, selectable=True)
        self.teach.setObjectName("layerHelp")
        self.function = FunctionHelp(themes)
        self.why = QToolButton()
        self.why.setText("?")
        self.why.setCheckable(True)
        self.why.setAccessibleName("Explain the settings")
        self.why.setToolTip("Explain the settings")
        self.why.toggled.connect(self.form.show_help)
        self._assemble()
        self.follow(themes)
        self.theme_changed()

    def _assemble(self) -> None:
        self.teaching = Section("What it does", self.teach)
        self.teaching.head.addWidget(self.function)
        head = hbox(
            (self.sign, 0, Qt.AlignmentFlag.AlignVCenter), (vbox(self.kind, spacing=0), 1), self.why, spacing=10
        )
        settings = (self.form, self.nothing, self.start, self.loop, (self.by_hand, 0, Qt.AlignmentFlag.AlignLeft))
        sections = (Section("Shapes", self.shapes), Section("Cost", self.costs), self.teaching)
        items = (head, self.name, Gap(4), *settings, *sections, Stretch(1))
        vbox(*items, parent=self, margins=(14, 12, 14, 14), spacing=6)

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.kind.setFont(self.theme.font(bold=True))

    def show_layer(self, document: Document, checker: Checker, id_: str) -> None:
        """Show the layer ``id_``."""
        node, facts = document.network.node(id_), checker.layer_info(id_)
        layer = node.layer
        fresh = document is not self._document or id_ != self._id or type(layer) is not self._kind
        self._document = document
        if fresh:
            self._show_kind(node)
        own = [(spec, getattr(layer, spec.name)) for spec in layer.settings()]
        shown = [*own, *(layer.exposed_settings() if isinstance(layer, Block) else ())]
        settings = tuple(spec for spec, _ in shown)
        self._labels = {spec.name: spec.label for spec in settings}
        self.form.setVisible(bool(settings))
        self.nothing.setVisible(not settings)
        self.why.setVisible(bool(settings))
        self.form.show_settings(settings, {spec.name: value for spec, value in shown})
        if fresh:
            self.form.bring_back(self._aside.get(self._place, {}))
        self.start.show_layer(document, checker, id_)
        self._show_automatic(layer, checker.surroundings(id_), settings)
        self._show_pins()
        self.loop.setVisible(isinstance(layer, Loop))
        if isinstance(layer, Loop):
            self.states.show_loop(layer)
        self.shapes.show_facts(shape_facts(node, facts))
        self.costs.show_facts(cost_facts(facts, frozen=id_ in start_of(document.sections).frozen))
        self.costs.stand_below(self.shapes)
        self.function.show_layer(layer)
        self.notes.show_problems([problem for problem in facts.problems if problem.severity is not Severity.HINT])

    def _show_automatic(self, layer: Layer, around: Surroundings, settings: Sequence[Setting]) -> None:
        """Say in the fields that can be left empty what holds then."""
        for spec in settings:
            if spec.resolve is not None:
                value = spec.resolve(layer, around)
                sizes = value if isinstance(value, tuple) else () if value is None else (value,)
                self.form.show_automatic(spec.name, " × ".join(str(size) for size in sizes))

    def show_health(self, diagnosis: str) -> None:
        """Say how the layer fares in training; nothing where it fares well."""
        self.notes.show_health(diagnosis)

    def _show_kind(self, node: Node) -> None:
        self._id, self._kind = node.id, type(node.layer)
        self.kind.setText(node.layer.title)
        self.kind.setToolTip(plain_tip(str(node.layer.family)))
        self.sign.show_family(node.layer.family)
        self.sign.setToolTip(plain_tip(str(node.layer.family)))
        refused = self._aside.get(self._place, {}).get(NAME)
        self.name.show_layer(self._document, node.id, refused.texts[0] if refused is not None else "")
        self.form.forget()
        self.by_hand.setVisible(node.layer.can_follow())
        self.teach.setText(paragraphs(node.layer.help()))

    def commit(self) -> None:
        """Take over what is being typed."""
        self.name.commit()
        self.form.commit()

    @property
    def id(self) -> str:
        """The layer that was shown last."""
        return self._id

    @property
    def refused(self) -> dict[str, Refused]:
        """What was typed for the layer and refused: its name under `NAME`, settings under theirs."""
        name = {NAME: Refused((self.name.text(),), self.name.fault.text(), self._id)} if self.name.fault.text() else {}
        return {**name, **self.form.refused}

    def leave(self) -> str:
        """Put aside what was refused, which comes back with the layer; returns what is to be said of it, if it is news.

        Another layer, or none, is shown next.
        """
        self.commit()
        refused, before = self.refused, self._aside.pop(self._place, {})
        if refused:
            self._aside[self._place] = refused
        self._kind = None  # whatever is shown next is shown afresh
        self.name.show_layer(self._document, self._id)
        self.form.forget()
        titles = {NAME: "Name"} | {name: label[:1].upper() + label[1:] for name, label in self._labels.items()}
        said = (f"{titles[name]} of {self._id}: {typed.sentence}" for name, typed in refused.items())
        return " ".join(said) if refused != before else ""

    def holds_aside(self, place: Place) -> bool:
        """Whether something that was typed for a layer, and refused, waits to be corrected."""
        return bool(self._aside.get(place)) or (place == self._place and bool(self.refused))

    def is_aside(self, place: Place) -> bool:
        """Whether something was refused for a layer that is not on show with it."""
        return bool(self._aside.get(place)) and not (place == self._place and self.refused)

    def forget_aside(self) -> None:
        """Another project is open: what was refused for layers of the one before is given up."""
        self._aside.clear()

    def rename(self, old: str, new: str) -> None:
        """A layer of the network on show has another name; what is typed for it stays."""
        if old == self._id:
            self._id = new
            if not self.name.isModified() and not self.name.fault.text():
                self.name.show_layer(self._document, new)
            else:
                self.name.follow(new)
        path = path_of(self._document)
        if (path, old) in self._aside:
            self._aside[path, new] = self._aside.pop((path, old))

    def correct(self) -> None:
        """Give the keyboard to what was refused."""
        refused = next(iter(self.refused), NAME)
        editor = self.name if refused == NAME else self.form.field(refused).editor()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def _place(self) -> Place:
        return path_of(self._document), self._id

    # Edits

    def _set(self, name: str, value: object) -> None:
        if self._document is None or self._id not in self._document.network:
            return
        title = f"Set {self._label(name)} of {self._id}"
        try:
            layer = self._document.network.layer(self._id)
            changed: Layer = (
                layer.with_exposed(name, value)
                if isinstance(layer, Block) and "." in name
                else layer.changed(**{name: value})
            )
            with self._document.transaction(title, merge=f"{self._id}.{name}"):
                self._document.set_layer(self._id, changed)
        except NetloomError as error:
            self.form.refuse(name, str(error))

    def _label(self, name: str) -> str:
        return self._labels.get(name, name)

    def _show_pins(self) -> None:
        """Inside a block each setting has a pin that shows it on the block."""
        document = self._document
        if not isinstance(document, InnerDocument) or not document.alive:
            self.form.show_pins(False)
            return
        start = f"{self._id}."
        on = {path.removeprefix(start) for path in document.block.exposed if path.startswith(start)}
        self.form.show_pins(True, on, icons.icon("pin", self.theme))

    def _pin(self, name: str, on: bool) -> None:
        document = self._document
        if not isinstance(document, InnerDocument) or not document.alive:
            return
        path, block = f"{self._id}.{name}", document.block
        exposed = tuple(each for each in block.exposed if each != path)
        with document.outer.transaction(f"{'Show' if on else 'Hide'} {self._label(name)} on {document.id}"):
            document.outer.set_layer(document.id, block.changed(exposed=(*exposed, path) if on else exposed))

    def _set_states(self, states: tuple[tuple[str, str], ...]) -> None:
        if self._document is None:
            return
        with self._document.transaction(f"Set what {self._id} remembers"):
            self._document.set_values(self._id, states=states)


class NetworkPage(QWidget):
    """What is said while no single layer is selected: the whole network, or the selection."""

    def __init__(self) -> None:
        super().__init__()
        self.title = text_label(look="heading", wrap=True)  # the project's own title stands in the bar
        self.summary = text_label(wrap=True)
        self.expect = text_label(look="ok", wrap=True)
        self.facts = FactRows("networkFacts")
        self.hint = text_label("Select a layer to see and change its settings.", look="faint", wrap=True)
        items = (self.title, self.summary, self.expect, self.facts, Gap(8), self.hint, Stretch(1))
        vbox(*items, parent=self, margins=(14, 12, 14, 14), spacing=8)

    def show_network(self, document: Document, checker: Checker) -> None:
        """Show the whole network."""
        about = document.sections.get("about")
        description = about if isinstance(about, dict) else {}
        self.title.setText("The network")
        self._tell(str(description.get("summary") or ""), _sentence(str(description.get("expect") or "")))
        self.facts.show_facts(total_facts(checker, start_of(document.sections)))
        self.hint.setText("Select a layer to see and change its settings.")

    def show_several(self, checker: Checker, ids: Sequence[str]) -> None:
        """Show what several layers have in common."""
        self.title.setText(f"{counted(len(ids), 'layer')} selected")
        self._tell("", "")
        infos = [checker.layer_info(id_) for id_ in ids]
        self.facts.show_facts([("Parameters", f"{sum(info.parameters for info in infos):,}")])
        self.hint.setText("Settings are shown while one layer is selected.")

    def _tell(self, summary: str, expect: str) -> None:
        for label, text in ((self.summary, summary), (self.expect, expect)):
            label.setText(text)
            label.setVisible(bool(text))


class Inspector(FormArea):
    """Follows the selection and the document. `by_hand_wanted` passes on the wish of the layer on show.

    `left_refused` carries the `Place` of a layer that is left with something that was refused, and the sentence.
    """

    by_hand_wanted = Signal(str)
    left_refused = Signal(object, str)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAccessibleName("Inspector")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._document: Document | None = None
        self._checker: Checker | None = None
        self._ids: list[str] = []
        self._hints: tuple[Hint, ...] = ()
        self._stops: tuple[Callable[[], None], ...] = ()
        self._health: Mapping[str, str] = {}
        self.layer, self.network = LayerPage(themes), NetworkPage()
        self.layer.by_hand_wanted.connect(self.by_hand_wanted)
        self.pages = CurrentOnlyStack()
        self.pages.add(self.network)
        self.pages.add(self.layer)
        self.setWidget(self.pages)
        self.dock(self.layer.notes)

    def minimumSizeHint(self) -> QSize:
        """Wide enough that no field is ever cut."""
        inner = max(self.layer.minimumSizeHint().width(), self.network.minimumSizeHint().width(), 240)
        return QSize(inner + self.verticalScrollBar().sizeHint().width() + 2, 120)

    def sizeHint(self) -> QSize:
        inner = max(self.layer.sizeHint().width(), self.network.minimumSizeHint().width(), 240)
        return QSize(inner + self.verticalScrollBar().sizeHint().width() + 2, 600)

    def set_document(self, document: Document, checker: Checker) -> None:
        """Inspect another document."""
        same = _outermost(document) is _outermost(self._document)
        self._leave_layer(telling=same)
        if not same:
            self.layer.forget_aside()
        self.close_document()
        self._document, self._checker, self._ids = document, checker, []
        # Names are followed before the checker tells of the commit: a layer that seems to be gone is not on show for a
        # moment, and its field loses the keyboard.
        self._stops = (
            document.subscribe(self._follow_names, first=True),
            document.subscribe(lambda _: self.refresh()),
            checker.subscribe(lambda _: self.refresh()),
        )
        if isinstance(document, InnerDocument):  # what is exposed is a fact of the block outside
            self._stops += (document.outer.subscribe(lambda _: self.refresh()),)
        self.refresh()

    def set_hints(self, hints: Sequence[Hint]) -> None:
        """Note these hints at the layers that they are about."""
        self._hints = tuple(hints)
        self.refresh()

    def close_document(self) -> None:
        """Stop listening."""
        for stop in self._stops:
            stop()
        self._stops = ()

    def show_selection(self, ids: Sequence[str]) -> None:
        """Inspect these layers; what was typed for the last one counts first."""
        if list(ids) == self._ids:
            return
        self._leave_layer()
        self._ids = list(ids)
        self.verticalScrollBar().setValue(0)
        self.refresh()

    def _leave_layer(self, *, telling: bool = True) -> None:
        """Take over what is typed for the layer on show; what is refused is told, since it goes out of sight."""
        if self.pages.current is not self.layer or self._document is None:
            return
        sentence = self.layer.leave()
        if sentence and telling:
            self.left_refused.emit((path_of(self._document), self.layer.id), sentence)

    def _follow_names(self, commit: Commit) -> None:
        for change in commit.changes:
            if isinstance(change, LayerRenamed):
                self.layer.rename(change.old, change.new)
                self._ids = [change.new if id_ == change.old else id_ for id_ in self._ids]

    def refresh(self) -> None:
        """Show what holds now."""
        if self._document is None or self._checker is None:
            return
        ids = [id_ for id_ in self._ids if id_ in self._document.network]
        if len(ids) == 1:
            self.layer.show_layer(self._document, self._checker, ids[0])
            self.layer.show_health(self._health.get(ids[0], ""))
            self.layer.notes.show_hints([hint for hint in self._hints if hint.layer == ids[0]])
        elif ids:
            self.network.show_several(self._checker, ids)
        else:
            self.network.show_network(self._document, self._checker)
        self.layer.notes.on_layer(len(ids) == 1)
        self.pages.bring(self.layer if len(ids) == 1 else self.network)
        self.updateGeometry()

    def show_health(self, diagnoses: Mapping[str, str]) -> None:
        """Take over how layers of the network on show fare in training, in sentences by id."""
        if diagnoses != self._health:
            self._health = diagnoses
            self.refresh()

    def commit(self) -> None:
        """Take over what is being typed."""
        if self.pages.current is self.layer:
            self.layer.commit()

    def show_teaching(self) -> None:
        """Bring the paragraph that explains the layer into view, for whoever asked for help."""
        if self.pages.current is self.layer:
            self.layer.why.setChecked(True)
            self.pages.adjustSize()
            self.ensureWidgetVisible(self.layer.teaching)


def _outermost(document: Document | None) -> Document | None:
    while isinstance(document, InnerDocument):
        document = document.outer
    return document


def _sentence(text: str) -> str:
    return f"What to expect: {text}" if text else ""


def paragraphs(text: str) -> str:
    """A docstring's lines joined to paragraphs."""
    return "\n\n".join(part.replace("\n", " ") for part in text.split("\n\n"))

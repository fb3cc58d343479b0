"""What a search may vary, as a table: tick a setting, and give the values to try."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from app.sweep.space import WIDTHS, SearchRange, Space, found
from app.training.plan import Plan
from graph.errors import NetloomError
from graph.layers.io import Input, Output
from graph.layers.settings import Setting
from graph.project import Project
from widgets.fields.checked_names import CheckedNames
from widgets.look.plain_text import plain_tip

TICK, VALUES = 0, 1
LEAVE_OUT = (
    "epochs",
    "seed",
    "device",
    "threads",
    "precision",
    "keep_best",
    "keep_every",
    "patience",
    "objective",
    "loss",
)
"""Settings of the plan that say how to train, not how well the network learns."""
TIP = "From and to, such as 8 to 128; add “log” for equal ratios; or values with commas, such as 16, 32, 64"


class SpaceTable(QTreeWidget):
    """A line for each setting of the plan and of the layers; those ticked vary over the values beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchSpace")
        self.setAccessibleName("Settings to vary")
        self.setColumnCount(2)
        self.setHeaderLabels(["Setting", "Values to try"])
        self.setRootIsDecorated(True)
        self.setIndentation(14)
        self.setMinimumWidth(300)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.header().setSectionResizeMode(TICK, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.values = CheckedNames(self._keep_values, self)
        self.setItemDelegateForColumn(VALUES, self.values)
        self._paths: dict[str, tuple[QTreeWidgetItem, Setting]] = {}

    def _keep_values(self, _before: str, typed: str) -> str:
        """Take over the values of a line; returns why they are refused, or nothing."""
        line = self.itemFromIndex(self.values.row)
        path, (item, spec) = next(each for each in self._paths.items() if each[1][0] is line)
        try:
            read(typed, spec, path)
        except NetloomError as error:
            return str(error)
        item.setText(VALUES, typed)
        return ""

    def show_space(self, project: Project, space: Space) -> None:
        """Show the settings of ``project``, those of ``space`` ticked."""
        self.clear()
        self._paths = {}
        plan = [(f"plan.{spec.name}", spec) for spec in Plan.settings() if spec.name not in LEAVE_OUT]
        self._group("Training settings", plan, project, space)
        for id_ in project.network.ordered():
            layer = project.network.layer(id_)
            offered = [(f"{id_}.{spec.name}", spec) for spec in layer.settings()]
            if not isinstance(layer, Input | Output):
                self._group(id_, offered, project, space)

    def _group(self, title: str, offered: list[tuple[str, Setting]], project: Project, space: Space) -> None:
        group = QTreeWidgetItem([title, ""])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.addTopLevelItem(group)
        ticked = False
        for path, spec in offered:
            values = space.settings.get(path)
            if values is None and not (_may_vary(spec) and _has_effect(project, path, spec)):
                continue
            item = QTreeWidgetItem([spec.label, written(values or usual(spec, found(project, path)[1]))])
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
                | Qt.ItemFlag.ItemIsEditable
            )
            item.setCheckState(TICK, Qt.CheckState.Checked if values else Qt.CheckState.Unchecked)
            item.setToolTip(TICK, plain_tip(spec.help))
            item.setToolTip(VALUES, plain_tip(TIP))
            group.addChild(item)
            self._paths[path] = item, spec
            ticked = ticked or values is not None
        group.setExpanded(ticked)
        group.setHidden(not group.childCount())

    def item_of(self, path: str) -> QTreeWidgetItem:
        """The line of a setting."""
        return self._paths[path][0]

    def settings(self) -> dict[str, SearchRange]:
        """What is ticked, with its values.

        Raises
        ------
        NetloomError
            if nothing is ticked, or values cannot be read.
        """
        ticked = {
            path: read(item.text(VALUES), spec, path)
            for path, (item, spec) in self._paths.items()
            if item.checkState(TICK) is Qt.CheckState.Checked
        }
        if not ticked:
            raise NetloomError("Nothing may vary: tick a setting.")
        return ticked


def _may_vary(spec: Setting) -> bool:
    return spec.type in ("int", "float", "bool", "choice") and not spec.optional


def _has_effect(project: Project, path: str, spec: Setting) -> bool:
    """Whether a setting does something beside the others as they are now."""
    if spec.when is None:
        return True
    return found(project, f"{path.partition('.')[0]}.{spec.when[0]}")[1] in spec.when[1]


def usual(spec: Setting, value: Any) -> SearchRange:
    """Values that make sense for a setting which is ``value`` now."""
    if spec.type == "bool":
        return SearchRange(choices=(False, True))
    if spec.type == "choice":
        return SearchRange(choices=spec.choices)
    low, high = spec.minimum, spec.maximum
    if spec.type == "float" and high is not None and high <= 1 and (low or 0) >= 0:
        if value <= 0.6:
            return SearchRange(low=float(low or 0.0), high=min(high, 0.6))
        # Of shares near 1 it is the distance from 1 that counts.
        return SearchRange(
            low=_short(max(low or 0.0, 1 - (1 - value) * 4)), high=_short(min(high, 1 - (1 - value) / 4))
        )
    if spec.type == "int":
        return SearchRange(
            low=int(max(low or 1, value // 4 or 1)),
            high=int(min(high or 1e9, max(1, value) * 4)),
            log=spec.name in WIDTHS,
        )
    base = value or 0.001
    return SearchRange(low=max(low or 0.0, base / 10), high=min(high or 1e9, base * 10), log=base / 10 > 0)


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def written(values: SearchRange) -> str:
    """A range as it is typed: ``8 to 128 log``, or ``16, 32, 64``."""
    if values.choices:
        return ", ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in values.choices)
    return f"{values.low:g} to {values.high:g}{' log' if values.log else ''}"


def read(text: str, spec: Setting, path: str) -> SearchRange:
    """What was typed as a range.

    Raises
    ------
    NetloomError
        if it cannot be understood; the sentence names the setting.
    """
    try:
        if " to " in text:
            low, _, high = text.partition(" to ")
            log = high.rstrip().endswith("log")
            number = int if spec.type == "int" else float
            return SearchRange(low=number(low), high=number(high.replace("log", "")), log=log)
        return SearchRange(choices=tuple(_value(part.strip(), spec) for part in text.split(",") if part.strip()))
    except ValueError:
        raise NetloomError(f"{path}: “{text}” cannot be read. {TIP}.") from None


def _value(text: str, spec: Setting) -> Any:
    if spec.type == "bool":
        return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse(text)
    if spec.type == "int":
        return int(text)
    return float(text) if spec.type == "float" else text


def _refuse(text: str) -> Any:
    raise ValueError(text)

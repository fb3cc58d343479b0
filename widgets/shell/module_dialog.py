"""What is asked before a Python file is run for its network: which module, its arguments, and what it takes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QLineEdit, QPushButton, QWidget

from app.exchange.module_classes import ModuleClass, ModuleFile
from app.exchange.module_source import ModuleSource, input_sizes, literal_arguments
from graph.errors import NetloomError
from widgets.look.labels import text_label
from widgets.look.layouts import vbox

TRUST = "Run it only if you trust whom it is from."


class ModuleDialog(QDialog):
    """Asks for a module of the file ``path``, whose text tells which there are; ``source`` is what was chosen."""

    def __init__(self, path: Path, found: ModuleFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("moduleDialog")
        self.setWindowTitle("Import a torch module")
        self._path = path
        self._modules = sorted(found.modules, key=lambda each: each.part)
        self.which, self.arguments, self.inputs = QComboBox(), QLineEdit(), QLineEdit()
        for each in self._modules:
            self.which.addItem(each.name)
        self.inputs.setToolTip("Sizes, the batch first; of several inputs with a semicolon between them")
        self.fault = text_label(wrap=True, look="error")
        self.run = QPushButton("Run the file and import")
        self._lay_out()
        self.which.currentIndexChanged.connect(self._choose)
        for field in (self.arguments, self.inputs):
            field.textChanged.connect(self._check)
        self._choose()

    def _lay_out(self) -> None:
        self.run.setProperty("primary", True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.run, QDialogButtonBox.ButtonRole.AcceptRole)
        self.run.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        vbox(
            text_label(f"{ModuleSource(self._path).rights} {TRUST}", wrap=True),
            *_titled("Module", self.which),
            *_titled("Arguments of its constructor", self.arguments),
            *_titled("What it takes, the batch first", self.inputs),
            self.fault,
            buttons,
            parent=self,
            margins=(20, 16, 20, 16),
            spacing=10,
        )
        self.setMinimumWidth(460)

    @property
    def _module(self) -> ModuleClass:
        return self._modules[max(0, self.which.currentIndex())]

    def _choose(self) -> None:
        """Another module: what it needs and takes, as far as the text of the file tells."""
        module = self._module
        self.arguments.clear()  # those of one class are not those of another
        self.arguments.setEnabled(not module.ready)
        needed = ", ".join(f"{name}=…" for name in module.needed)
        self.arguments.setPlaceholderText(needed or "none are needed")
        self.inputs.setPlaceholderText("such as 1,3,32,32")
        self.inputs.setText("; ".join(",".join(map(str, sizes)) for sizes in module.inputs if sizes))
        self._check()

    def _check(self) -> None:
        try:
            self._read()
            fault = ""
        except NetloomError as error:
            fault = str(error)
        started = bool(self.inputs.text().strip())
        self.fault.setText(fault if started else "")
        self.run.setEnabled(not fault)

    def _read(self) -> ModuleSource:
        """What was chosen.

        Raises
        ------
        NetloomError
            if arguments are missing or cannot be read, or sizes are none.
        """
        module, arguments = self._module, self.arguments.text().strip()
        places, names = literal_arguments(arguments)
        lacking = [name for name in module.needed[len(places) :] if name not in names]
        if lacking:
            wanted = ", ".join(f"{name}=…" for name in lacking)
            raise NetloomError(f"{module.name} needs arguments: write {wanted} with values of yours.")
        sizes = tuple(input_sizes(text) for text in self.inputs.text().split(";") if text.strip())
        if not sizes:
            raise NetloomError("Say what it takes, the batch first, such as 1,3,32,32.")
        return ModuleSource(self._path, module.name, arguments, sizes)

    @property
    def source(self) -> ModuleSource:
        """What was chosen.

        Raises
        ------
        NetloomError
            if it is not whole; the button is then grey.
        """
        return self._read()


def _titled(title: str, field: QWidget) -> tuple[QWidget, QWidget]:
    """A field below its title."""
    field.setAccessibleName(title)
    return text_label(title, look="heading", buddy=field), field

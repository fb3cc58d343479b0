"""Control of the reading recipe in the data view: changes, questions, today's rules, and the way on if refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.data.data_choice import DataChoice
from app.data.readers.recipe import ReadingRecipe
from app.data.source_catalogue import source as source_called
from app.data.sources.file_source import FileSource
from app.data.sources.series import Series
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.sources.table_source import TableSource
from app.protocol.data_values import Column, Question, TableReading
from app.system.told_notes import as_sentences
from graph.errors import NetloomError
from widgets.data.chosen_file import kept_data
from widgets.data.column_roles import targets_of, use, used_by
from widgets.data.question_box import open_sentence
from widgets.data.reading_panel import BACK, LEAVE, ReadingPanel, writing_settings
from widgets.data.recipe_requests import RecipeRequests, is_stale
from widgets.training.inline_notice import InlineNotice
from widgets.training.worker_link import WorkerLink

NEWEST = "Read it by today's rules"
AS_BEFORE = "Until then it is read as before, and Train uses that."


class RecipeControl(QObject):
    """`committed(choice, what)` carries a choice for the project, `open_wanted(path, kind, options)` a file that is to
    be looked at with settings that a person chose, `shown` that the panel has something to show, or nothing (False),
    `called` that it is to be opened. `tried` names what was tried without success, which `take_back` gives up; it is
    empty as soon as nothing is. `told` carries why a file is refused, where the panel says it.
    """

    committed = Signal(object, str)
    open_wanted = Signal(object, str, object)
    shown = Signal(bool)
    called = Signal()
    tried = Signal(str)
    told = Signal(str)

    def __init__(self, link: WorkerLink, panel: ReadingPanel, notice: InlineNotice, parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._notice = panel, notice
        self._requests = RecipeRequests(link, self)
        self._choice: DataChoice | None = None
        self._base: Path | None = None
        self._columns: tuple[Column, ...] = ()
        self._trial: TableSource | None = None
        """The project's source with settings by which its file cannot be read yet."""
        self._unread: tuple[Path, TableSource] | None = None
        """A file that is not the project's, because it could not be read, and what is said of it so far."""
        self._asked_for: tuple[str, str] = ("", "")
        self._met = False
        self._described: object = None
        self.refused = ""
        """Why a file is refused, as the panel says it."""
        self._connect()

    def _connect(self) -> None:
        panel, requests = self._panel, self._requests
        panel.written.connect(self._write)
        panel.column_changed.connect(self._change_column)
        panel.left_out.connect(self._leave_out)
        panel.found_again.connect(lambda name: self._change_column(name, {}))
        panel.kind_wanted.connect(self._read_as)
        panel.renew_wanted.connect(self._renew)
        panel.given_up.connect(self.take_back)
        panel.answered.connect(self._answer)
        requests.resolved.connect(self._on_resolved)
        requests.refused.connect(self._on_refused)
        requests.described.connect(self._on_described)
        requests.renewed.connect(self._on_renewed)
        requests.head_read.connect(panel.show_head)

    # Following the project

    def begin(self) -> None:
        """Another document is shown."""
        self._requests.forget()
        self._choice, self._trial, self._unread, self._described, self._met = None, None, None, None, False
        self.refused = ""
        self._notice.clear()
        self.tried.emit("")

    def follow(self, choice: DataChoice | None, base: Path | None) -> None:
        """Show how the data of the project is read; a recipe that is not known is found and written down, once."""
        stays = choice is not None and self._choice is not None and same_file(choice.source, self._choice.source)
        self._choice, self._base = choice, base
        self._trial = self._unread = None
        self.refused = ""
        self.tried.emit("")
        source = self._source
        if source is None or choice is None:
            self._described = None
            if not stays:  # else until its samples are read
                self.shown.emit(False)
                self._panel.show_questions(())
                self._notice.clear()
            return
        self._show(source)
        self.shown.emit(True)
        first, self._met = not self._met, True
        if is_stale(source) and first:
            self._ask_for(choice, f"Write down how {Path(source.path).name} is read", "first")
        else:
            self._look()

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Know the columns that the table has."""
        self._columns = columns
        if self._source is not None and self._unread is None and self._trial is None:
            self._show(self._source)

    def show_questions(self, questions: Sequence[Question]) -> None:
        """Ask what a file that is no table leaves open, as its samples were read."""
        if self._source is not None or self._unread is not None:
            return
        self._panel.show_questions(questions)
        self.shown.emit(bool(questions) or self._panel.isVisible())
        self._tell_open()

    def look_now(self) -> None:
        """The panel is looked at."""
        self._look(wanted=True)

    def offer(self, path: Path, kind: str | None, options: Mapping[str, Any], reason: str) -> None:
        """Show a way on for a file that could not be read, where it may be a table."""
        if not path.is_file():
            return
        try:
            source = source_called(kind or Table.kind).parse({**options, "path": str(path)}, "data.options")
        except NetloomError:
            return
        if not isinstance(source, TableSource):
            return
        self._unread, self._described = (path, source), None
        self.shown.emit(True)
        self._tell(source, reason)
        self.tried.emit(f"Open {path.name}")
        self._requests.head(path, source.encoding, None)
        self.called.emit()

    @property
    def unread(self) -> str:
        """The name of a file that was chosen and could not be read, so that the project keeps its data; or nothing."""
        return self._unread[0].name if self._unread is not None else ""

    def _tell(self, source: TableSource, reason: str) -> None:
        other = self._choice.to_json() if self._choice is not None and self._unread is not None else None
        self._panel.show_refused(source, reason, kept=kept_data(other, self._base))
        self.refused = reason
        self.told.emit(reason)

    def offer_again(self, reason: str) -> None:
        """Show a way on for the project's own table, which could not be read."""
        source = self._source
        if source is None or not source.path or self._unread is not None:
            return
        path = Path(source.path)
        if not ((self._base or Path()) / path.expanduser()).is_file():
            return
        self._described = None
        self._tell(self._trial or source, reason)
        self._requests.head(path, source.encoding, self._base)
        self.called.emit()

    def edits(self, choice: DataChoice, what: str) -> bool:
        """Take over an edit after which the recipe has to be found again; False for any other."""
        if not is_stale(choice.source) or (self._choice is not None and choice.source == self._choice.source):
            return False
        self._ask_for(choice, what, "setting")
        return True

    @property
    def _source(self) -> TableSource | None:
        source = self._choice.source if self._choice is not None else None
        return source if isinstance(source, TableSource) and source.reads_tables else None

    @property
    def _recipe(self) -> ReadingRecipe | None:
        return self._source.how_read().recipe if self._source is not None else None

    def _show(self, source: TableSource) -> None:
        columns = [column.name for column in self._columns]
        targets = targets_of(source, self._columns)
        out = set(columns) - used_by(source, self._columns) - set(targets) if isinstance(source, Table) else set()
        self._panel.show_source(source, out, isinstance(source, Table))

    # Looking

    def _look(self, wanted: bool = False) -> None:
        """Ask how the columns may be read where that is looked at, or something is doubtful."""
        recipe, choice = self._recipe, self._choice
        if recipe is None or choice is None:
            return
        doubtful = any(column.why and not column.stated for column in recipe.columns)
        if self._described != recipe and (wanted or doubtful or self._panel.isVisible()):
            self._described = recipe
            self._requests.describe(choice.to_json(), self._base)
        elif not doubtful:
            self._withdraw_question()

    def _on_described(self, reading: TableReading) -> None:
        if self._unread is not None or self._trial is not None:
            return
        self._panel.show_reading(reading)
        self._tell_open()

    def _tell_open(self) -> None:
        """Say above the samples what is still open, with the way to it."""
        questions = self._panel.questions
        if not questions:
            self._withdraw_question()
            return
        self._notice.say(open_sentence(questions), "warning", ("Choose…", lambda: self._go_to(questions[0])))

    def _withdraw_question(self) -> None:
        if " may be read in " in self._notice.text:
            self._notice.clear()

    def _go_to(self, question: Question) -> None:
        self.called.emit()
        self._panel.go_to(question)

    # Changing

    def _write(self, name: str, value: object) -> None:
        """Read the file with another setting; what was tried before without success still counts."""
        held = self._unread[1] if self._unread is not None else self._trial or self._source
        if held is None:
            return
        try:
            source = held.changed(**{name: value})
        except NetloomError as error:
            self._panel.refuse_setting(name, str(error))
            return
        if self._unread is not None:
            self._try_unread(self._unread[0], source)
        elif self._choice is not None:
            self._trial = source
            choice = self._choice.model_copy(update={"source": source})
            self._ask_for(choice, f"Set {name.replace('_', ' ')} of the data", name)

    def _try_unread(self, path: Path, source: TableSource) -> None:
        self._unread = path, source
        usual = type(source)()
        options = {
            spec.name: source.values()[spec.name]
            for spec in writing_settings(source)
            if getattr(source, spec.name) != getattr(usual, spec.name)
        }
        self.open_wanted.emit(path, source.kind, options)

    def _read_as(self, kind: str) -> None:
        if self._unread is not None:
            path, source = self._unread
            said = {spec.name: source.values()[spec.name] for spec in writing_settings(source)}
            other = source_called(kind).parse({**said, "path": str(path)}, "data.options")
            if isinstance(other, TableSource):
                self._try_unread(path, other)

    def take_back(self) -> None:
        """Give up what was tried without success, and show how the project's table is read."""
        self.follow(self._choice, self._base)

    def _change_column(self, name: str, changes: Mapping[str, Any]) -> None:
        if self._choice is not None:
            what = f"Find “{name}” again" if not changes else f"Set {next(iter(changes)).replace('_', ' ')} of “{name}”"
            self._asked_for = "column", name
            self._requests.change_column(self._choice, self._base, name, changes, what)

    def _answer(self, changes: Mapping[str, Any]) -> None:
        """Read the samples as a person means them."""
        if self._choice is not None:
            choice = self._choice.model_copy(update={"source": self._choice.source.changed(**changes)})
            self._ask_for(choice, f"Set {next(iter(changes))} of the data", "setting")

    def _leave_out(self, name: str, out: bool) -> None:
        choice = self._choice
        if choice is not None and isinstance(choice.source, Table | Series):
            source = use(choice.source, self._columns, name, not out)
            self.committed.emit(choice.model_copy(update={"source": source}), f"Set use of {name}")

    def _renew(self) -> None:
        if self._choice is not None:
            self._asked_for = "renew", ""
            self._requests.renew(self._choice.to_json(), self._base)

    def _show_trial(self, trial: TableSource, reason: str) -> None:
        """Say why the project's table cannot be read as is tried; the reading that stood before is one step away."""
        before = self._recipe is not None
        self._panel.show_refused(trial, reason, BACK if before else LEAVE, AS_BEFORE if before else "")
        self._requests.head(Path(trial.path), trial.encoding, self._base)
        self.tried.emit(f"Set {self._asked_for[0].replace('_', ' ')} of the data")

    def _ask_for(self, choice: DataChoice, what: str, why: str) -> None:
        self._asked_for = why, ""
        self._requests.write_down(choice, self._base, what)

    # Answers

    def _on_resolved(self, choice: DataChoice, what: str) -> None:
        why, _ = self._asked_for
        self._trial = None
        self.committed.emit(choice, what)
        if why == "first":
            self._say_written_down(choice)

    def _say_written_down(self, choice: DataChoice) -> None:
        source = choice.source
        if not isinstance(source, TableSource) or source.how_read().recipe is None:
            return
        before = ", as Netloom read it before" if source.rules == 1 else ""
        offers: tuple[tuple[str, Callable[[], None]], ...] = ((NEWEST, self._renew),) if source.rules == 1 else ()
        self._notice.say(
            f"How {Path(source.path).name} is read was written down{before}. Save the project to keep it.",
            "ok",
            *offers,
        )

    def _on_refused(self, reason: str) -> None:
        why, column = self._asked_for
        if why == "column":
            if not self._panel.refuse_column(column, reason):
                self._notice.say(reason, "error")
        elif why == "renew":
            self._notice.say(reason, "error")
        elif self._trial is not None:
            self._show_trial(self._trial, reason)
        elif why == "setting":
            self._notice.say(reason, "error")

    def _on_renewed(self, choice: DataChoice, told: tuple[str, ...]) -> None:
        def take() -> None:
            self.committed.emit(choice, NEWEST)

        if told:
            self._notice.say(as_sentences(("By today's rules:", *told)), "warning", ("Take it", take))
        else:
            self._notice.say("Today's rules read every column as before.", "ok", ("Take them", take))


def same_file(one: Source, other: Source) -> bool:
    """Whether two sources read the same file of the user's in the same manner."""
    return (
        isinstance(one, FileSource)
        and isinstance(other, FileSource)
        and (one.kind, one.path) == (other.kind, other.path)
    )

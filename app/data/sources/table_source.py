"""Data sources that read a table file (CSV, Excel, Parquet), with the options of how it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal, Self

import pydantic

from app.data.readers.charset import python_name
from app.data.readers.dialect import DELIMITERS
from app.data.readers.file_access import locate, reading
from app.data.readers.recipe import ColumnRecipe, ReadingRecipe, TableOptions, to_json
from app.data.readers.stated_columns import with_stated
from app.data.readers.table_file import TableData, read_table
from app.data.readers.table_format import Reading, parquet_parts, table_endings
from app.data.readers.wrong_delimiter import cut_doubt, with_cut
from app.data.sources.file_source import FileSource, Suggestion
from graph.errors import NetloomError
from graph.layers.settings import found_count, setting, text_setting

ENCODINGS = ("auto", "utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "latin-1", "shift_jis", "gb18030", "cp949")
"""Encodings that are offered; there are many more."""


class TableSource(FileSource):
    """A source that reads a table: how a text file is written is found, unless it is said."""

    delimiter: str = text_setting(
        "auto", "The sign between two columns: one of these, or any single sign", ("auto", *DELIMITERS)
    )
    header: Literal["auto", "yes", "no"] = setting("auto", "Whether the first line names the columns")
    header_rows: int = found_count(
        "Lines of names, which are joined; 0 is found", maximum=10, when=("header", ("auto", "yes"))
    )
    skip: int | None = setting(None, "Lines above the table", minimum=0, maximum=1000, label="lines above")
    footer: int | None = setting(None, "Lines below the table", minimum=0, maximum=1000, label="lines below")
    encoding: str = text_setting(
        "auto", "How letters are stored: one of these, or another that Python knows", ENCODINGS
    )
    decimal: Literal["auto", "point", "comma"] = setting("auto", "The sign before the decimals of a number")
    date_order: Literal["auto", "day_first", "month_first", "year_first"] = setting(
        "auto", "What comes first in dates such as 01/02/2021, where that may be either"
    )
    sheet: str = setting("", "The sheet of a workbook, or the file in an archive; empty for the first")
    missing_words: str = setting("", "More words that stand for no value in any column, with commas between them")

    reading: ReadingRecipe | None = pydantic.Field(None, description="How the file is read, found once")

    @classmethod
    def endings(cls) -> tuple[str, ...]:
        """Those of all tables."""
        return table_endings()

    @property
    def reads_tables(self) -> bool:
        """Whether the files are tables, so that there is a recipe to find and to show."""
        return True

    @property
    def decimal_mark(self) -> str:
        """What the recipe found before decimals, or was told."""
        recipe = self.how_read().recipe
        return recipe.decimal_of() if recipe is not None else super().decimal_mark

    def values(self) -> dict[str, Any]:
        """The settings as JSON values; the reading recipe only where there is one, without its defaults."""
        values = super().values()
        if self.reading is None:
            del values["reading"]
        else:
            values["reading"] = to_json(self.reading)
        return values

    @pydantic.field_validator("delimiter")
    @classmethod
    def _check_delimiter(cls, value: str) -> str:
        single = len(value) == 1 and value.isascii() and not value.isalnum() and value not in '"\r\n'
        if value != "auto" and value not in DELIMITERS and not single:
            raise ValueError(f"a delimiter is one of auto, {', '.join(DELIMITERS)}, or a single sign of ASCII")
        return value

    @pydantic.field_validator("encoding")
    @classmethod
    def _check_encoding(cls, value: str) -> str:
        try:
            python_name("utf-8" if value == "auto" else value)
        except NetloomError as error:
            raise ValueError(str(error).rstrip(".")) from None
        return value

    def table_options(self) -> TableOptions:
        """What the settings say about how the table is written."""
        words = tuple(filter(None, (word.strip() for word in self.missing_words.split(","))))
        names = {option.name for option in fields(TableOptions)} - {"missing_words"}
        return TableOptions(**{name: getattr(self, name) for name in names}, missing_words=words)

    def how_read(self) -> Reading:
        """How the table is read: by the recipe that was found, unless the settings say something else by now."""
        options = self.table_options()
        recipe = self.reading if self.reading and self.reading.options == options else None
        return Reading(options, self.rules, recipe)

    def resolved(self, base: Path | None = None) -> Self:
        """The source with its reading recipe; what a person stated of columns stays where it is found again."""
        if self.how_read().recipe or not self.path:
            return self
        file = locate(self.path, base)
        if file.is_dir() and not parquet_parts(file):
            return self
        stated = tuple(column for column in self.reading.columns if column.stated) if self.reading else ()
        with reading(file):
            return self.changed(reading=self.found(file, stated))

    def found(self, file: Path, stated: Sequence[ColumnRecipe]) -> ReadingRecipe:
        """The recipe of ``file`` as it is found, but for the columns that a person ``stated``."""
        how = self.how_read()
        return with_stated(file, replace(how, recipe=self.table(file).recipe), stated)

    def table(self, file: Path) -> TableData:
        """The table in ``file``, with notes about how it was read.

        Raises
        ------
        NetloomError
            if it is no table, or too large.
        """
        table = read_table(file, self.how_read())
        note = self.change_note(file)
        return replace(table, notes=table.notes + note) if note else table

    def suggest(self, file: Path, target: str) -> Suggestion:
        """The source with settings that fit the columns of ``file``."""
        if file.is_dir() and not parquet_parts(file):
            return super().suggest(file, target)
        table = self.table(file)
        try:
            settings, notes = self.fitting(table, target)
        except NetloomError as error:
            raise with_cut(error, file, table.recipe) from None
        notes = table.notes + cut_doubt(file, table.recipe) + notes
        return Suggestion(self.changed(**settings, reading=table.recipe), table.columns, notes)

    @classmethod
    def fitting(cls, table: TableData, target: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """Settings that fit a table, and notes on why; ``target`` is the column to predict, empty for the likeliest.

        Raises
        ------
        NetloomError
            if there is no such column, or nothing to learn from.
        """
        raise NotImplementedError

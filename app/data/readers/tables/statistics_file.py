"""Readers of what statistics programs keep: Stata, SAS and SPSS files, and sentences for what cannot be read."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.readers.file_access import room_to_read
from app.data.readers.recipe import Dialect
from app.data.readers.table_format import COLUMNS, RawTable, Reading, column_names, reads, refuses, too_wide
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

TIMES = 8
"""So many times its size a file takes in memory while it is read."""
UNREADABLE = {
    ".rds": "R's own format; save it in R with write.csv",
    ".rdata": "R's own format; save a table in R with write.csv",
    ".rda": "R's own format; save a table in R with write.csv",
    ".pkl": "a pickle, which may run anything when it is opened; save the table as CSV or Parquet",
    ".pickle": "a pickle, which may run anything when it is opened; save the table as CSV or Parquet",
    ".joblib": "a pickle, which may run anything when it is opened; save the table as CSV or Parquet",
    ".sqlite": "a database; save one of its tables as CSV",
    ".sqlite3": "a database; save one of its tables as CSV",
    ".db": "a database; save one of its tables as CSV",
    ".mdb": "a database; save one of its tables as CSV",
    ".accdb": "a database; save one of its tables as CSV",
    ".pdf": "a document; copy its table into a spreadsheet and save that as CSV",
    ".doc": "a document; copy its table into a spreadsheet and save that as CSV",
    ".docx": "a document; copy its table into a spreadsheet and save that as CSV",
    ".html": "a web page; copy its table into a spreadsheet and save that as CSV",
    ".htm": "a web page; copy its table into a spreadsheet and save that as CSV",
    ".xml": "XML, which has no one form for tables; save the table as CSV",
    ".orc": "a format of Hive; save the table as Parquet",
    ".avro": "a format of Hadoop; save the table as Parquet",
    ".numbers": "a workbook of Numbers; export it as CSV or .xlsx",
    ".opju": "Origin's own format; export the sheet as CSV",
    ".opj": "Origin's own format; export the sheet as CSV",
    ".jmp": "JMP's own format; export the table as CSV",
    ".mtw": "Minitab's own format; export the sheet as CSV",
}
"""What a file is by its ending that holds no table that can be read, and the way on."""


@refuses(*UNREADABLE)
def refuse(file: Path, reading: Reading) -> RawTable:
    """Files of other programs.

    Raises
    ------
    NetloomError
        always; it says what to do.
    """
    raise NetloomError(f"{file.name} is {UNREADABLE.get(file.suffix.lower(), UNREADABLE['.db'])}.")


@reads(".dta")
def read_stata(file: Path, reading: Reading) -> RawTable:
    """The table in a Stata file; values with labels become their labels.

    Raises
    ------
    NetloomError
        if it is damaged or too large.
    """
    import pandas as pd

    return _read(file, "Stata", lambda: pd.read_stata(file))


@reads(".sas7bdat", ".xpt")
def read_sas(file: Path, reading: Reading) -> RawTable:
    """The table in a SAS file.

    Raises
    ------
    NetloomError
        if it is damaged or too large.
    """
    import pandas as pd

    encoding = "utf-8" if reading.options.encoding == "auto" else reading.options.encoding
    kind = "xport" if file.suffix.lower() == ".xpt" else "sas7bdat"

    def read() -> pd.DataFrame:
        try:
            return pd.read_sas(file, format=kind, encoding=encoding)  # type: ignore[call-overload,no-any-return]
        except UnicodeError:
            return pd.read_sas(file, format=kind, encoding="cp1252")  # type: ignore[call-overload,no-any-return]

    return _read(file, "SAS", read)


@reads(".sav", ".zsav", ".por")
def read_spss(file: Path, reading: Reading) -> RawTable:
    """The table in an SPSS file; values with labels become their labels.

    Raises
    ------
    NetloomError
        if pyreadstat is not installed, or the file is damaged or too large.
    """
    import pandas as pd

    try:
        return _read(file, "SPSS", lambda: pd.read_spss(file))
    except ImportError:
        raise NetloomError(
            f"{file.name} is an SPSS file, which needs the package pyreadstat; install it, or save the table as CSV."
        ) from None


def _read(file: Path, program: str, read: Callable[[], pd.DataFrame]) -> RawTable:
    import pandas as pd

    room_to_read(file, TIMES, "save a part as CSV")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of values without labels, and of slow ways through wide files
            frame = read()
    except (ImportError, MemoryError):
        raise
    except Exception as error:  # what is no such file makes the parsers raise almost anything
        raise NetloomError(f"{file.name} is damaged or no {program} file ({type(error).__name__}).") from None
    if len(frame.columns) > COLUMNS:
        raise too_wide(file, len(frame.columns))
    if not len(frame) or not len(frame.columns):
        raise NetloomError(f"{file.name} holds no rows.")
    frame.columns = pd.Index(column_names(list(frame.columns), header=True))
    return RawTable(frame.reset_index(drop=True), Dialect())

"""Reading arrays (NPY, NPZ, safetensors, MATLAB, HDF5, IDX), trusting nothing that a file says about its size."""

from __future__ import annotations

import warnings
from pathlib import Path

from app.data.dataset import Array
from app.data.discovery import import_all
from app.data.lazy_array import RowFile
from app.data.readers import arrays
from app.data.readers.array_format import FORMATS, ArrayFormat
from graph.errors import NetloomError

import_all(arrays)
ENDINGS = tuple(ending for array_format in FORMATS for ending in array_format.endings)
"""How the names of files end that hold arrays for sure."""


def read_arrays(file: Path) -> dict[str, Array]:
    """All arrays in a file, by name; a file with a single array without a name gives it the name ``array``.

    Raises
    ------
    NetloomError
        if the file has no known format, is damaged, too large, or holds pickled objects.
    """
    try:
        with file.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy warns about files written by Python 2, which it reads all the same
            array_format = _format_of(file, stream.read(6))
            stream.seek(0)
            if array_format is not None:
                return array_format.read(file, stream)
    except NetloomError:
        raise
    except OSError as error:
        if error.strerror:  # the system's own trouble, which `reading` puts into words
            raise
        raise NetloomError(f"{file.name} is damaged or cut off ({_short(error)}).") from None
    except Exception as error:  # zip, gzip, LZMA and NumPy's header parser raise almost anything at damaged bytes
        raise NetloomError(f"{file.name} is damaged or cannot be read ({_short(error)}).") from None
    raise NetloomError(
        f"{file.name} holds no arrays that Netloom knows; NumPy's .npy and .npz, .safetensors, MATLAB's .mat, HDF5, and"
        " the IDX files of MNIST can be read."
    )


def rows_of(file: Path) -> RowFile | None:
    """The array in a file that holds nothing but its rows, unread: NPY, and IDX that is not packed; None for others.

    A file that is damaged counts as another: whoever reads it as a whole says what is wrong with it.
    """
    with file.open("rb") as stream:
        array_format = _format_of(file, stream.read(6))
        stream.seek(0)
        if array_format is None or array_format.header is None:
            return None
        try:
            header = array_format.header(file, stream)
        except Exception:  # NumPy's header parser raises almost anything at damaged bytes
            return None
        if header is None or not header[0] or min(header[0]) < 1 or header[1].kind not in "biuf":
            return None
        rows = RowFile(file, *header, stream.tell())
        return rows if rows.nbytes <= file.stat().st_size - stream.tell() else None


def _format_of(file: Path, start: bytes) -> ArrayFormat | None:
    return next((array_format for array_format in FORMATS if array_format.matches(file, start)), None)


def _short(error: Exception) -> str:
    message = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return message[:100]

"""Archive faults: everything that Python's readers of ZIP, gzip, bzip2 and xz raise where a file is damaged."""

from __future__ import annotations

import lzma
import zipfile
import zlib

DAMAGED = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)
"""Caught as one: which of them a damaged byte leads to depends on where it stands."""

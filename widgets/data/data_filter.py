"""Name filter of the dialogs that open data: the endings of all files that some reader knows."""

from __future__ import annotations

from app.data.source_catalogue import file_endings


def data_filter() -> str:
    """What Qt's file dialogs take: all kinds of data first, then all files."""
    return f"Data ({' '.join(f'*{ending}' for ending in file_endings())});;All files (*)"

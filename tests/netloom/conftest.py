"""A small run that tests of the package share."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom


@pytest.fixture(scope="package")
def rent_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of flats."""
    folder = tmp_path_factory.mktemp("flats")
    rows = [f"{number:03},{20 + number},{100 + 9 * number}" for number in range(120)]
    (folder / "rent.csv").write_text("\n".join(["id,size,rent", *rows]), "utf-8")
    return folder


@pytest.fixture(scope="package")
def rent(rent_folder: Path) -> netloom.Run:
    """A run of two epochs that predicts rents."""
    project = netloom.new(data=rent_folder / "rent.csv", target="rent", title="Flats <b>", epochs=2)
    return project.train(out=rent_folder / "run", progress=False)

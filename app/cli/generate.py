"""Sampling from a GAN's generator on the command line: a sheet of pictures, a file of values, or lines."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.printing import print_json, print_line
from graph.atomic_write import write_atomically
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.data.dataset import Array, FieldInfo

MOST = 10_000
"""Samples that are made at once, at most."""
LINES = 16
"""Values of a sample up to which people are shown them as a line."""
TILE, GAP = 96, 4
"""Pixels along the longer side of a picture on a sheet, at least, and between two of them."""


def make(run: Path, count: str, output: Path | None, seed: int, json: bool) -> None:
    """Make ``count`` samples with the generator of a run, and write or print them.

    Raises
    ------
    NetloomError
        if the run has no generator, or the file cannot be written as its name says.
    """
    if not count.isdecimal() or len(count) > len(str(MOST)) or not 1 <= int(count) <= MOST:
        raise NetloomError(f"noise:{count} is no number of samples; give 1 to {MOST:,}, such as noise:16.")
    from app.training.gan.sampling import field_of, fresh_samples, gan_objective
    from app.training.training_session import load_model

    opened, model = load_model(run)
    gan_objective(model)
    samples, field = fresh_samples(model, int(count), seed), field_of(model)
    if output is not None:
        write_atomically(output, _content(samples, field, output))
    if json:
        result = {"run": str(opened.path), "samples": len(samples)}
        print_json(result | ({"file": str(output)} if output is not None else {"values": samples.tolist()}))
    elif output is not None:
        print_line(f"Written: {output}")
    else:
        _print_lines(samples, field)


def _print_lines(samples: Array, field: FieldInfo) -> None:
    if samples[0].size > LINES:
        raise NetloomError(f"A sample is {field.shape.described()}; give a file for it, such as -o sheet.png.")
    for number, values in enumerate(samples.reshape(len(samples), -1).tolist(), 1):
        print_line(f"{number}: {', '.join(f'{value:.4g}' for value in values)}")


def _content(samples: Array, field: FieldInfo, output: Path) -> bytes:
    """The file that the name asks for."""
    import numpy as np

    match output.suffix.lower():
        case ".png":
            return sheet(samples)
        case ".npy":
            stream = io.BytesIO()
            np.save(stream, samples, allow_pickle=False)
            return stream.getvalue()
        case ".csv":
            return _table(samples, field)
        case _:
            raise NetloomError(f"{output}: samples are written as PNG, NPY or CSV; choose one of these endings.")


def _table(samples: Array, field: FieldInfo) -> bytes:
    if samples.ndim != 2:
        raise NetloomError(f"A sample is {field.shape.described()}, which is no row of a table; choose NPY or PNG.")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(field.names or [f"feature {number + 1}" for number in range(samples.shape[1])])
    writer.writerows(samples.tolist())
    return text.getvalue().encode()


def sheet(samples: Array) -> bytes:
    """Pictures (n, C, H, W) side by side as a PNG, black for 0 or the least value, white for the greatest.

    Raises
    ------
    NetloomError
        if the samples are no pictures.
    """
    import numpy as np
    from PIL import Image

    if samples.ndim != 4:
        raise NetloomError("Only pictures make a PNG sheet; choose an NPY or CSV file.")
    count, channels, height, width = samples.shape
    low, high = min(0.0, float(samples.min())), float(samples.max())
    shares = np.clip((samples - low) / max(high - low, 1e-12), 0.0, 1.0)
    colours = shares if channels in (1, 3) else shares.mean(1, keepdims=True)
    tiles = (np.broadcast_to(colours, (count, 3, height, width)) * 255).round().astype(np.uint8).transpose(0, 2, 3, 1)
    times = max(1, TILE // max(height, width))
    tiles = tiles.repeat(times, 1).repeat(times, 2)
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    down, across = height * times + GAP, width * times + GAP
    page = np.full((rows * down + GAP, columns * across + GAP, 3), 255, np.uint8)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        top, left = GAP + row * down, GAP + column * across
        page[top : top + len(tile), left : left + tile.shape[1]] = tile
    stream = io.BytesIO()
    Image.fromarray(page).save(stream, "PNG")
    return stream.getvalue()

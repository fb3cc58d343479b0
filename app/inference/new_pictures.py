"""Many new pictures for a trained network: those in a folder, or those that a table names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.data.dataset import Array, FieldInfo
from app.data.lazy_array import LazyArray, Values
from app.data.readers.decoded_pictures import DecodedPictures
from app.data.readers.file_access import readable, reading
from app.data.readers.picture_column import is_parquet
from app.data.readers.picture_file import GreyScale, PictureError, picture_values, shares
from app.data.readers.picture_listing import pictures_in
from app.data.readers.picture_names import as_texts, path_column, picture_paths
from app.data.readers.recipe import RULES
from app.data.sources.file_source import FileSource
from app.data.sources.images import TABLES, Images
from app.data.sources.source import Source
from app.inference.new_rows import new_table
from graph.errors import NetloomError
from graph.shapes import Kind, Shape


@dataclass(frozen=True, eq=False)
class NewPictures:
    """Pictures as a network reads them (n, *shape), the ``names`` of their files, and what could not be read."""

    values: Values
    names: tuple[str, ...]
    problems: tuple[str, ...]


def named_pictures(path: Path, field: FieldInfo, source: Source) -> NewPictures | None:
    """The pictures that ``path`` holds or names, which are decoded as those of the training were.

    None where it is no folder and no table that names pictures, or the network cannot read a picture. Decoded
    pictures are kept as those of a data set are, so that there may be more of them than fit into memory.

    Raises
    ------
    NetloomError
        if there is no picture, or none that can be read.
    """
    with reading(path):
        listed = _listed(path, source) if picture_size(field.shape) is not None or path.is_dir() else None
    if listed is None:
        return None
    names, files = listed
    sizes = picture_size(field.shape)
    if sizes is None:
        raise NetloomError(
            f"{path.name}: this network reads {field.shape.described()}, which a picture cannot be made into."
        )
    decoded = DecodedPictures(files, sizes, *_manner(source)).read()
    problems = tuple(f"{names[number]} {why}" for number, why in sorted(decoded.refused.items()))
    used = np.setdiff1d(np.arange(len(files)), list(decoded.refused)).astype(np.int64)
    if not len(used):
        raise NetloomError(f"None of the pictures of {path.name} can be read: {problems[0]}.")
    stored = LazyArray.of(decoded.store, True, used)
    return NewPictures(_laid(stored, field.shape), tuple(names[number] for number in used), problems)


def single_picture(file: Path, shape: Shape, source: Source) -> Array:
    """A picture as the network reads it, float32 (1, *shape): as an image, as a sequence of rows, or a list of pixels.

    Raises
    ------
    NetloomError
        if it cannot be read, or not be made into that.
    """
    sizes = picture_size(shape)
    if sizes is None:
        raise NetloomError(f"{file.name}: this network reads {shape.described()}, which a picture cannot be made into.")
    channels, height, width = sizes
    try:
        values = shares(picture_values(file, (height, width), channels == 3, *_manner(source)))
    except PictureError as error:
        raise NetloomError(f"{file.name} {error}.") from None
    return values.reshape(1, *(size or height for size in shape.sizes))


def _manner(source: Source) -> tuple[str, GreyScale | None]:
    """How pictures are fitted and scaled: as those of the training were."""
    return (source.fit, source.grey_scale()) if isinstance(source, Images) else ("stretch", None)


def picture_size(shape: Shape) -> tuple[int, int, int] | None:
    """Channels, height and width of the picture that a network reads as an image, as rows, or as a list of pixels."""
    if shape.kind is Kind.IMAGE and shape.features in (1, 3):
        return shape.features, shape.size("H"), shape.size("W")
    if shape.kind is Kind.SEQUENCE and shape.time:
        return 1, shape.time, shape.features
    side = round(shape.features**0.5) if shape.kind is Kind.VECTOR else 0
    return (1, side, side) if side > 1 and side**2 == shape.features else None


def _listed(path: Path, source: Source) -> tuple[list[str], list[Path]] | None:
    """Names and files of the pictures in a folder, or in the column of paths of a table."""
    rules = source.rules if isinstance(source, FileSource) else RULES
    if path.is_dir() and not is_parquet(path):
        files = pictures_in(path, rules)
        if not files:
            raise NetloomError(f"{path.name} holds no pictures; PNG, JPEG, WebP, BMP, TIFF and GIF can be read.")
        return [readable(file.relative_to(path).as_posix()) for file in files], files
    if not path.is_dir() and path.suffix.lower() not in TABLES:
        return None
    table = new_table(path, source)
    column = source.column if isinstance(source, Images) and source.column in table else path_column(table, rules)
    if not column:
        return None
    names = as_texts(table[column].dropna())
    if isinstance(source, Images) and source.boxes != "auto":
        names = list(dict.fromkeys(names))  # a row for each box
    return names, picture_paths(path, names, rules)


def _laid(stored: LazyArray, shape: Shape) -> Values:
    """Pictures as the network reads them: only those that are no images have to be numbers at once."""
    if shape.kind is Kind.IMAGE:
        return stored
    flat: Array = np.asarray(stored).reshape(len(stored), *(size or 1 for size in shape.sizes))
    return flat

"""Picture decoding: one image file as an array, whatever its format, size and depth."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.data.dataset import Array

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
PIXELS = 40_000_000
"""Most pixels that a picture may have: a small file can unfold to fill the memory."""


class PictureError(Exception):
    """A picture cannot be used; the text says why, as the end of a sentence."""


def is_colour(file: Path) -> bool:
    """Whether a picture holds colours; False for one that cannot be opened."""
    try:
        with _opened(file) as picture:
            return not (picture.mode in ("1", "L", "LA") or picture.mode.startswith(("I", "F")))
    except PictureError:
        return False


def picture_array(file: Path, size: tuple[int, int], colour: bool, fit: str) -> Array:
    """A picture as `picture_bytes` gives it, as float32 (C, H, W) with values from 0 to 1."""
    return picture_bytes(file, size, colour, fit).transpose(2, 0, 1).astype(np.float32) / 255.0


def picture_bytes(file: Path, size: tuple[int, int], colour: bool, fit: str) -> Array:
    """A picture as uint8 (H, W, C), turned upright as its EXIF orientation says.

    ``size`` is (height, width); ``fit`` is ``stretch``, ``crop`` (fill and cut off) or ``pad`` (fit in and add black).
    What is transparent becomes white.

    Raises
    ------
    PictureError
        if the file is no picture, damaged, or larger than `PIXELS`.
    """
    from PIL import ImageOps

    with _opened(file) as picture:
        try:
            # A large photograph is decoded at an eighth to a half of its size where that is still twice what is wanted.
            picture.draft(None, (2 * max(size), 2 * max(size)))
            upright = ImageOps.exif_transpose(picture)
            flat = _fitted(_flattened(upright, colour), (size[1], size[0]), fit)
        except Exception as error:  # a damaged picture makes decoders raise almost anything
            raise PictureError(f"is damaged ({_short(error)})") from None
        values = np.asarray(flat, dtype=np.uint8)
    return values if colour else values[..., None]


def _opened(file: Path) -> Image.Image:
    """The picture with its size known and nothing decoded."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise PictureError(_too_large()) from None
    except FileNotFoundError:
        raise PictureError("is not there") from None
    except UnidentifiedImageError:
        raise PictureError("is not a picture" if _length(file) else "is empty") from None
    except Exception as error:
        raise PictureError(f"is not a picture that can be read ({_short(error)})") from None
    if picture.width * picture.height > PIXELS:
        picture.close()
        raise PictureError(_too_large())
    return picture


def _too_large() -> str:
    return f"has more than {PIXELS // 1_000_000} megapixels"


def _length(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 1


def _short(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return type(error).__name__ if len(str(error)) > 80 or not str(error) else str(error).split(" '/")[0]


def _flattened(picture: Image.Image, colour: bool) -> Image.Image:
    """Eight bits per channel, without transparency."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):
        picture = _eight_bits(picture)
    if picture.mode in ("LA", "RGBA", "PA") or "transparency" in picture.info:
        over = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    return picture.convert("RGB" if colour else "L")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Deep grey values scaled down; Pillow's own conversion would cut them off at 255."""
    from PIL import Image

    # In place and in 32 bits: of the largest pictures four are decoded at a time.
    values = np.nan_to_num(np.array(picture, dtype=np.float32), copy=False, posinf=0.0, neginf=0.0)
    top = 65535.0 if picture.mode.startswith("I") else 1.0
    scale = top if values.max(initial=0.0) <= top else float(values.max())
    values *= np.float32(255.0 / scale)
    return Image.fromarray(np.clip(values, 0.0, 255.0, out=values).astype(np.uint8))


def _fitted(picture: Image.Image, size: tuple[int, int], fit: str) -> Image.Image:
    from PIL import Image, ImageOps

    method = Image.Resampling.BILINEAR
    if fit == "crop":
        return ImageOps.fit(picture, size, method)
    return ImageOps.pad(picture, size, method) if fit == "pad" else picture.resize(size, method)

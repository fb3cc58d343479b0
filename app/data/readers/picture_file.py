"""Picture decoding: one image file as an array, whatever its format, size and depth."""

from __future__ import annotations

import contextlib
import stat
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.data.dataset import Array
from app.data.readers.picture_column import encoded_picture, is_packed

if TYPE_CHECKING:
    from PIL import Image
    from PIL.Image import Resampling

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM", "JPEG2000", "AVIF")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
"""Endings of the pictures that version 1 of the rules reads."""
MORE_SUFFIXES = frozenset({".pgm", ".ppm", ".pbm", ".pnm", ".jp2", ".j2k", ".jpx", ".avif", ".heic", ".heif", ".hif"})
"""Endings of those that version 2 reads besides."""
HEIC_SUFFIXES = frozenset({".heic", ".heif", ".hif"})
"""Endings of the pictures of phones that only the library pillow-heif can decode."""
OTHER_SUFFIXES = frozenset({
    ".svg", ".psd", ".xcf", ".ico", ".tga", ".jxl", ".exr", ".hdr", ".dcm", ".nii", ".raw", ".dng", ".cr2", ".cr3",
    ".nef", ".arw", ".orf", ".rw2", ".raf", ".eps", ".ai", ".mp4", ".mov", ".avi", ".mkv", ".webm",
})  # fmt: skip
"""Endings of pictures and films that are not read, and are told of where they lie among others."""
ORIENTATION = 0x0112
"""The EXIF tag that says how a picture is turned."""
LYING = range(5, 9)
"""Orientations that exchange width and height."""
PIXELS = 40_000_000
"""Most pixels that a picture may have: a small file can unfold to fill the memory."""
EIGHT_BITS = 255.0
LOOKED_AT = 1000
"""So many deep pictures, evenly spaced, are measured to find out how bright they get."""
MORE_FRAMES, CUT_TO_EIGHT_BITS = 1, 2
"""What is remarkable about a picture that can be read, as bits of a number."""


class PictureError(Exception):
    """A picture cannot be used; the text says why, as the end of a sentence."""


@dataclass(frozen=True)
class GreyScale:
    """The values that become 0 and 1 in the deep pictures of a set: grey ones of 16 or 32 bits, or of floats.

    The two are equal where no picture of the set is deep. Pictures of eight bits always go from 0 to 255. With the same
    scale a picture means the same in training and later.
    """

    black: float = 0.0
    white: float = 0.0

    @property
    def deep(self) -> bool:
        """Whether a picture of the set holds more than eight bits."""
        return self.black != self.white


def find_grey_scale(files: Sequence[Path]) -> GreyScale:
    """The scale of a set of pictures: that of eight bits unless some are deep.

    The white of whole numbers is that of the 8, 10, 12, 14 or 16 bits that hold the brightest of all, that of floats 1
    or 255, or the brightest.
    """
    with ThreadPoolExecutor(4) as threads:
        deep = [file for file, is_one in zip(files, threads.map(is_deep, files), strict=True) if is_one]
        some = deep[:: max(1, len(deep) // LOOKED_AT)]
        ranges = [seen for seen in threads.map(_grey_range, some) if seen is not None]
    if not ranges:
        return GreyScale()
    low, high = min(low for low, _, _ in ranges), max(high for _, high, _ in ranges)
    tops = [2.0**bits - 1 for bits in (8, 10, 12, 14, 16)] if all(whole for *_, whole in ranges) else [1.0, EIGHT_BITS]
    white = next((top for top in tops if high <= top), high)
    black = min(0.0, low)
    return GreyScale(black, white if white > black else black + 1.0)


def is_deep(file: Path) -> bool:
    """Whether a picture is grey with more than eight bits; False for one that cannot be opened."""
    if file.suffix.lower() not in (".png", ".tif", ".tiff", ".pgm", ".pnm", ".jp2", ".j2k", ".jpx"):
        return False
    try:
        with _opened(file) as picture:
            return _is_deep(picture)
    except PictureError:
        return False


def _is_deep(picture: Image.Image) -> bool:
    return picture.mode.startswith(("I", "F"))


def _grey_range(file: Path) -> tuple[float, float, bool] | None:
    """Smallest and largest value of a deep picture, and whether it holds whole numbers; None where it is damaged."""
    try:
        with _opened(file) as picture:
            values = _grey_values(picture)
            return float(values.min()), float(values.max()), picture.mode.startswith("I")
    except Exception:  # whoever decodes it says what is wrong with it
        return None


class PictureSize(NamedTuple):
    """Width and height of a picture as it stands upright, and the EXIF orientation (1 to 8) that turns it so."""

    width: int
    height: int
    orientation: int = 1

    @property
    def exchanged(self) -> bool:
        """Whether width and height are exchanged in the file."""
        return self.orientation in LYING


def picture_size(file: Path) -> PictureSize:
    """The size of a picture in pixels; only the beginning of the file is read.

    Raises
    ------
    PictureError
        if the file is no picture, or larger than `PIXELS`.
    """
    with _opened(file) as picture:
        try:
            orientation = int(picture.getexif().get(ORIENTATION, 1))
        except Exception:  # where the orientation cannot be read, the picture is not turned
            orientation = 1
        sides = (picture.height, picture.width) if orientation in LYING else (picture.width, picture.height)
        return PictureSize(*sides, orientation)


def is_colour(file: Path) -> bool:
    """Whether a picture holds colours; False for one that cannot be opened."""
    try:
        with _opened(file) as picture:
            return not (picture.mode in ("1", "L", "LA") or _is_deep(picture))
    except PictureError:
        return False


def picture_values(file: Path, size: tuple[int, int], colour: bool, fit: str, scale: GreyScale | None) -> Array:
    """A picture as (H, W, C), turned upright as its EXIF orientation says; of several frames the first.

    It is uint8, or float32 with 0 and 1 where ``scale`` has black and white of a set of deep pictures. Without a scale,
    version 1 of the rules, each deep picture is brought to eight bits by itself. ``size`` is (height, width). ``fit``
    is ``stretch``, ``crop`` (fill and cut off) or ``pad`` (fit in and add black). What is transparent becomes white.

    Raises
    ------
    PictureError
        if the file is no picture, damaged, or larger than `PIXELS`.
    """
    return picture_with_remarks(file, size, colour, fit, scale)[0]


def picture_with_remarks(
    file: Path, size: tuple[int, int], colour: bool, fit: str, scale: GreyScale | None
) -> tuple[Array, int]:
    """As `picture_values`, and what is remarkable: `MORE_FRAMES` and `CUT_TO_EIGHT_BITS` as bits."""
    from PIL import ImageOps

    deep = scale is not None and scale.deep
    with _opened(file) as picture:
        try:
            remarks = CUT_TO_EIGHT_BITS * _cut_to_eight_bits(picture)
            # A large photograph is decoded at an eighth to a half of its size where that is still twice what is wanted.
            picture.draft(None, (2 * max(size), 2 * max(size)))
            upright = ImageOps.exif_transpose(picture)
            flat = _scaled(upright, scale) if scale and deep and _is_deep(upright) else _flattened(upright, colour)
            values = np.asarray(_fitted(flat, (size[1], size[0]), fit))
        except Exception as error:  # a damaged picture makes decoders raise almost anything
            raise PictureError(f"is damaged ({_short(error)})") from None
        remarks |= MORE_FRAMES * _has_more_frames(picture)
    if deep and values.dtype == np.uint8:
        values = values * SHARE
    if values.ndim == 2:
        values = np.repeat(values[..., None], 3 if colour else 1, axis=2)
    return values, remarks


def picture_indices(file: Path, size: tuple[int, int], fit: str) -> Array:
    """A mask as uint32 (H, W): values of grey and of palettes as they are, colours as 0x1RRGGBB, and never blended.

    Raises
    ------
    PictureError
        if the file is no picture, damaged, or larger than `PIXELS`.
    """
    with _opened(file) as picture:
        try:
            colours = picture.mode not in ("1", "L", "P") and not _is_deep(picture)
            values = np.asarray(picture.convert("RGB") if colours else picture).astype(np.uint32)
            if values.ndim == 3:
                grey = bool((values[..., :1] == values).all())
                red, green, blue = values[..., 0], values[..., 1], values[..., 2]
                values = red if grey else (1 << 24) + (red << 16) + (green << 8) + blue
        except Exception as error:  # a damaged picture makes decoders raise almost anything
            raise PictureError(f"is damaged ({_short(error)})") from None
    return _nearest(values, size, fit)


def _nearest(values: Array, size: tuple[int, int], fit: str) -> Array:
    """Values (h, w) brought to a size as `_fitted` does, each taken from the nearest pixel; bars are 0."""
    from PIL import Image

    numbers = Image.fromarray(values.astype(np.int32))
    return np.asarray(_fitted(numbers, (size[1], size[0]), fit, Image.Resampling.NEAREST)).astype(np.uint32)


SHARE = np.float32(1 / 255)
"""What a byte is multiplied by to become a share, exactly as samples are while training."""


def shares(values: Array) -> Array:
    """A picture of `picture_values` as float32 (C, H, W), bytes as shares from 0 to 1."""
    laid = values.transpose(2, 0, 1)
    return np.ascontiguousarray(laid * SHARE if laid.dtype == np.uint8 else laid, dtype=np.float32)


def picture_array(file: Path, size: tuple[int, int], colour: bool, fit: str, scale: GreyScale | None = None) -> Array:
    """A picture as `picture_values` gives it, as float32 (C, H, W) with values from 0 to 1."""
    return shares(picture_values(file, size, colour, fit, scale))


def _cut_to_eight_bits(picture: Image.Image) -> bool:
    """Whether a picture stores 16 bits per colour, of which Pillow gives eight; known before it is decoded."""
    modes = [tile[3] for tile in getattr(picture, "tile", ())]
    texts = [part for mode in modes for part in (mode if isinstance(mode, tuple) else (mode,)) if isinstance(part, str)]
    return any(";16" in text for text in texts) and not _is_deep(picture)


def _has_more_frames(picture: Image.Image) -> bool:
    """Whether a picture is animated or has several pages; False where what follows the first frame is damaged."""
    with contextlib.suppress(Exception):
        return picture.format in ("GIF", "TIFF", "WEBP", "PNG", "AVIF") and bool(getattr(picture, "is_animated", False))
    return False


@cache
def heic_is_read() -> bool:
    """Whether the library for pictures of phones is there, which then enters itself into Pillow."""
    if find_spec("pillow_heif") is None:
        return False
    import pillow_heif

    pillow_heif.register_heif_opener()
    return True


def _opened(file: Path) -> Image.Image:
    """The picture with its size known and nothing decoded."""
    from PIL import Image, UnidentifiedImageError

    formats: tuple[str, ...] = FORMATS
    if file.suffix.lower() in HEIC_SUFFIXES:
        if not heic_is_read():
            raise PictureError("is a HEIC picture, which the library pillow-heif would read")
        formats = (*FORMATS, "HEIF")
    try:
        packed = _packed(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(file if packed is None else BytesIO(packed), formats=formats)
    except PictureError:
        raise
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


def _packed(file: Path) -> bytes | None:
    """The bytes of a picture in a Parquet file; None for one that is a file of its own."""
    if not is_packed(file):
        if not stat.S_ISREG(file.stat().st_mode):  # a device never ends, and a pipe waits
            raise PictureError("is no file")
        return None
    packed = encoded_picture(file)
    if not packed:
        raise PictureError("is empty")
    return packed


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
    values = _grey_values(picture)
    top = 65535.0 if picture.mode.startswith("I") else 1.0
    scale = top if values.max(initial=0.0) <= top else float(values.max())
    values *= np.float32(255.0 / scale)
    return Image.fromarray(np.clip(values, 0.0, 255.0, out=values).astype(np.uint8))


def _grey_values(picture: Image.Image) -> Array:
    """Deep grey values as float32 (H, W); what is no number is 0."""
    return np.nan_to_num(np.array(picture, dtype=np.float32), copy=False, posinf=0.0, neginf=0.0)


def _scaled(picture: Image.Image, scale: GreyScale) -> Image.Image:
    """Deep grey values, black as 0 and white as 1; brighter ones than white stay brighter."""
    from PIL import Image

    values = _grey_values(picture)
    values -= np.float32(scale.black)
    values *= np.float32(1.0 / (scale.white - scale.black))
    return Image.fromarray(values)


def _fitted(picture: Image.Image, size: tuple[int, int], fit: str, method: Resampling | None = None) -> Image.Image:
    from PIL import Image, ImageOps

    method = Image.Resampling.BILINEAR if method is None else method
    if fit == "crop":
        return ImageOps.fit(picture, size, method)
    return ImageOps.pad(picture, size, method) if fit == "pad" else picture.resize(size, method)

"""Data augmentation of a training script: how samples of a batch are altered, with the numbers that Netloom draws."""

from __future__ import annotations

from app.data.augment import STREAM, Augment
from app.data.dataset import Field
from app.exchange.script_data import ScriptData
from app.exchange.script_pieces import Piece
from graph.errors import NetloomError

MOVES = ("flip", "flip_vertical", "shift", "rotate", "zoom", "crop")
"""Settings that move the pixels of a picture, which is done in one go."""

MEANINGS = {
    "flip": "mirror left and right, every other time",
    "flip_vertical": "mirror top and bottom, every other time",
    "shift": "farthest shift, as a share of the size",
    "rotate": "largest turn to either side, in degrees",
    "zoom": "larger or smaller by at most this share",
    "crop": "farthest shift in pixels",
    "brightness": "most that is added to every pixel",
    "noise": "standard deviation of noise added to every pixel",
    "cutout": "side of a square that is blotted out, in pixels",
    "window_shift": "farthest shift in time, in steps",
    "scale": "larger or smaller by at most this share",
    "jitter": "standard deviation of noise added to every value",
}

EACH = '''
def each(values: torch.Tensor, numbers: np.ndarray) -> torch.Tensor:
    """A number for each sample, in the shape that meets ``values``."""
    return torch.from_numpy(numbers.astype(np.float32)).to(values.device).reshape(-1, *[1] * (values.dim() - 1))
'''

MOVE = '''
def move(pictures: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Pictures [n, channels, height, width] turned, zoomed, mirrored and shifted in one go; outside of them is 0."""
    count, _, height, width = pictures.shape
    angle = np.deg2rad(rng.uniform(-ROTATE, ROTATE, count))
    size = 1 / rng.uniform(1 - ZOOM, 1 + ZOOM, count)
    mirrored = np.where((rng.random(count) < 0.5) & FLIP, -1.0, 1.0)
    turned = np.where((rng.random(count) < 0.5) & FLIP_VERTICAL, -1.0, 1.0)
    cosine, sine = np.cos(angle) * size, np.sin(angle) * size
    up, left = rng.uniform(-SHIFT, SHIFT, (2, count)) * np.array([[height], [width]])
    up, left = np.array([up, left]) + rng.integers(-CROP, CROP + 1, (2, count))
    rows = torch.arange(height, device=pictures.device)[None, :, None] - (height - 1) / 2
    columns = torch.arange(width, device=pictures.device)[None, None, :] - (width - 1) / 2
    a, b, c, d, up, left = (
        torch.from_numpy(part.astype(np.float32)).to(pictures.device)[:, None, None]
        for part in (cosine * turned, -sine * mirrored, sine * turned, cosine * mirrored, up, left)
    )
    down, across = a * rows + b * columns + up, c * rows + d * columns + left  # where each pixel comes from
    grid = torch.stack([(across * 2) / width, (down * 2) / height], 3)
    return F.grid_sample(pictures, grid, align_corners=False)
'''

CUTOUT = '''
def cut_out(pictures: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Pictures [n, channels, height, width] with a square of zeros somewhere."""
    count, _, height, width = pictures.shape
    top = each(pictures, rng.integers(0, height, count) - CUTOUT // 2)
    left = each(pictures, rng.integers(0, width, count) - CUTOUT // 2)
    rows = torch.arange(height, device=pictures.device)[:, None]
    columns = torch.arange(width, device=pictures.device)
    hidden = (rows >= top) & (rows < top + CUTOUT) & (columns >= left) & (columns < left + CUTOUT)
    return pictures.masked_fill(hidden, 0.0)
'''

WINDOW_SHIFT = '''
def shift_in_time(series: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Series [n, steps, features] moved in time, the first or last value repeated."""
    by = torch.from_numpy(rng.integers(-WINDOW_SHIFT, WINDOW_SHIFT + 1, len(series))).to(series.device)
    places = (torch.arange(series.shape[1], device=series.device) + by[:, None]).clamp(0, series.shape[1] - 1)
    return series.gather(1, places[:, :, None].expand_as(series))
'''

NOISE = '''
def noise_like(values: torch.Tensor, deviation: float, rng: np.random.Generator) -> torch.Tensor:
    """Normal noise of a standard deviation."""
    drawn = rng.standard_normal(tuple(values.shape), dtype=np.float32) * np.float32(deviation)
    return torch.from_numpy(drawn).to(values.device)
'''


def check_augment(choice: Augment, inputs: list[str]) -> None:
    """Make sure that the alterations can be written as a script.

    Raises
    ------
    NetloomError
        if not; the sentence says what to switch off.
    """
    reason = ""
    if choice.mixup:
        reason = "Mixup, which blends pairs of samples,"
    elif choice.active and len(set(inputs)) < len(inputs):
        reason = "Altering a field that two inputs read"
    if reason:
        raise NetloomError(
            f"{reason} is not written as a training script; switch it off in Data, or export the network alone instead "
            "(--to code)."
        )


def augment_piece(choice: Augment, data: ScriptData) -> Piece | None:
    """The code that alters the samples of a batch while training; None where nothing is altered."""
    fields = {data.keys[name]: data.prepared.dataset.fields[name] for name in data.objective.inputs}
    lines = []
    for key, field in fields.items():
        samples = f'batch["{key}"]'
        lines += [f"    {samples} = {step.format(samples)}" for step in _steps(choice, field)]
    if not lines:
        return None
    body = "\n".join(lines)
    functions = {"each(": EACH, "move(": MOVE, "cut_out(": CUTOUT, "shift_in_time(": WINDOW_SHIFT, "noise_like(": NOISE}
    used = [text for call, text in functions.items() if call in body or (call == "each(" and "cut_out(" in body)]
    altered = "\n".join(
        [
            "def altered(batch: dict[str, torch.Tensor], epoch: int, number: int) -> dict[str, torch.Tensor]:",
            '    """The samples of a batch as training sees them: each a little otherwise, in every epoch anew."""',
            f"    rng = np.random.default_rng([SEED, epoch, number, {STREAM}])",
            body,
            "    return batch",
        ]
    )
    names = [name for name in MEANINGS if name.upper() in _words(body) or ("move(" in body and name in MOVES)]
    names += [name for name, call in (("cutout", "cut_out("), ("window_shift", "shift_in_time(")) if call in body]
    constants = [f"{name.upper()} = {getattr(choice, name)!r}  # {MEANINGS[name]}" for name in names]
    words = (
        "While training, no sample is seen twice alike: what does not change the answer is varied at random, which is "
        "worth more samples. Validation and test samples stay as they are."
    )
    code = "\n\n\n".join(["\n".join(constants), *(text.strip() for text in used), altered])
    return Piece("Altering samples", words, code)


def _words(code: str) -> set[str]:
    return set(code.replace("(", " ").replace(")", " ").replace(",", " ").split())


def _steps(choice: Augment, field: Field) -> list[str]:
    """What is done to the samples of a field, in order; the samples stand for ``{0}``."""
    axes = len(field.shape.sizes) + 1
    if field.values.dtype.kind != "f" or axes not in (3, 4):
        return []
    if axes == 3:
        series = {
            "window_shift": "shift_in_time({0}, rng)",
            "scale": "{0} * each({0}, rng.uniform(1 - SCALE, 1 + SCALE, len({0})))",
            "jitter": "{0} + noise_like({0}, JITTER, rng)",
        }
        return [text for name, text in series.items() if getattr(choice, name)]
    pictures = {
        "brightness": "{0} + each({0}, rng.uniform(-BRIGHTNESS, BRIGHTNESS, len({0})))",
        "noise": "{0} + noise_like({0}, NOISE, rng)",
        "cutout": "cut_out({0}, rng)",
    }
    moved = ["move({0}, rng)"] if any(getattr(choice, name) for name in MOVES) else []
    return [*moved, *(text for name, text in pictures.items() if getattr(choice, name))]

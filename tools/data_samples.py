"""Sample data files for the guide's pictures, from a seed: tables, series, sounds, pictures, arrays, texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

STREETS = ("Hill Road", "Mill Lane", "Station Street", "Park Avenue")
PRAISE = ("wonderful", "a joy", "moving", "superb acting", "laughed a lot", "would watch it again")
BLAME = ("dull", "a waste of time", "predictable", "poor sound", "fell asleep", "left early")


def members(folder: Path, rows: int = 120) -> Path:
    """Members of a club, in a file that can be read in several ways: dates, categories and numbers."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "joined": [f"{day:02}/{month:02}/2021" for day, month in rng.integers(1, 13, (rows, 2))],
            "height": [f"{height:.1f} cm" for height in rng.normal(172, 9, rows)],
            "shirt": rng.choice(["Red", "red", "blue", "NA"], rows),
            "distance": [f"{distance:.3f}" for distance in rng.uniform(1, 900, rows)],
            "stays": rng.choice(["yes", "no"], rows),
        }
    )
    path = folder / "members.csv"
    frame.to_csv(path, index=False, sep=";")
    return path


def table(folder: Path, rows: int = 600) -> Path:
    """Flats with size, rooms, heating, year and rent; some values are missing."""
    rng = np.random.default_rng(1)
    size = rng.normal(72, 22, rows).clip(18, 180).round(1)
    rooms = (size / 24 + rng.normal(0, 0.5, rows)).round().clip(1, 7)
    year = rng.integers(1900, 2024, rows)
    heating = rng.choice(["gas", "district", "heat pump"], rows, p=[0.5, 0.3, 0.2])
    rent = 6.5 * size + 90 * (heating == "heat pump") + 1.2 * (year - 1950).clip(0) + rng.normal(0, 45, rows)
    frame = pd.DataFrame(
        {
            "id": np.arange(1, rows + 1),
            "street": rng.choice(STREETS, rows),
            "size m2": size,
            "rooms": rooms,
            "built": year,
            "heating": heating,
            "rent": rent.round(),
        }
    )
    frame.loc[rng.choice(rows, 25, replace=False), "rooms"] = np.nan
    path = folder / "flats.csv"
    frame.to_csv(path, index=False)
    return path


def series(folder: Path, hours: int = 24 * 90) -> Path:
    """The load of a small grid by the hour, with temperature."""
    rng = np.random.default_rng(2)
    time = pd.date_range("2025-01-01", periods=hours, freq="h")
    hour, day = time.hour.to_numpy(), time.day_of_week.to_numpy()
    temperature = 6 + 5 * np.sin(2 * np.pi * (hour - 9) / 24) + np.cumsum(rng.normal(0, 0.15, hours))
    load = 40 + 12 * np.sin(2 * np.pi * (hour - 7) / 24) - 6 * (day > 4) - 0.5 * temperature + rng.normal(0, 1, hours)
    path = folder / "load.csv"
    frame = pd.DataFrame({"time": time, "temperature": temperature.round(1), "load": load.round(2)})
    frame.to_csv(path, index=False)
    return path


def moves(folder: Path, sequences: int = 60) -> Path:
    """What a watch measured while somebody walked, ran or sat: sequences of unequal length in one table."""
    rng = np.random.default_rng(6)
    parts = []
    for number in range(sequences):
        activity, pace, reach = (("walk", 0.9, 1.0), ("run", 1.6, 2.2), ("sit", 0.1, 0.1))[number % 3]
        step = np.arange(rng.integers(40, 60))
        turn = pace * step / 2 + rng.uniform(0, 6)
        noise = rng.normal(0, 0.15, (2, len(step)))
        columns = {"ax": reach * np.sin(turn) + noise[0], "ay": 1 + 0.5 * reach * np.cos(2 * turn) + noise[1]}
        parts.append(pd.DataFrame({"sequence": number, "step": step, **columns, "activity": activity}))
    path = folder / "moves.csv"
    pd.concat(parts).round(3).to_csv(path, index=False)
    return path


def sounds(folder: Path, each: int = 25, rate: int = 4000) -> Path:
    """Short tones of a bell and of a buzzer as WAV files, a folder for each."""
    from scipy.io import wavfile

    rng = np.random.default_rng(7)
    for name in ("bell", "buzzer"):
        (folder / "tones" / name).mkdir(parents=True, exist_ok=True)
        for number in range(each):
            time = np.arange(int(rate * rng.uniform(0.08, 0.12))) / rate
            wave = np.sin(2 * np.pi * rng.uniform(300, 500) * time)
            loud = np.exp(-30 * time) if name == "bell" else 0.6
            sound = loud * (wave if name == "bell" else np.sign(wave)) + rng.normal(0, 0.02, len(time))
            shares = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
            wavfile.write(folder / "tones" / name / f"{number:02}.wav", rate, shares)
    return folder / "tones"


def pictures(folder: Path, each: int = 80, size: int = 48) -> Path:
    """Circles, squares and triangles of random colours, a folder for each."""
    rng = np.random.default_rng(3)
    place = folder / "shapes"
    for name in ("circle", "square", "triangle"):
        (place / name).mkdir(parents=True, exist_ok=True)
        for number in range(each):
            ground, ink = (tuple(rng.integers(low, low + 100, 3).tolist()) for low in (0, 150))
            picture = Image.new("RGB", (size, size), ground)
            reach, (x, y) = int(rng.integers(8, 18)), rng.integers(18, size - 18, 2).tolist()
            draw, box = ImageDraw.Draw(picture), (x - reach, y - reach, x + reach, y + reach)
            if name == "circle":
                draw.ellipse(box, fill=ink)
            elif name == "square":
                draw.rectangle(box, fill=ink)
            else:
                draw.polygon([(x, y - reach), (x - reach, y + reach), (x + reach, y + reach)], fill=ink)
            picture.save(place / name / f"{number:03d}.png")
    return place


def arrays(folder: Path, samples: int = 400) -> Path:
    """Two kinds of waves of 64 values, as arrays ``x`` and ``y``."""
    rng = np.random.default_rng(4)
    kind = rng.integers(0, 2, samples)
    phase, at = rng.uniform(0, 2 * np.pi, (samples, 1)), np.arange(64) / 64
    wave = np.sin(2 * np.pi * 3 * at + phase)
    values = np.where(kind[:, None] == 1, np.sign(wave), wave) + rng.normal(0, 0.1, (samples, 64))
    path = folder / "waves.npz"
    np.savez(path, x=values.astype(np.float32)[:, :, None], y=kind.astype(np.int64))
    return path


def texts(folder: Path, rows: int = 400) -> Path:
    """Short reviews of films with what their writers felt."""
    rng = np.random.default_rng(5)
    lines = []
    for _ in range(rows):
        good = bool(rng.integers(0, 2))
        words = rng.choice(PRAISE if good else BLAME, int(rng.integers(1, 4)), replace=False)
        lines.append({"review": "The film was " + ", ".join(words) + ".", "opinion": "good" if good else "bad"})
    path = folder / "reviews.csv"
    pd.DataFrame(lines).to_csv(path, index=False)
    return path

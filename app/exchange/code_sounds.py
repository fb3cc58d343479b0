"""What exported code knows of sounds: how a WAV file becomes the log-mel spectrogram that the network reads."""

from __future__ import annotations

from dataclasses import replace

from app.data.sources.sound_source import SPECTROGRAM, SoundSource
from app.exchange.code_literals import constant
from app.numerics.mel import FLOOR
from app.training.trainable import Model
from graph.build.code import DataCode
from graph.shapes import Kind

SOUNDS = '''
def mel_filters() -> torch.Tensor:
    """Triangles [bands, waves] at equal distances on the mel scale, 2595 log10(1 + f / 700), the lowest first."""
    mel = torch.linspace(0.0, 2595.0 * math.log10(1.0 + RATE / 2 / 700.0), BANDS + 2, dtype=torch.float64)
    corners = 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    waves = torch.arange(FFT // 2 + 1, dtype=torch.float64) * (RATE / FFT)
    low, top, high = (corners[at : at + BANDS, None] for at in range(3))
    return torch.minimum((waves - low) / (top - low), (high - waves) / (high - top)).clamp_min(0.0)


def spectrogram(sound: torch.Tensor) -> torch.Tensor:
    """The input of the network for samples at RATE Hz, from -1 to 1: levels in dB, the highest band first."""
    sound = torch.nn.functional.pad(sound[:SAMPLES].double(), (0, max(SAMPLES, WINDOW) - len(sound[:SAMPLES])))
    frames = sound.unfold(0, WINDOW, HOP) * torch.hann_window(WINDOW, dtype=torch.float64)
    power = torch.fft.rfft(frames, FFT).abs() ** 2 @ mel_filters().T
    return (10.0 * power.clamp_min(FLOOR).log10()).T.flip(0).float()LAYOUT


def read(*files: str) -> torch.Tensor:
    """WAV files of 16 bits at RATE Hz as inputs of the network; several channels are averaged."""
    made = []
    for name in files:
        with wave.open(name) as file:
            if (file.getsampwidth(), file.getframerate()) != (2, RATE):
                raise ValueError(f"{name} must be 16-bit PCM at {RATE} Hz")
            raw = torch.frombuffer(bytearray(file.readframes(file.getnframes())), dtype=torch.int16)
            made.append(spectrogram(raw.reshape(-1, file.getnchannels()).double().mean(1) / 32768))
    return torch.stack(made)
'''

LAYOUTS = {"picture": "[None]", "columns": ".T"}
"""What follows the levels (bands, frames), by how the data lays them out."""

MAIN = """
if __name__ == "__main__":
    network = load(sys.argv[1]) if len(sys.argv) > 1 else Network().eval()
    if len(sys.argv) > 2:
        for answer in zip(*predict(network, read(*sys.argv[2:]))):
            print(*answer)
    else:
        print("Usage: python FILE WEIGHTS.safetensors SOUND.wav ANOTHER.wav")
"""


def sounds_code(model: Model, code: DataCode) -> DataCode | None:
    """The code with what makes spectrograms of WAV files, where the network reads nothing but spectrograms."""
    source = model.prepared.choice.source
    if not isinstance(source, SoundSource) or list(model.objective.inputs) != [SPECTROGRAM]:
        return None
    kind = model.prepared.dataset.field_named(SPECTROGRAM).shape.kind
    made = spectrogram_code(source, "picture" if kind is Kind.IMAGE else "columns")
    return replace(code, source=f"{code.source}\n\n{made}", imports=("import math", "import wave"), main=MAIN)


def spectrogram_code(source: SoundSource, layout: str) -> str:
    """Python that makes the spectrograms of ``source``, as a ``picture`` or as ``columns``."""
    mel = source.mel
    numbers = {
        "RATE": mel.rate,
        "SAMPLES": source.samples_each,
        "WINDOW": mel.window,
        "HOP": mel.hop,
        "FFT": mel.fft,
        "BANDS": mel.bands,
        "FLOOR": FLOOR,
    }
    constants = [constant(name, value) for name, value in numbers.items()]
    return "\n".join([*constants, "", SOUNDS.replace("LAYOUT", LAYOUTS[layout])])

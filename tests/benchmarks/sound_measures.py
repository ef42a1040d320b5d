"""What can be measured of a finished piece, and between which limits it has to lie."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.units import SAMPLE_RATE

Sound = NDArray[np.float32]
WINDOW = 16_384
OCTAVES_HZ = (125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0)
AIR_HZ = (13_000.0, 18_000.0)
SILENCE_DB = -60.0
STEP_FRAMES = 480  # 10 ms


@dataclass(frozen=True, slots=True)
class Limit:
    """Between which values a measure has to lie, and its unit."""

    low: float
    high: float
    unit: str
    only_bright: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value is within the limits."""
        return self.low <= value <= self.high


LIMITS: Mapping[str, Limit] = {
    "loudness": Limit(-17.0, -15.0, "LUFS"),
    "range": Limit(2.0, 20.0, "LU"),
    "true peak": Limit(-60.0, -1.0, "dBTP"),
    "crest": Limit(12.0, 19.0, "dB"),
    "tilt": Limit(-7.0, -2.0, "dB/octave"),
    "bump": Limit(0.0, 10.0, "dB"),  # of an octave off the line of the tilt
    "air": Limit(-70.0, 0.0, "dB", only_bright=True),  # 13 to 18 kHz, against everything
    "side": Limit(-20.0, 0.0, "dB"),  # against the middle
    "mono": Limit(-3.0, 3.1, "dB"),  # of the octave that suffers most when left and right are added
    "gap": Limit(0.0, 2.0, "s"),  # the longest silence
}


def measure(sound: Sound) -> dict[str, float]:
    """Every measure of a piece, (2, frames) float32, that is longer than a few seconds."""
    spectra = _spectra(sound)
    middle, side = spectra["middle"].sum(), spectra["side"].sum()
    tilt, bump = _tilt(spectra["both"])
    return {
        **_loudness(sound),
        "crest": _db((np.abs(sound).max() / np.sqrt(np.mean(np.square(sound, dtype=float)))) ** 2),
        "tilt": tilt,
        "bump": bump,
        "air": _db(_band(spectra["both"], *AIR_HZ) / spectra["both"].sum()),
        "side": _db(side / middle),
        "mono": min(
            _db(_octave(spectra["middle"], hz) / _octave(spectra["both"], hz)) for hz in OCTAVES_HZ
        ),
        "gap": _gap_seconds(sound),
    }


def _db(power_ratio: float) -> float:
    return float(10.0 * np.log10(max(power_ratio, 1e-20)))


def _loudness(sound: Sound) -> dict[str, float]:
    """Integrated loudness, loudness range and true peak, by FFmpeg's EBU R 128 meter."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac",
               "2", "-i", "pipe:", "-af", "ebur128=peak=true", "-f", "null", "-"]  # fmt: skip
    data = np.ascontiguousarray(sound.T, "<f4").tobytes()
    done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=600)
    summary = done.stderr.decode().rpartition("Summary:")[2]
    found = {key: float(value) for key, value in re.findall(r"(I|LRA|Peak):\s+(-?[\d.]+)", summary)}
    return {"loudness": found["I"], "range": found["LRA"], "true peak": found["Peak"]}


def _spectra(sound: Sound) -> dict[str, NDArray[np.float64]]:
    """Mean power of each bin: of left and right, of their middle and of their difference."""
    pieces = sound[:, : sound.shape[1] // WINDOW * WINDOW].reshape(2, -1, WINDOW)
    totals = dict.fromkeys(("both", "middle", "side"), np.zeros(WINDOW // 2 + 1))
    window = np.hanning(WINDOW)
    for left, right in zip(*pieces, strict=True):
        a, b = np.fft.rfft(left * window), np.fft.rfft(right * window)
        for name, power in (
            ("both", 0.5 * (np.abs(a) ** 2 + np.abs(b) ** 2)),
            ("middle", np.abs(0.5 * (a + b)) ** 2),
            ("side", np.abs(0.5 * (a - b)) ** 2),
        ):
            totals[name] = totals[name] + power
    return totals


def _band(power: NDArray[np.float64], low_hz: float, high_hz: float) -> float:
    hz = np.arange(power.size) * SAMPLE_RATE / WINDOW
    return float(power[(hz >= low_hz) & (hz < high_hz)].sum())


def _octave(power: NDArray[np.float64], hz: float) -> float:
    return _band(power, hz / 2**0.5, hz * 2**0.5)


def _tilt(power: NDArray[np.float64]) -> tuple[float, float]:
    """Slope of the power density over octaves, and the octave that is farthest from the line."""
    levels = np.array([_db(_octave(power, hz) / hz) for hz in OCTAVES_HZ])
    octaves = np.log2(OCTAVES_HZ)
    slope, start = np.polyfit(octaves, levels, 1)
    return float(slope), float(np.abs(levels - (slope * octaves + start)).max())


def _gap_seconds(sound: Sound) -> float:
    """The longest stretch below -60 dBFS, the beginning apart."""
    steps = np.abs(sound[:, : sound.shape[1] // STEP_FRAMES * STEP_FRAMES]).max(axis=0)
    loud = np.flatnonzero(steps.reshape(-1, STEP_FRAMES).max(axis=1) > 10 ** (SILENCE_DB / 20))
    return float(np.diff(loud).max(initial=1) - 1) * STEP_FRAMES / SAMPLE_RATE

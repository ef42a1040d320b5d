"""Measures of cost and of quality that hold for any sound engine."""

from __future__ import annotations

import resource
import statistics
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.units import SAMPLE_RATE

Sound = NDArray[np.floating]
ROUNDS = 3
SHORT_SECONDS, LONG_SECONDS = 5, 35
GAUSSIAN_SHARE = 0.317310507863  # of a normal distribution beyond one standard deviation


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine to compare with: how it is run, each function given seconds of sound."""

    name: str
    voices: dict[str, Callable[[int], float]]  # variant to CPU seconds of 64 voices
    reverb: Callable[[int], float]  # CPU seconds of a stereo reverb
    saw: Callable[[float], Sound]  # one second of a saw at a frequency
    response: Callable[[], Sound]  # left output of the reverb to an impulse, all wet


def child_cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def cost_per_second(cpu_seconds: Callable[[int], float]) -> float:
    """CPU seconds per second of sound: a long run less a short one, so that starting cancels."""
    costs = [cpu_seconds(LONG_SECONDS) - cpu_seconds(SHORT_SECONDS) for _ in range(ROUNDS)]
    return statistics.median(costs) / (LONG_SECONDS - SHORT_SECONDS)


def worst_alias_db(sound: Sound, frequency_hz: float) -> float:
    """The loudest partial at 20 Hz to 20 kHz that is no harmonic, against the fundamental."""
    n = np.arange(SAMPLE_RATE)
    turns = 2.0 * np.pi * n / SAMPLE_RATE
    window = 0.35875 - 0.48829 * np.cos(turns) + 0.14128 * np.cos(2 * turns)
    window -= 0.01168 * np.cos(3 * turns)  # Blackman-Harris: side lobes at -92 dB
    power = np.abs(np.fft.rfft(sound[-SAMPLE_RATE:] * window)) ** 2
    bins_hz = np.arange(power.size)
    near = np.abs(bins_hz - frequency_hz * np.round(bins_hz / frequency_hz)) <= 8.0
    fundamental = power[np.abs(bins_hz - frequency_hz) <= 8.0].max()
    return float(10 * np.log10(power[~near & (bins_hz >= 20) & (bins_hz <= 20_000)].max()
                               / fundamental))  # fmt: skip


def echo_density(response: Sound, at_seconds: float) -> float:
    """Normalised echo density (Abel, Huang 2006): 0 for sparse echoes, 1 for Gaussian noise."""
    half = round(0.010 * SAMPLE_RATE)
    middle = round(at_seconds * SAMPLE_RATE)
    part = response[middle - half : middle + half]
    weights = np.hanning(part.size)
    weights /= weights.sum()
    deviation = np.sqrt((weights * part**2).sum())
    return float(weights[np.abs(part) > deviation].sum() / GAUSSIAN_SHARE)


def decay_seconds(response: Sound) -> float:
    """Reverberation time to -60 dB, from the slope between -5 and -35 dB (Schroeder 1965)."""
    energy = np.cumsum(response[::-1].astype(np.float64) ** 2)[::-1]
    level_db = 10 * np.log10(energy / energy[0])
    begin, end = np.argmax(level_db < -5), np.argmax(level_db < -35)
    return float(2 * (end - begin) / SAMPLE_RATE)


def ringing_db(response: Sound, start_seconds: float = 0.5) -> tuple[float, float]:
    """How metallic a tail is: modes that stand out of their surroundings.

    A second of the tail, its decay levelled out, 200 Hz to 5 kHz, each bin against the mean of the
    third of an octave around it.

    Returns
    -------
    Flatness and highest peak, dB. Gaussian noise, which does not ring, has -2.5 and about 9.
    """
    start = round(start_seconds * SAMPLE_RATE)
    part = response[start : start + SAMPLE_RATE].astype(np.float64)
    steps = np.log(np.sqrt((part.reshape(50, -1) ** 2).mean(axis=1)))
    slope, level = np.polyfit((np.arange(50) + 0.5) * SAMPLE_RATE / 50, steps, 1)
    levelled = part / np.exp(slope * np.arange(SAMPLE_RATE) + level)
    power = np.abs(np.fft.rfft(levelled * np.hanning(SAMPLE_RATE))) ** 2
    total = np.concatenate([[0.0], np.cumsum(power)])
    bins = np.arange(200, 5000)
    low, high = (bins / 2 ** (1 / 6)).astype(int), (bins * 2 ** (1 / 6)).astype(int) + 1
    relative = power[bins] / ((total[high] - total[low]) / (high - low))
    flatness = 10 * np.log10(np.exp(np.log(relative).mean()) / relative.mean())
    return float(flatness), float(10 * np.log10(relative.max()))

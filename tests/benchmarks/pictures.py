"""Pictures of sound and of notes, as PNG files, with nothing but numpy and zlib."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genmusic.units import SAMPLE_RATE

Picture = NDArray[np.uint8]  # (height, width, 3)
LOWEST_HZ, HIGHEST_HZ = 30.0, 20_000.0
DECADES_HZ = (100, 1_000, 10_000)
FLOOR_DB = -80.0  # below the loudest bin
WINDOW = 4096
GRID = np.array([90, 100, 120])
PAPER = np.array([16, 17, 24])
# Black, violet, red, orange, pale yellow: evenly brighter, so that loudness reads as light.
HEAT = np.array([
    (8, 8, 16), (52, 18, 94), (124, 32, 118), (194, 54, 96), (242, 108, 60), (252, 180, 70),
    (254, 246, 190),
])  # fmt: skip
PART_COLOURS = np.array([
    (255, 122, 89), (240, 140, 190), (255, 205, 92), (122, 200, 140), (96, 165, 250),
    (190, 150, 230),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class DrawnNote:
    """A note of a piano roll, in seconds."""

    start: float
    end: float
    pitch: int
    velocity: int
    part: int


def write_png(path: Path, picture: Picture) -> None:
    """Write 8-bit RGB."""
    height, width, _ = picture.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with filter 0: none
    rows[:, 1:] = picture.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in chunks:
            check = struct.pack(">I", zlib.crc32(kind + data))
            file.write(struct.pack(">I", len(data)) + kind + data + check)


def share_of_height(hz: float) -> float:
    """Where a frequency lies between the bottom (0) and the top (1) of a spectrogram."""
    return float(np.log(hz / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ))


def spectrogram(sound: NDArray[np.float32], width: int = 900, height: int = 260) -> Picture:
    """Left and right together over a logarithmic scale of frequency, lines at the decades."""
    mono = np.pad(sound.mean(axis=0), WINDOW // 2)
    starts = np.linspace(0, mono.size - WINDOW, width).astype(int)
    frames = mono[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges_hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (np.arange(height + 1) / height)
    bins = edges_hz * WINDOW / SAMPLE_RATE
    levels = np.empty((height, width))
    for row, (low, high) in enumerate(pairwise(bins)):
        if high - low < 1.0:  # low rows are finer than a bin: between the two next to it
            middle = 0.5 * (low + high)
            first = int(middle)
            share = middle - first
            levels[row] = (1.0 - share) * power[:, first] + share * power[:, first + 1]
        else:
            levels[row] = power[:, int(low) : int(high) + 1].max(axis=1)
    level_db = 10.0 * np.log10(levels / max(levels.max(), 1e-12) + 1e-12)
    heat = np.clip(1.0 - level_db / FLOOR_DB, 0.0, 1.0) * (len(HEAT) - 1)
    stops = np.arange(len(HEAT))
    picture = np.stack([np.interp(heat, stops, HEAT[:, k]) for k in range(3)], axis=2)
    for hz in DECADES_HZ:
        row = int(share_of_height(hz) * height)
        picture[row, ::4] = 0.5 * picture[row, ::4] + 0.5 * GRID * 2
    return picture[::-1].astype(np.uint8)


def piano_roll(
    notes: Sequence[DrawnNote],
    seconds: float,
    bars: Sequence[float] = (),
    width: int = 900,
    height: int = 200,
) -> Picture:
    """Notes as bars of their part's colour, brighter when louder; lines at C and at bar lines."""
    picture = np.tile(PAPER.astype(np.float64), (height, width, 1))
    lowest = min((note.pitch for note in notes), default=60) - 2
    highest = max((note.pitch for note in notes), default=60) + 3
    per_pitch = height / (highest - lowest)
    for pitch in range(lowest, highest):
        if pitch % 12 == 0:
            picture[int((pitch - lowest) * per_pitch)] = GRID / 2
    for second in bars:
        picture[:, min(int(second / seconds * width), width - 1)] = GRID / 2
    for note in notes:
        left = int(note.start / seconds * width)
        right = max(left + 2, int(note.end / seconds * width) - 1)
        bottom = int((note.pitch - lowest) * per_pitch)
        top = max(bottom + 2, int((note.pitch + 1 - lowest) * per_pitch) - 1)
        light = 0.4 + 0.6 * note.velocity / 127.0
        picture[bottom:top, left:right] = PART_COLOURS[note.part] * light
    return picture[::-1].astype(np.uint8)

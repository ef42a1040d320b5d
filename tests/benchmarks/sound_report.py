"""``make sound-report``: every style at four moods, rendered and measured against its limits.

Prints a line for each piece, with what lies outside marked by an asterisk, and ends with status 1
if anything does.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from sound_measures import LIMITS, measure

from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.units import QUANTUM, SAMPLE_RATE

MOODS = {
    "tender": {"valence": 0.6, "arousal": -0.7},
    "sad": {"valence": -0.7, "arousal": -0.5},
    "joyful": {"valence": 0.8, "arousal": 0.7},
    "fierce": {"valence": -0.7, "arousal": 0.8, "tension": 0.6},
}
BRIGHT = ("joyful",)
SECONDS_A_BLOCK = 10


def main() -> int:
    """Render, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of each piece")
    parser.add_argument("--styles", nargs="*", help="all, if not given")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    styles = asked.styles or sorted(open_library().styles)
    pieces = [(s, mood, asked.seed, asked.minutes) for s in styles for mood in MOODS]
    if not asked.json:
        print(f"{'':22}" + "".join(f"{name:>11}" for name in LIMITS))
    rows = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for row in pool.imap(report, pieces):
            rows.append(row)
            if not asked.json:
                print(line(row), flush=True)
    if asked.json:
        print(json.dumps(rows))
    failed = sum(bool(row["outside"]) for row in rows)
    print(f"{len(rows) - failed} of {len(rows)} within all limits", file=sys.stderr)
    return int(failed > 0)


def report(piece: tuple[str, str, int, float]) -> dict[str, Any]:
    """Render and measure one piece."""
    style, mood, seed, minutes = piece
    values = measure(render(style, mood, seed, minutes * 60.0))
    return {"style": style, "mood": mood, "values": values, "outside": outside(values, mood)}


def render(style: str, mood: str, seed: int, seconds: float) -> Any:
    """A piece, (2, frames) float32."""
    engine = Engine(open_library(), seed, {"style": style, **MOODS[mood]})
    sound = np.empty((2, round(seconds * SAMPLE_RATE) // QUANTUM * QUANTUM), np.float32)
    for start in range(0, sound.shape[1], SECONDS_A_BLOCK * SAMPLE_RATE):
        block = np.empty(
            (2, min(SECONDS_A_BLOCK * SAMPLE_RATE, sound.shape[1] - start)), np.float32
        )
        engine.render(block)
        sound[:, start : start + block.shape[1]] = block
    return sound


def outside(values: dict[str, float], mood: str) -> Sequence[str]:
    """The measures that lie outside their limits."""
    return [
        name
        for name, limit in LIMITS.items()
        if not limit.holds(values[name]) and (mood in BRIGHT or not limit.only_bright)
    ]


def line(row: dict[str, Any]) -> str:
    """A row of the table."""
    cells = (
        f"{value:10.1f}{'*' if name in row['outside'] else ' '}"
        for name, value in row["values"].items()
    )
    return f"{row['style']:12}{row['mood']:10}" + "".join(cells)


if __name__ == "__main__":
    sys.exit(main())

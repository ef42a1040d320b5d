"""The live instrument's memory: laid out once, filled with a patch, read by a compiled callback."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from genmusic.synthesis.ensembles import EnsemblePatch
from genmusic.synthesis.hits import Hits
from genmusic.synthesis.kits import Kit
from genmusic.synthesis.modes import ModalPatch
from genmusic.synthesis.patches import find_patch
from genmusic.synthesis.pianos import PianoPatch
from genmusic.synthesis.pools import KINDS, Kind
from genmusic.synthesis.recipes import Cook, Recipe, touched_of
from genmusic.synthesis.recordings import Recordings, rows_of_group
from genmusic.synthesis.voicing import Voicing
from genmusic.units import QUANTUM
from kernels.buses import STRIDE
from kernels.lanes import COUNTS, LANE_FACTS, LANES, MOST_QUANTA
from kernels.live import (
    BLOCK_BYTES,
    COMMON,
    INTS,
    KEYS,
    KIND_0,
    LONGS,
    POOL,
    POOL_INTS,
    POOL_LONGS,
    POOLS,
    REGIONS,
    WORDS,
)
from kernels.live import KINDS as KIND_NAMES
from kernels.memory import LINE_BYTES
from kernels.readings import VELOCITIES
from kernels.recordings import ROW_WORDS
from kernels.rows import ROW
from kernels.voices import END, LIFE, NOTE

CHANNELS = 16
SLOTS = 32  # voices of a sound; more are stolen
KEYS_APART = 4  # of which there are recordings, as memory that is shared is scarce

DEFAULT_LEVEL = 0.5
Buffer = memoryview | bytearray | None  # None: a memory that is closed


def _common_sizes() -> dict[str, int]:
    frames = MOST_QUANTA * QUANTUM
    return {
        "words": len(WORDS),
        "keys": 2 * KEYS,
        "note": len(NOTE),
        "muted": CHANNELS * KEYS // 64,
        "marks": KEYS,
        "buses": 2 * STRIDE,
        "brightness": MOST_QUANTA + 2,
        "bends": MOST_QUANTA + 2,
        "sides": 2,
        "drained": 2 * frames,
    }


def _tables_of(kind: Kind) -> int:
    if kind.recordings is not None:  # room for a group, or for a kit
        return rows_of_group(KEYS_APART) * ROW_WORDS
    return kind.scratch if kind.tables is None else kind.tables.size


@cache
def _pool_sizes(kind: Kind) -> Mapping[str, int]:
    """The length of each region of a pool that holds a kind of instrument."""
    settings, whole, states, counters, _, width = kind.module.SIZES
    lanes = LANES if kind.in_lanes else 0
    return {
        "timing": 4 * SLOTS,
        "seeds": SLOTS,
        "numbers": SLOTS,
        "places": 5 * SLOTS,
        "whole_settings": whole * SLOTS,
        "counters": counters * SLOTS,
        "varied": 2 * len(kind.varied),
        "order": SLOTS,
        "counts": COUNTS,
        "ended": SLOTS + 1,
        "lane_whole_settings": whole * lanes + LANES,
        "lane_counters": counters * lanes + LANES,
        "recipe_whole_settings": whole * KEYS,
        "touched": len(kind.touched),
        "life": len(LIFE) * KEYS * VELOCITIES,
        "pans": 2 * SLOTS,
        "settings": width * SLOTS,
        "state": states * SLOTS,
        "lane_settings": settings * lanes + LANES,
        "lane_state": states * lanes + LANES,
        "facts": LANE_FACTS,
        "tile": kind.tile,
        "rows": ROW * LANES,
        "tables": _tables_of(kind),
        "recipe_settings": width * KEYS,
        "touches": len(kind.touched) * KEYS * VELOCITIES,
    }


def _bytes_of(name: str) -> int:
    return 8 if name in (*LONGS, *POOL_LONGS) else 4


def _names() -> list[tuple[int, str]]:
    """Every region: its pool (-1 for those of all) and its name, in the kernel's order."""
    pools = [(pool, name) for pool in range(POOLS) for name in POOL]
    return [(-1, name) for name in COMMON] + pools


@cache
def layout() -> tuple[tuple[int, ...], int]:
    """Where each region begins, in bytes, with room for any kind; and where all ends."""
    place, starts = 8 * 2 * REGIONS, []
    for pool, name in _names():
        sizes = [_common_sizes()] if pool < 0 else [_pool_sizes(k) for k in KINDS.values()]
        place = -(-place // LINE_BYTES) * LINE_BYTES
        starts.append(place)
        place += _bytes_of(name) * max(size[name] for size in sizes)
    return tuple(starts), place


@dataclass(frozen=True, slots=True)
class ElsewherePatch:
    """A patch whose recordings lie in other memory."""

    width: float
    voicing_from: Callable[[float], Voicing]

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        return self.voicing_from(pitch)


class LiveInstrument:
    """A sound that keys play at once.

    Parameters
    ----------
    memory
        `BLOCK_BYTES` bytes, zero when new; the callback may be in another process.
    """

    def __init__(self, memory: Buffer) -> None:
        size = BLOCK_BYTES
        self.longs: NDArray[np.int64] = np.ndarray(size // 8, np.int64, memory)
        self.ints: NDArray[np.int32] = np.ndarray(size // 4, np.int32, memory)
        self.floats: NDArray[np.float32] = np.ndarray(size // 4, np.float32, memory)
        self._numbers = {name: number for number, name in enumerate(_names())}
        self.patch = ""

    @property
    def views(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """What the kernel takes as its block."""
        return self.longs, self.ints, self.floats

    def set_up(self, patch: str, low: int = 0, high: int = KEYS - 1) -> None:
        """Lay the memory out, and be ready to play a patch on the keys from low to high."""
        for name, length in _common_sizes().items():
            self._place(-1, name, length)
        for pool in range(POOLS):
            self._lay_out_pool(pool, next(iter(KINDS.values())))
        self._region(-1, "keys").reshape(KEYS, 2)[:, 1] = -1
        self._region(-1, "brightness")[:] = 0.5
        self._set(low=low, high=high, level=round(1000 * DEFAULT_LEVEL))
        self._fill(0, patch)

    def _set(self, **words: int) -> None:
        region = self._region(-1, "words")
        for name, value in words.items():
            region[WORDS.index(name)] = value

    def word(self, name: str) -> int:
        """One of the numbers that the callback and we share."""
        return int(self._region(-1, "words")[WORDS.index(name)])

    def choose(self, patch: str) -> bool:
        """Play another patch from the next note on; not yet while one before the last rings on."""
        if patch == self.patch:
            return True
        pool = 1 - self.word("active")
        if self._region(pool, "timing").reshape(SLOTS, 4)[:, END].any():
            return False
        self._fill(pool, patch)
        self._set(active=pool)
        return True

    def limit(self, low: int, high: int, muted: Iterable[tuple[int, int]] = ()) -> None:
        """Play on the keys from low to high, less those that are muted on a channel of 1..16."""
        bits = np.zeros(CHANNELS * KEYS, np.uint8)
        for channel, key in muted:
            bits[(channel - 1) * KEYS + key] = 1
        self._region(-1, "muted")[:] = np.packbits(bits, bitorder="little").view(np.int64)
        self._set(low=low, high=high)

    def silence(self) -> None:
        """Let every note go, pedal or not."""
        self._set(silence=self.word("silence") + 1)

    def _fill(self, pool: int, patch: str) -> None:
        name, found = find_patch(patch)
        kind = KINDS[name]
        self._lay_out_pool(pool, kind)
        self._region(pool, "varied")[:] = np.array(kind.varied, np.int32).reshape(-1)
        tables = self.floats[self._reach(pool, "tables")]
        if isinstance(found, EnsemblePatch):
            recordings = Recordings(tables, KEYS_APART)
            found = ElsewherePatch(found.width, partial(found.voicing_from, recordings))
        elif isinstance(found, Kit | ModalPatch | PianoPatch):
            found = ElsewherePatch(found.width, partial(found.voicing_from, Hits(tables)))
        elif kind.tables is not None:
            tables[:] = kind.tables
        self._region(pool, "touched")[:] = touched_of(kind)
        self._write_recipes(pool, _recipes_of_keys(Cook(found, name)))
        self._region(-1, "words")[KIND_0 + pool] = KIND_NAMES.index(name)
        self.patch = patch

    def _write_recipes(self, pool: int, recipes: list[Recipe]) -> None:
        rows = (
            ("recipe_settings", [r.settings for r in recipes]),
            ("recipe_whole_settings", [r.whole_settings for r in recipes]),
            ("touches", [r.touches for r in recipes]),
            ("life", [r.lives for r in recipes]),
        )
        for region, values in rows:
            self._region(pool, region)[:] = np.array(values).reshape(-1)

    def _lay_out_pool(self, pool: int, kind: Kind) -> None:
        for name, length in _pool_sizes(kind).items():
            self._place(pool, name, length)

    def _place(self, pool: int, name: str, length: int) -> None:
        number = self._numbers[pool, name]
        start = layout()[0][number] // _bytes_of(name)
        self.longs[2 * number], self.longs[2 * number + 1] = start, length

    def _reach(self, pool: int, name: str) -> slice:
        number = self._numbers[pool, name]
        start, length = self.longs[2 * number : 2 * number + 2].tolist()
        return slice(start, start + length)

    def _region(self, pool: int, name: str) -> NDArray[np.generic]:
        reach = self._reach(pool, name)
        if name in (*LONGS, *POOL_LONGS):
            return self.longs[reach]
        return (self.ints if name in (*INTS, *POOL_INTS) else self.floats)[reach]


def _recipes_of_keys(cook: Cook) -> list[Recipe]:
    """A recipe for every key; keys above what the sound reaches play its highest."""
    recipes = list[Recipe]()
    for key in range(KEYS):
        try:
            recipes.append(cook(key))
        except OverflowError:  # an oscillator would have to go beyond half the sample rate
            recipes.append(recipes[-1])
    return recipes

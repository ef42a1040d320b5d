"""Keys: where pieces stand, where their sections go, and how one key leads to the next."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from genmusic.composition.chance import KEPT_DRAWS, draw
from genmusic.composition.theory import OCTAVE, is_minor
from genmusic.score.harmony import Key

# Semitones from the tonic of one piece to that of the next, the nearest relations first.
_STEPS = (5, 7, 9, 3, 2, 10, 8, 4)

# Semitones from the tonic of a piece in a bright and in a dark mode, and whether the mode turns.
_RELATIONS: Mapping[str, tuple[int, int, bool]] = {
    "home": (0, 0, False),
    "dominant": (7, 7, False),
    "subdominant": (5, 5, False),
    "relative": (9, 3, True),
    "parallel": (0, 0, True),
    "mediant": (4, 3, False),
    "submediant": (8, 8, False),
    "step": (2, 2, False),
}


@cache
def key_of(tonic: int, mode: str) -> Key:
    """A key, the same each time."""
    return Key(tonic, mode)


def related_key(home: Key, relation: str) -> Key:
    """The key of a section beside that of its piece."""
    bright, dark, turns = _RELATIONS[relation]
    tonic = (home.tonic + (dark if is_minor(home.mode) else bright)) % OCTAVE
    if not turns:
        return key_of(tonic, home.mode)
    return key_of(tonic, "major" if is_minor(home.mode) else "minor")


def piece_tonic(seed: int, piece: int) -> int:
    """Twelve pieces visit the twelve keys, each in a key related to the one before."""
    cycle, number = divmod(piece, OCTAVE)
    first = int(draw(1, seed, "tonics")[0] * OCTAVE)
    return (first + _round(seed, cycle)[number]) % OCTAVE


@lru_cache(maxsize=KEPT_DRAWS)
def _round(seed: int, cycle: int) -> tuple[int, ...]:
    """A way through the twelve tonics from 0 by steps to related ones, which could go on to 0."""
    numbers = draw(OCTAVE * len(_STEPS), seed, "tonics", cycle)
    urges = numbers.reshape(OCTAVE, len(_STEPS)).tolist()
    path = [0]
    _walk(path, urges)
    return tuple(path)


def _walk(path: list[int], urges: list[list[float]]) -> bool:
    """Lengthen a path until it has been everywhere; False if it cannot be done."""
    if len(path) == OCTAVE:
        return -path[-1] % OCTAVE in _STEPS
    # The nearer relation is preferred, as far as chance lets it.
    costs = [number * 0.12 + urge for number, urge in enumerate(urges[len(path) - 1])]
    for number in sorted(range(len(_STEPS)), key=costs.__getitem__):
        tonic = (path[-1] + _STEPS[number]) % OCTAVE
        if tonic not in path:
            path.append(tonic)
            if _walk(path, urges):
                return True
            path.pop()
    return False

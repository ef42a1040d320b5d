"""What a patch makes of a pitch and a touch, as rows of a kernel's tables; worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from genmusic.synthesis.voicing import Patch

MOST_RECIPES = 8192  # kept: two octaves of a dozen patches at every touch


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """The settings of a voice as its kernel wants them.

    ``settings`` holds what the kernel calls by that name, then how far the varied ones differ.
    """

    settings: NDArray[np.float32]
    whole_settings: NDArray[np.int32]
    life: tuple[int, int, int]  # quanta from release and from start to silence; choke group
    width: float


@dataclass(frozen=True, slots=True, eq=False)
class Cook:
    """A patch, and the tables of the kernel that plays it."""

    patch: Patch
    tables: ModuleType

    def __call__(self, pitch: float, velocity: int) -> Recipe:
        """The recipe for a note."""
        return _recipe(self, pitch, velocity)


_COOKS: dict[int, Cook] = {}


def cook_for(patch: Patch, tables: ModuleType) -> Cook:
    """The one cook of a patch: patches are compared by what they are, not by what they hold."""
    return _COOKS.setdefault(id(patch), Cook(patch, tables))


@lru_cache(maxsize=MOST_RECIPES)
def _recipe(cook: Cook, pitch: float, velocity: int) -> Recipe:
    voicing, tables = cook.patch.voicing(pitch, velocity), cook.tables
    settings = [voicing.settings.get(name, 0.0) for name in tables.SETTINGS]
    varied = [voicing.varied.get(name, 0.0) for names in tables.VARIED for name in names]
    whole = [voicing.whole_settings[name] for name in tables.WHOLE_SETTINGS]
    return Recipe(
        np.array(settings + varied, np.float32),
        np.array(whole, np.int32),
        (voicing.release_quanta, voicing.longest_quanta, voicing.choke),
        cook.patch.width,
    )

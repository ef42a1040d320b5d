"""Patterns of a style: which one a bar plays, and when its steps fall."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol, TypeVar


class Pattern(Protocol):
    """A bar of a style that says from which density on it is meant."""

    @property
    def density(self) -> float:
        """The least density."""


P = TypeVar("P", bound=Pattern)


def choose_pattern(patterns: Sequence[P], density: float, draw: float) -> P | None:
    """One of the densest patterns that the density admits; None if it admits none."""
    admitted = [pattern.density for pattern in patterns if pattern.density <= density]
    if not admitted:
        return None
    densest = [pattern for pattern in patterns if pattern.density == max(admitted)]
    return densest[int(draw * len(densest))]


@lru_cache(maxsize=1024)
def read_steps(steps: str, bar_ticks: int) -> tuple[tuple[int, str], ...]:
    """The tick and sign of every step that is not empty."""
    length = bar_ticks // len(steps)
    return tuple((number * length, sign) for number, sign in enumerate(steps) if sign != ".")

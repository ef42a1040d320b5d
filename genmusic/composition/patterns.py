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

    @property
    def metre(self) -> str:
        """The metre of the bar."""


P = TypeVar("P", bound=Pattern)


def choose_pattern(patterns: Sequence[P], metre: str, density: float, draw: float) -> P | None:
    """One of the densest patterns of a metre that the density admits; None if it admits none."""
    admitted = [p for p in patterns if p.density <= density and p.metre == metre]
    if not admitted:
        return None
    most = max(pattern.density for pattern in admitted)
    densest = [pattern for pattern in admitted if pattern.density == most]
    return densest[int(draw * len(densest))]


@lru_cache(maxsize=1024)
def read_steps(steps: str, bar_ticks: int) -> tuple[tuple[int, str], ...]:
    """The tick and sign of every step that is not empty."""
    length = bar_ticks // len(steps)
    return tuple((number * length, sign) for number, sign in enumerate(steps) if sign != ".")

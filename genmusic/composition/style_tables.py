"""What is worked out of a style once: tables for kernels, found again by the style itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from genmusic.rules import Style

T = TypeVar("T")

MOST_STYLES = 64  # editions that are kept; a style that is edited leaves old ones behind


def of_style(work_out: Callable[[Style], T]) -> Callable[[Style], T]:
    """Keep what a function makes of each style."""
    known: dict[int, tuple[Style, T]] = {}

    @wraps(work_out)
    def find(style: Style) -> T:
        kept = known.get(id(style))
        if kept is None:
            if len(known) >= MOST_STYLES:
                known.clear()
            kept = known[id(style)] = (style, work_out(style))  # held, so that its id stays its own
        return kept[1]

    return find

"""Curves: how a musical parameter follows one axis of the mood, piecewise linear."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules.kinds import Choice, ListOf, Number
from genmusic.rules.place import Place
from genmusic.rules.table import check_key

AXES = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0), "tension": (0.0, 1.0)}
"""The axes of the mood, with their ranges."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Straight lines through points (axis, value); level before the first and after the last."""

    by: str
    points: tuple[tuple[float, float], ...]

    def at(self, position: float) -> float:
        """The value where the axis stands at ``position``."""
        before = self.points[0]
        if position <= before[0]:
            return before[1]
        for point in self.points[1:]:
            if position < point[0]:
                share = (position - before[0]) / (point[0] - before[0])
                return before[1] + share * (point[1] - before[1])
            before = point
        return before[1]


@dataclass(frozen=True, slots=True)
class CurveOf:
    """A curve whose values stay in a range."""

    low: float
    high: float
    unit: str = ""

    @property
    def text(self) -> str:
        """Axes and range."""
        values = Number(self.low, self.high, self.unit).text
        return f"{{ by = an axis, points = [[position, value], …] }}, values {values}"

    def read(self, value: object, place: Place) -> Curve:
        """The curve, its positions checked to rise inside the axis."""
        for key in value if isinstance(value, dict) else ():
            check_key(key, ("by", "points"), place)
        if not isinstance(value, dict) or len(value) < 2:
            raise place.error(f"must be {self.text}, got {value!r:.60}")
        by = Choice(tuple(AXES)).read(value["by"], place.at("by"))
        pair = ListOf(Number(-1e6, 1e6), 2, 2)
        points = ListOf(pair, 1, 16).read(value["points"], place.at("points"))
        for index, (position, height) in enumerate(points):
            there = place.at("points").at(index)
            Number(*AXES[by]).read(position, there)
            Number(self.low, self.high, self.unit).read(height, there)
            if index and position <= points[index - 1][0]:
                raise there.error(f"positions must rise, got {position:g} after one not below it")
        return Curve(by, points)

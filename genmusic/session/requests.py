"""What listeners ask for while they hear, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from genmusic.controls.spec import Value
from genmusic.errors import GenmusicError
from genmusic.session.log import SKIP, Change

RequestId = Hashable
"""The mark by which whoever asked knows the answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """A change the listener asks for while it plays; without controls: skip to a new piece."""

    id: RequestId
    controls: Mapping[str, object] | None
    strokes: Sequence[Change] = ()  # keys that are played, and bent, at frames of their own


@dataclass(frozen=True, slots=True)
class Answer:
    """The frame at which each control of a request sounds, or why it was refused."""

    id: RequestId
    frames: Mapping[str, int]
    error: GenmusicError | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests that were found right, and what of them goes into the log before it is done.

    All sets are one change, then comes one skip: a flood of them costs no more than two. Keys that
    are played follow, by their frames, which are those of the plan or later.
    """

    frame: int
    requests: tuple[Request, ...]
    changes: tuple[Change, ...]
    refusals: Mapping[int, GenmusicError]  # by the number of the request

    def answers(self, frames: Mapping[str, int]) -> tuple[Answer, ...]:
        """What to tell whoever asked, given the frame at which each change sounds."""
        return tuple(self._answer(number, frames) for number in range(len(self.requests)))

    def _answer(self, number: int, frames: Mapping[str, int]) -> Answer:
        request = self.requests[number]
        if number in self.refusals:
            return Answer(request.id, {}, self.refusals[number])
        names = [SKIP] if request.controls is None else request.controls
        return Answer(request.id, {name: frames[name] for name in names})


def plan_requests(
    requests: Sequence[Request],
    frame: int,
    check: Callable[[Mapping[str, object]], Mapping[str, Value]],
) -> Plan:
    """Sort out what is right; ``check`` raises a `GenmusicError` for what is not."""
    merged: dict[str, Value] = {}
    refusals: dict[int, GenmusicError] = {}
    for number, request in enumerate(requests):
        try:
            merged.update(check(request.controls or {}))
        except GenmusicError as error:
            refusals[number] = error
    changes = [Change(frame, name, value) for name, value in merged.items()]
    if any(request.controls is None for request in requests):
        changes.append(Change(frame, SKIP, None))
    strokes = (stroke for request in requests for stroke in request.strokes)
    played = [replace(stroke, frame=max(stroke.frame, frame)) for stroke in strokes]
    changes += sorted(played, key=lambda stroke: stroke.frame)
    return Plan(frame, tuple(requests), tuple(changes), refusals)

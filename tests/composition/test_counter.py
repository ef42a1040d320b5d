from dataclasses import replace
from itertools import pairwise

import pytest
from composing import notes_of, shipped_model, style

from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.rules.style import CounterRules

FIRM = {"tension": 0.0, "humanize": 0.0}


def with_second_voice(kind: str, answers: float = 1.0):
    """The style chamber, whose second voice plays everywhere, in one kind only."""
    own = style("chamber")
    sections = {
        label: replace(rules, parts=("melody", "counter", "comp", "bass"))
        for label, rules in own.sections.items()
    }
    rules = CounterRules(kinds={kind: 1.0}, answers=answers)
    return replace(own, counter=rules, sections=sections)


def composed(changed, bars: int = 60, seed: int = 2, **controls: object) -> list:
    writer = Composer(seed, changed, shipped_model())
    asked = musical_parameters(defaults() | FIRM | controls, changed)
    return [writer.compose_bar(asked, changed) for _ in range(bars)]


def written(bar, part: str) -> list[tuple[int, int, int]]:
    fields = ("written_tick", "written_ticks", "pitch")
    return [tuple(int(note[f]) for f in fields) for note in notes_of(bar, part)]


def sounding(rows, tick: int) -> int | None:
    return next((p for start, ticks, p in rows if start <= tick < start + ticks), None)


@pytest.mark.parametrize("kind", ["answer", "line", "thirds"])
def test_the_second_voice_plays_and_keeps_its_range(kind):
    changed = with_second_voice(kind)
    rows = [row for bar in composed(changed) for row in written(bar, "counter")]
    part = changed.parts["counter"]

    assert len(rows) >= 10
    assert all(part.low <= pitch <= part.high for _, _, pitch in rows)


def test_answers_begin_where_the_melody_holds_or_rests():
    for bar in composed(with_second_voice("answer")):
        onsets = [tick for tick, _, _ in written(bar, "melody")]
        for tick, _, _ in written(bar, "counter"):
            if onsets and not bar.ends_piece:
                assert not any(tick - 960 < onset < tick for onset in onsets[1:] if onset != tick)


def test_no_question_is_answered_when_the_style_wants_none():
    bars = composed(with_second_voice("answer", answers=0.0))
    spoken = [bar for bar in bars if written(bar, "melody") and not bar.ends_piece]

    assert all(not written(bar, "counter") for bar in spoken)


def test_thirds_go_along_under_the_melody():
    intervals = [
        pitch - below
        for bar in composed(with_second_voice("thirds"))
        for tick, _, pitch in written(bar, "melody")
        if (below := sounding(written(bar, "counter"), tick)) is not None
    ]

    close = [3 <= interval <= 9 for interval in intervals]
    assert sum(close) / len(close) > 0.85


def test_a_line_moves_by_small_steps():
    rows = [row for bar in composed(with_second_voice("line")) for row in written(bar, "counter")]
    moves = [abs(b[2] - a[2]) for a, b in pairwise(rows)]

    assert sum(move <= 4 for move in moves) / len(moves) > 0.7


def test_a_line_holds_repeated_notes():
    for bar in composed(with_second_voice("line")):
        rows = written(bar, "counter")
        assert all(a[2] != b[2] for a, b in pairwise(rows))


def test_a_line_without_a_melody_wanders_about_the_middle_of_its_range():
    solo = with_second_voice("line")
    sections = {
        name: replace(section, parts=("counter", "bass")) for name, section in solo.sections.items()
    }
    pitches = [
        pitch
        for bar in composed(replace(solo, sections=sections))
        for _, _, pitch in written(bar, "counter")
    ]
    part = solo.parts["counter"]
    ups = [b > a for a, b in pairwise(pitches) if a != b]

    assert abs(sum(pitches) / len(pitches) - (part.low + part.high) / 2) < 4
    assert 0.35 < sum(ups) / len(ups) < 0.65

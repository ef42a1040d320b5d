"""What a conductor asks of the form happens from the next bar line on."""

import json
from itertools import pairwise

import pytest
from composing import composer, notes_of, parameters, same, style

from genmusic.composition import cues
from genmusic.names import CUES

STYLE = "drive"  # has drums in nearly every section


def led(plan: dict[int, str], bars: int, seed: int = 1, **controls: object) -> list:
    """Bars of a piece in which a cue is given before some of them."""
    writer, asked = composer(seed, STYLE), parameters(STYLE, **controls)
    found = []
    for number in range(bars):
        if number in plan:
            writer.cue(plan[number])
        found.append(writer.compose_bar(asked, style(STYLE)))
    return found


def begins_section(bar) -> bool:
    return bar.phrase_bar == 0


def loudness(bar) -> float:
    return float(notes_of(bar, "comp")["velocity"].mean())


def test_the_next_section_begins_at_the_bar_line_after_the_cue():
    plain, bars = led({}, 12), led({10: "next_section"}, 12)
    assert plain[9].section == plain[10].section, "the section would have gone on"

    assert all(same(a, b) for a, b in zip(plain[:10], bars[:10], strict=True))
    assert bars[10].section != bars[9].section
    assert begins_section(bars[10])
    assert bars[10].piece == bars[9].piece
    assert [bar.cue for bar in bars[9:12]] == ["", "next_section", ""]


def test_asked_for_again_and_again_sections_follow_without_the_piece_ending():
    bars = led(dict.fromkeys(range(2, 200, 2), "next_section"), 200)

    assert {bar.piece for bar in bars} == {0}
    assert not any(bar.ends_piece for bar in bars)


def test_a_build_grows_for_four_bars_and_the_next_section_follows():
    bars = led({10: "build"}, 16)
    build = bars[10:14]

    assert [bar.cue for bar in bars[9:15]] == ["", *["build"] * 4, ""]
    assert {bar.section for bar in build} == {bars[9].section}
    assert bars[14].section != bars[9].section
    assert begins_section(bars[14])
    assert loudness(build[3]) > loudness(build[0]) + 5
    strokes = [len(notes_of(bar, "drums")) for bar in build]
    assert all(a <= b for a, b in pairwise(strokes))
    assert strokes[3] > strokes[0]


def test_in_a_break_bass_and_drums_rest_until_the_section_is_over():
    plain, bars = led({}, 40), led({10: "break"}, 40)
    assert len(notes_of(plain[11], "drums"))
    assert len(notes_of(plain[11], "bass"))

    broken = [bar for bar in bars if bar.cue == "break"]
    assert broken
    assert broken[0].index == 10
    assert {bar.section for bar in broken} == {bars[10].section}
    for bar in broken:
        assert not len(notes_of(bar, "bass"))
        assert not len(notes_of(bar, "drums"))
        assert len(bar.notes)
    after = bars[broken[-1].index + 1]
    assert begins_section(after)
    assert len(notes_of(after, "bass"))


def test_a_held_section_comes_again_with_its_theme_until_it_is_let_go():
    writer, asked = composer(3, STYLE), parameters(STYLE)
    bars = [writer.compose_bar(asked, style(STYLE)) for _ in range(10)]
    label = bars[9].section
    writer.cue("hold")
    held = [writer.compose_bar(asked, style(STYLE)) for _ in range(80)]
    writer.cue("")
    after = [writer.compose_bar(asked, style(STYLE)) for _ in range(40)]

    assert {bar.section for bar in held} == {label}
    assert not any(bar.ends_piece for bar in held)
    returns = [n for n, bar in enumerate(held) if bar.phrase_bar == 0]
    tunes = [tuple(notes_of(held[n], "melody")["pitch"].tolist()) for n in returns]
    assert len(tunes) > len(set(tunes)), "the theme returns"
    assert {bar.section for bar in after} - {label}
    assert len(json.dumps(writer.checkpoint())) < 1200


def test_an_ending_brings_the_piece_home_in_two_bars_and_then_there_is_silence():
    bars = led({9: "ending"}, 16)

    assert [bar.ends_piece for bar in bars[8:12]] == [False, False, True, False]
    last = bars[10]
    assert last.chords[-1].chord.root == last.key.tonic
    assert len(last.notes)
    assert not any(len(bar.notes) for bar in bars[11:])
    assert bars[15].cue == "ending"


def test_after_the_ending_the_music_goes_on_with_a_new_piece_when_it_is_asked_to():
    bars = led({9: "ending", 14: ""}, 24)

    assert bars[14].piece > bars[10].piece
    assert begins_section(bars[14])
    assert any(len(bar.notes) for bar in bars[14:])


@pytest.mark.parametrize("cue", CUES)
def test_a_piece_under_a_cue_goes_on_from_its_checkpoint_as_it_was(cue):
    writer, asked = composer(5, STYLE), parameters(STYLE)
    for _ in range(10):
        writer.compose_bar(asked, style(STYLE))
    writer.cue(cue)
    writer.compose_bar(asked, style(STYLE))
    other = composer(5, STYLE)
    other.restore(json.loads(json.dumps(writer.checkpoint())))

    for _ in range(16):
        assert same(writer.compose_bar(asked, style(STYLE)), other.compose_bar(asked, style(STYLE)))


def test_every_cue_is_known_to_the_form():
    known = {cues.NEXT_SECTION, cues.BUILD, cues.BREAK, cues.ENDING, cues.form.HOLD}

    assert known == set(CUES)

from dataclasses import fields, replace
from itertools import pairwise

import pytest
from composing import (
    compose,
    compose_shipped,
    composer,
    notes_of,
    parameters,
    piece_end,
    style,
    toy_model,
)

from genmusic.composition.composer import Composer
from genmusic.composition.keys import piece_tonic, related_key
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.names import METRES
from genmusic.rules import shipped_styles
from genmusic.rules.style import RELATIONS, MotifRules
from genmusic.score.harmony import Key

LENGTHS = [4, 5, 6, 7, 9, 12, 17, 24, 31, 32, 40, 55, 64, 101]


def piece(bars: int, seed: int = 1, name: str = "evening", **controls: object) -> list:
    """The music of a length in bars, and four bars of what comes after."""
    return compose(bars + 4, seed, name, length_bars=bars, **controls)


def composed(changed, bars: int, seed: int = 1, **controls: object) -> list:
    """Bars of a style that is not shipped."""
    writer = Composer(seed, changed, toy_model())
    asked = musical_parameters(defaults() | controls, changed)
    return [writer.compose_bar(asked, changed) for _ in range(bars)]


def with_form(**rules: object):
    return replace(style(), form=replace(style().form, **rules))


@pytest.mark.parametrize("name", ["evening", "drive"])
@pytest.mark.parametrize("bars", LENGTHS)
def test_music_of_a_length_in_bars_comes_home_with_its_last_bar(bars, name):
    *inner, last = piece(bars, name=name)[:bars]

    assert last.ends_piece
    assert last.chords[-1].chord.root == last.key.tonic
    assert last.phrase_bar == last.phrase_bars - 1
    assert not inner[-1].ends_piece


@pytest.mark.parametrize("name", shipped_styles())
def test_the_last_chord_stands_on_its_root_below_a_melody_that_rests(name):
    for seed in range(3):
        for bars in (10, 17):
            *_, last = compose_shipped(bars, seed, name, length_bars=bars)
            low, high = notes_of(last, "bass"), notes_of(last, "melody")

            assert last.chords[-1].chord.root == last.key.tonic
            assert {int(note["pitch"]) % 12 for note in low} == {last.key.tonic}
            assert {(int(n["pitch"]) - last.key.tonic) % 12 for n in high} <= {0, 3, 4, 7}


@pytest.mark.parametrize("bars", [4, 17, 40])
def test_after_the_end_there_is_silence(bars):
    composed_bars = piece(bars)

    assert len(composed_bars[bars - 1].notes)
    assert all(len(bar.notes) == 0 for bar in composed_bars[bars:])


def test_music_with_an_end_begins_as_it_does_without_one():
    endless, ended = compose(40, 5), piece(40, 5)

    same = [a.notes.tobytes() == b.notes.tobytes() for a, b in zip(endless, ended, strict=False)]
    assert all(same[:12])


def test_no_piece_of_a_long_stream_is_a_scrap():
    ends = [n for n, bar in enumerate(piece(300, 3)) if bar.ends_piece]

    assert ends[-1] == 299
    assert min(b - a for a, b in pairwise([-1, *ends])) >= 16


def test_a_piece_slackens_towards_its_close():
    bars = compose(90)
    closing = bars[piece_end(bars) - 2 : piece_end(bars)]
    paces = [pace for bar in closing for pace in bar.pace]

    assert paces == sorted(paces, reverse=True)
    assert paces[-1] == pytest.approx(1.0 - style().performance.ritardando)
    assert all(bar.pace == () for bar in bars[: piece_end(bars) - 2])


def test_a_piece_that_leads_into_the_next_neither_slackens_nor_rests():
    bars = composed(with_form(transition="segue"), 90)
    last = bars[piece_end(bars) - 1]
    following = bars[piece_end(bars)].key.tonic

    assert (last.pace, last.ends_piece) == ((), False)
    assert last.chords[-1].chord.root == (following + 7) % 12


def test_music_that_leads_on_ends_all_the_same_when_its_length_is_set():
    bars = composed(with_form(transition="segue"), 24, length_bars=24)

    assert bars[-1].ends_piece
    assert bars[-1].pace


@pytest.mark.parametrize("name", METRES)
def test_a_piece_keeps_to_its_metre(name):
    bars = composed(with_form(metres={name: 1.0}), 30)

    assert {(bar.metre, bar.beats) for bar in bars} == {(name, METRES[name])}
    assert all((bar.notes["start_tick"] < 960 * bar.beats).all() for bar in bars)


@pytest.mark.parametrize("name", METRES)
@pytest.mark.parametrize("operation", ["fragment", "augment", "diminish", "ornament"])
def test_no_operation_writes_beyond_the_bar(name, operation):
    motif = MotifRules(
        **dict.fromkeys((f.name for f in fields(MotifRules)), 0.0) | {operation: 1.0}
    )
    bars = composed(replace(with_form(metres={name: 1.0}), motif=motif), 40)
    notes = [note for bar in bars for note in bar.notes]

    assert all(note["written_ticks"] > 0 for note in notes)
    ends = {int(note["written_tick"] + note["written_ticks"]) for note in notes}
    assert max(ends) <= 960 * METRES[name]


def test_pieces_draw_their_metre():
    changed = with_form(metres={"4/4": 1.0, "3/4": 1.0})
    metres = {composed(changed, 1, seed)[0].metre for seed in range(12)}

    assert metres == {"4/4", "3/4"}


def test_twelve_pieces_visit_the_twelve_keys_by_related_steps():
    tonics = [piece_tonic(7, number) for number in range(25)]
    steps = {(b - a) % 12 for a, b in pairwise(tonics)}

    assert set(tonics[:12]) == set(tonics[12:24]) == set(range(12))
    assert not steps & {0, 1, 6, 11}


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("relation", RELATIONS)
def test_a_related_key_shares_notes_with_home(relation, mode):
    home = Key(3, mode)

    assert len(set(related_key(home, relation).scale) & set(home.scale)) >= 3


def test_a_section_in_another_key_is_prepared_and_left_by_dominants():
    sections = {**style().sections, "B": replace(style().sections["B"], keys=("relative",))}
    bars = composed(replace(style(), sections=sections), 60)
    changes = [(a, b) for a, b in pairwise(bars) if a.key.tonic != b.key.tonic and b.phrase]

    assert {bar.key.name for bar in bars if bar.section == "B"} != {bars[0].key.name}
    assert len(changes) >= 2
    for before, after in changes[:2]:
        chord = before.chords[-1].chord
        assert (chord.root, chord.quality) == ((after.key.tonic + 7) % 12, "7")


def test_a_set_key_holds_in_every_section():
    sections = {**style().sections, "B": replace(style().sections["B"], keys=("dominant",))}
    bars = composed(replace(style(), sections=sections), 60, key="D", mode="major")

    assert {bar.key.name for bar in bars} == {"D major"}


def test_parts_of_a_layered_section_enter_one_by_one():
    opening = replace(style().sections["intro"], entries="layered", parts=("pad", "bass", "comp"))
    changed = replace(style(), sections={**style().sections, "intro": opening})
    counts = [len(set(bar.notes["part"].tolist())) for bar in composed(changed, 4)]

    assert counts[0] == 1
    assert counts == sorted(counts)
    assert counts[-1] == 3


def test_a_section_that_builds_grows_denser():
    growing = replace(
        style("drive").sections["A"], build=0.5, phrases=style().sections["A"].phrases
    )
    changed = replace(style("drive"), sections={**style("drive").sections, "A": growing})
    bars = [bar for bar in composed(changed, 12, arousal=-0.5) if bar.section == "A"]
    drums = [len(notes_of(bar, "drums")) for bar in bars]

    assert sum(drums[4:]) > sum(drums[:4])


def test_skipping_before_the_end_leaves_the_length_as_it_is():
    writer, asked = composer(3), parameters(length_bars=40)
    bars = []
    for number in range(40):
        bars.append(writer.compose_bar(asked, style()))
        if number == 9:
            writer.skip()

    assert bars[-1].ends_piece

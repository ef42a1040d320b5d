"""What a player calls is answered in kind: akin to the call, on the chords, and never just back."""

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from composing import composer, notes_of, parameters, same, style

from genmusic.composition.answering import _OPERATIONS, OPERATIONS
from genmusic.composition.attribution import RULES, YOU, Decision, Ledger
from genmusic.composition.idiom import go_on, interval_and_wait, remember, symbols_of
from genmusic.composition.theory import chord_tones, pitch_step
from genmusic.controls.calls import CallNote, read_call, write_call
from genmusic.errors import ControlError
from genmusic.rules import shipped_styles

CALLS = (
    "60:480 62:480 64:960 67:480 64:480 62:960",
    "r:960 67:480 69:240 67:240 64:960 60:480 r:480 62:960 64:1920",
    "72:960 71:480 69:480 67:1920",
    "r:480 60:320 64:320 67:320 72:960 67:480",
)  # fmt: skip
SEEDS = range(12)


def answered(call: str, seed: int = 1, name: str = "evening", before: int = 6, bars: int = 5):
    """The bars from the one on in which the answer begins; the melody is the player's."""
    writer, asked = composer(seed, name), parameters(name, tune_low=60, tune_high=79)
    for _ in range(before):
        writer.compose_bar(asked, style(name))
    writer.hear(call)
    return [writer.compose_bar(asked, style(name)) for _ in range(bars)]


def tune(bars) -> list[tuple[int, int, int]]:
    """Start tick from the first bar line, pitch and length of the melody as it is written."""
    return [
        (
            number * 960 * bar.beats + int(n["written_tick"]),
            int(n["pitch"]),
            int(n["written_ticks"]),
        )
        for number, bar in enumerate(bars)
        for n in notes_of(bar, "melody")
    ]  # fmt: skip


def steps(pitches, bar) -> list[int]:
    """How far a line moves from note to note, in steps of the scale."""
    places = [pitch_step(bar.key.mode, int(p) - bar.key.tonic) for p in pitches]
    return np.diff(places).tolist()


def shared(one: list[int], other: list[int]) -> float:
    """Share of the moves of one line that the other has, too, upside down or not."""
    sizes, known = Counter(map(abs, one)), Counter(map(abs, other))
    return sum((sizes & known).values()) / max(1, len(one))


@pytest.mark.parametrize("name", shipped_styles())
def test_the_answer_begins_in_the_next_bar_and_ends(name):
    bars = answered(CALLS[0], name=name, bars=8)

    assert len(notes_of(bars[0], "melody")) >= 2
    assert not len(notes_of(bars[-1], "melody")), "then the player has the tune again"


@pytest.mark.parametrize("call", CALLS)
def test_the_answer_moves_as_the_call_does_more_than_a_melody_of_its_own_would(call):
    notes = read_call(call)
    kin, strange = [], []
    for seed in SEEDS:
        bars = answered(call, seed)
        asked = steps([n.pitch for n in notes], bars[0])
        kin.append(shared(steps([p for _, p, _ in tune(bars)], bars[0]), asked))
        writer = composer(seed)
        own = [writer.compose_bar(parameters(), style()) for _ in range(6)][4:]
        strange.append(shared(steps([p for _, p, _ in tune(own)], own[0]), asked))

    assert np.mean(kin) > np.mean(strange) + 0.15
    assert np.mean(kin) > 0.45


def test_the_answer_is_never_the_call_itself_and_not_always_the_same():
    answers = set()
    for call in CALLS:
        played = [(n.start_tick, n.pitch % 12) for n in read_call(call)]
        for seed in SEEDS:
            heard = [(tick, pitch % 12) for tick, pitch, _ in tune(answered(call, seed))]
            assert heard != played
            answers.add((call, tuple(heard)))

    assert len(answers) > 3 * len(CALLS)


def test_firm_notes_of_the_answer_are_of_the_chord_that_sounds():
    firm = 0
    for seed in SEEDS:
        for bar in answered(CALLS[1], seed):
            spans = [(span.start_tick, span.chord) for span in bar.chords]
            for note in notes_of(bar, "melody"):
                tick = int(note["written_tick"])
                if tick % 1920 == 0:
                    chord = [chord for start, chord in spans if start <= tick][-1]
                    assert int(note["pitch"]) % 12 in chord_tones(chord.root, chord.quality)
                    firm += 1

    assert firm > 20


def test_an_answer_seldom_stands_still_where_the_call_moves():
    moves = [
        a == b
        for call in CALLS
        for seed in SEEDS
        for (_, a, _), (_, b, _) in pairwise(tune(answered(call, seed, name="folk")))
    ]

    assert sum(moves) / len(moves) < 0.08


def test_playing_again_breaks_the_answer_off():
    writer, asked = composer(), parameters(tune_low=60, tune_high=79)
    writer.hear(CALLS[1])
    first = writer.compose_bar(asked, style())
    writer.hear(None)
    second = writer.compose_bar(asked, style())

    assert len(notes_of(first, "melody"))
    assert not len(notes_of(second, "melody"))


def test_what_was_called_earlier_is_in_the_idiom_of_later_answers():
    first, second = (symbols_of(read_call(call)) for call in CALLS[:2])
    known = remember(remember((), first), second)

    drawn = {go_on(known, (), u) for u in np.linspace(0.0, 0.99, 50).tolist()}

    assert drawn <= set(first) | set(second)
    assert drawn & set(first)
    assert drawn & set(second)


def test_a_known_beginning_goes_on_as_the_player_did():
    phrase = symbols_of(read_call(CALLS[0]))
    likeliest = Counter(
        go_on((phrase,), phrase[:3], u) for u in np.linspace(0.0, 0.99, 100).tolist()
    )

    assert likeliest.most_common(1)[0][0] == phrase[3]
    assert interval_and_wait(phrase[0]) == (2, 480)


def test_only_so_much_is_remembered():
    known = ()
    for _ in range(40):
        known = remember(known, symbols_of(read_call(CALLS[1])))

    assert sum(map(len, known)) <= 96


def test_an_answer_goes_on_from_a_checkpoint_as_it_was():
    writer, other = composer(3), composer(3)
    asked = parameters(tune_low=60, tune_high=79)
    for _ in range(4):
        writer.compose_bar(asked, style())
    writer.hear(CALLS[1])
    writer.compose_bar(asked, style())
    text = json.dumps(writer.checkpoint())
    other.restore(json.loads(text))
    other.hear(CALLS[0]), writer.hear(CALLS[0])

    for _ in range(6):
        assert same(writer.compose_bar(asked, style()), other.compose_bar(asked, style()))
    assert len(text) < 2000


def test_the_notes_of_an_answer_are_credited_to_whoever_called():
    writer, asked = composer(), parameters()
    writer.decisions = []
    writer.compose_bar(asked, style())
    writer.hear(CALLS[0])
    bar = writer.compose_bar(asked, style())
    ledger = Ledger()

    melodies = [made for made in writer.decisions if isinstance(made, Decision)]
    *_, credits = [ledger.credit(decision) for decision in melodies]

    assert credits == [{YOU: 1.0}] * len(notes_of(bar, "melody"))
    assert RULES != YOU


def test_every_operation_is_done():
    assert set(OPERATIONS) == set(_OPERATIONS)


def test_a_call_is_read_as_it_was_written():
    notes = (CallNote(60, 960, 480), CallNote(127, 1440, 9_000), CallNote(0, 12_000, 1))

    assert read_call(write_call(notes)) == notes


@pytest.mark.parametrize("text", [
    "", "60:480", "60:480 r:240", "60:0 62:480", "128:480 60:480", "60:480 62:99999", "x" * 600,
    "60:480  62:480", "60:480 " * 40 + "60:480", "60:480 ٣:480", "60:480 r:9 r:9 62:480",
    "60:480 62:480\n",
])  # fmt: skip
def test_what_is_no_phrase_is_refused(text):
    with pytest.raises(ControlError, match="call must be"):
        read_call(text)

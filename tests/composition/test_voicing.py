import pytest
from desk import voice
from hypothesis import given
from hypothesis import strategies as st

from genmusic.names import QUALITIES

RANGE = (48, 67)
STILL = (36, 36)


def voice_chord(root, quality, span=RANGE, before=(), basses=STILL, voices=4):
    number = list(QUALITIES).index(quality)
    return voice(QUALITIES[quality], number, span, voices, before, basses, root)


def tones(root: int, quality: str) -> set[int]:
    return {(root + interval) % 12 for interval in QUALITIES[quality]}


@given(
    st.integers(0, 11),
    st.sampled_from(sorted(QUALITIES)),
    st.integers(30, 70),
    st.integers(12, 30),
    st.integers(2, 6),
)
def test_a_voicing_keeps_its_range_and_plays_the_chord_alone(root, quality, low, width, voices):
    pitches = voice_chord(root, quality, (low, low + width), voices=voices)

    assert all(low <= pitch <= low + width for pitch in pitches)
    assert {pitch % 12 for pitch in pitches} <= tones(root, quality)
    assert list(pitches) == sorted(set(pitches))


@pytest.mark.parametrize("quality", ["m7", "7", "maj7", "dim7", "m7b5"])
def test_four_voices_sound_all_of_a_seventh_chord_but_perhaps_its_fifth(quality):
    pitches = voice_chord(2, quality)
    intervals = QUALITIES[quality]

    needed = {(2 + intervals[n]) % 12 for n in (0, 1, 3)}
    assert needed <= {pitch % 12 for pitch in pitches}


def test_the_same_chord_stays_where_it_is():
    before = voice_chord(0, "")

    assert voice_chord(0, "", before=before) == before


def test_common_notes_stay_and_others_move_by_step():
    assert voice_chord(7, "7", RANGE, (50, 53, 57, 60), (38, 31)) == (50, 53, 55, 59)


def test_voices_seldom_run_in_fifths_or_octaves_with_the_bass():
    parallels = moves = 0
    for root, rise in ((root, rise) for root in range(12) for rise in (-3, -2, 1, 2, 5)):
        before = voice_chord(root, "")
        after = voice_chord((root + rise) % 12, "", RANGE, before, (36 + root, 36 + root + rise))
        for one, other in zip(before, after, strict=True):
            intervals = ((one - root) % 12, (other - root - rise) % 12)
            parallels += one != other and intervals in ((0, 0), (7, 7))
            moves += 1

    assert parallels / moves < 0.07  # all voices in parallel with the bass: about a half


def test_a_range_too_narrow_for_the_voices_gives_the_chord_one_above_the_other():
    pitches = voice_chord(0, "maj7", (48, 60), voices=6)

    assert {pitch % 12 for pitch in pitches} == tones(0, "maj7")

"""What a score teaches: its melody, rhythm and harmony."""

from __future__ import annotations

from genmusic.composition.training.harmony import find_progressions
from genmusic.composition.training.keys import find_keys
from genmusic.composition.training.learning import Piece
from genmusic.composition.training.melody import find_lines, find_melody, find_voices
from genmusic.composition.training.rhythm import find_pulses
from genmusic.composition.training.scores import Score, check_length
from genmusic.errors import CorpusError

FEWEST_NOTES = 8


def analyse(score: Score, listen: str = "melody") -> Piece:
    """Hear a score the way the model learns it."""
    check_length(score)
    melody = find_melody(score, listen)
    if len(melody) < FEWEST_NOTES:
        raise CorpusError(f"its melody has {len(melody)} notes; {FEWEST_NOTES} are the least")
    keys = find_keys(score)
    return Piece(
        lines=find_lines(melody, keys),
        progressions=find_progressions(score, keys),
        pulses=find_pulses(melody, score.bars),
        voices=find_voices(score),
    )

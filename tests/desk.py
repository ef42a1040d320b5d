"""A bar on the desk of `kernels.accompaniment`, for tests that ask for one of its stages."""

from typing import NamedTuple

import numpy as np

from genmusic.composition.accompaniment import new_desk, ways_of
from genmusic.composition.chance import TOUCH, WALK
from genmusic.composition.copying import nothing_to_copy
from genmusic.composition.performance import feel
from genmusic.composition.trails import NO_TRAILS, trails_of
from genmusic.composition.voicing import shapes_of
from genmusic.names import PARTS
from genmusic.score.events import NOTE_DTYPE
from kernels import accompaniment as kernel
from kernels import playing
from kernels.accompaniment import Task, Ways
from kernels.basslines import BassTask
from kernels.chords import CHORD_COLUMNS, ROOT
from kernels.handles import Handle, Layout
from kernels.voicings import MOST_VOICES, NEXT, CompTask

PARTS_OF = {name: number for number, name in enumerate(PARTS)}
NO_STEPS = np.empty((0, 2), np.int64)
NO_TRAIL = np.empty((0, 3), np.int64)
PLAIN = playing.Bar(3840.0, 80, 960.0, 0.0, 1.0, 0.0, 0.0, 1920, 0.0, 30.0, 0.0, 0.0, 1.0, 64.0)
TASK, BAR = Layout(kernel.SOME_TASK), Layout(playing.SOME_BAR)


class Followed(NamedTuple):
    """What has become of the melody of a bar, and of what its part remembers."""

    rows: list[tuple[int, int, int, int]]
    trail: np.ndarray


def chord(tones=(0, 4, 7), quality=0, end=3840):
    """A chord of a whole bar, its tones above the tonic."""
    row = np.full((1, CHORD_COLUMNS), -1)
    row[0, :ROOT] = (0, end, tones[0], 0, quality, 0xFFF)
    row[0, ROOT : ROOT + len(tones)] = tones
    return row


def ways(part, low, high, voices=4):
    """How a style plays that has one part."""
    ranges = np.zeros((len(PARTS), 2), np.int64)
    ranges[PARTS_OF[part]] = low, high
    shapes = shapes_of(voices)
    habits = np.zeros((len(PARTS), playing.HABITS))
    return Handle(Ways(ranges, 0, shapes, shapes, habits, np.zeros(1)))


def task(stages, part, begins=(-1, -1), bar_ticks=3840, phrase_bar=0, key=0):
    """What is asked of one part."""
    bass, comp = BassTask(False, 960, -1, 0.0), CompTask(NEXT, 0)
    plays = 1 << PARTS_OF[part]
    return Task(
        stages,
        plays,
        0,
        bar_ticks,
        phrase_bar,
        False,
        False,
        begins,
        False,
        key,
        WALK,
        TOUCH,
        bass,
        comp,
    )


def follow(trail, rows, rule, chords=None, span=(48, 84), begins=(-1, -1)):
    """Hold a bar of melody to the limit against copies."""
    desk, trails = new_desk(), trails_of({"melody": trail})
    desk.rows[0, : len(rows)], desk.counts[0] = np.array(rows).reshape(-1, 4), len(rows)
    chords = chord() if chords is None else chords
    asked = task(kernel.SETTLE_BASS, "melody", begins)
    run(desk, rule, ways("melody", *span), asked, chords, trails)
    left = [tuple(row) for row in desk.rows[0, : desk.counts[0]].tolist() if row[1]]
    return Followed(left, trails.of(0))


def run(desk, rule, style, asked, chords, trails, memory=None):
    """Do the stages of a task."""
    memory = np.zeros(kernel.MEMORY, np.int64) if memory is None else memory
    return kernel.accompany(
        rule.handle.words, style.words, TASK.words(asked), chords, NO_STEPS, NO_STEPS,
        BAR.words(PLAIN), Handle(desk).words, *trails, memory, np.zeros(64, NOTE_DTYPE),
    )  # fmt: skip


def voice(tones, quality, span, voices=4, before=(), basses=(36, 36), root=0):
    """The pitches of a chord in a range, after others; its tones are counted from a root."""
    desk, memory = new_desk(), np.zeros(kernel.MEMORY, np.int64)
    desk.basses[0] = basses
    memory[kernel.VOICINGS + MOST_VOICES :][: len(before)] = before
    tones = tuple((root + tone) % 12 for tone in tones)
    run(
        desk, nothing_to_copy(), ways("pad", *span, voices), task(kernel.WRITE_CHORDS, "pad"),
        chord(tones, quality), NO_TRAILS.copy(), memory,
    )  # fmt: skip
    return tuple(desk.rows[PARTS_OF["pad"], : desk.counts[PARTS_OF["pad"]], 2].tolist())


def perform(plan, parts):
    """The notes of a bar as they are played."""
    desk, out = new_desk(), np.zeros(256, NOTE_DTYPE)
    for part, rows in parts.items():
        number = PARTS_OF[part]
        desk.rows[number, : len(rows)] = np.array(rows, np.int64).reshape(-1, 4)
        desk.counts[number] = len(rows)
    rule, memory = nothing_to_copy(), np.zeros(kernel.MEMORY, np.int64)
    asked = task(kernel.PLAY, "drums", phrase_bar=plan.phrase_bar, key=plan.chance.key)
    kept = kernel.accompany(
        rule.handle.words, ways_of(plan.style).words, TASK.words(asked), plan.chords, NO_STEPS,
        NO_STEPS,
        BAR.words(feel(plan, ends_piece=plan.ends_piece)), Handle(desk).words,
        *NO_TRAILS.copy(), memory, out,
    )  # fmt: skip
    return out[:kept]

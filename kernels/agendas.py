"""Agendas: the beats that are still to come of the listeners of a rack, played as they come.

A row for each listener holds the beats of a bar and what plays them, as words (`kernels.handles`):
who has begun a bar need not come back for each of its beats.
"""

from __future__ import annotations

from kernels._jit import fragment, kernel
from kernels._types import Longs
from kernels.hops import KICK_FRAME, KICK_LISTENER, KICK_QUANTUM
from kernels.pools import ADDRESS
from kernels.readings import SHELF, read_reading, read_shelf
from kernels.voices import FROM_FRAME, QUANTUM, TICKS, frame_of, read_seats, start_beat

MOST_BEATS = 8  # in a bar
WORD_BYTES = 8
PLAN = (
    "next",  # beat of the bar, that is still to be played,
    "behind",  # and the first that is not
    "first",  # beat of which the frame is known
    "since",  # a frame: notes that start earlier are passed over
    "origin",  # the rack's quantum at which frame 0 of the listener lies
    "desk",  # address of the notes, as `kernels.readings` leaves them
)
"""Words of a row; behind them the frames at which the beats begin and the last one ends."""
NEXT, BEHIND, FIRST, SINCE, ORIGIN, DESK = range(len(PLAN))
FRAMES = len(PLAN)
PLAN_WORDS = FRAMES + MOST_BEATS + 1
PLAYED, KICKS = 0, 1
"""Counts: notes of all listeners, which are their numbers, and kicks to come."""
DONE = -1


@fragment
def _forget_past(now: int, kicks: Longs, counts: Longs) -> None:
    """Keep the kicks that are still to come."""
    kept = 0
    for kick in range(counts[KICKS]):
        if kicks[kick, KICK_QUANTUM] >= now:
            for column in range(kicks.shape[1]):
                kicks[kept, column] = kicks[kick, column]
            kept += 1
    counts[KICKS] = kept


@fragment
def _kick(
    listener: int,
    beat: int,
    clock: tuple[int, ...],
    origin: int,
    ticks: Longs,
    kicks: Longs,
    counts: Longs,
) -> None:
    """Note the kicks of a beat."""
    for tick in ticks:
        frame = frame_of(tick, clock)
        if tick // clock[TICKS] == beat and frame >= clock[FROM_FRAME]:
            row = counts[KICKS]
            kicks[row, KICK_QUANTUM] = frame // QUANTUM + origin
            kicks[row, KICK_LISTENER] = listener
            kicks[row, KICK_FRAME] = frame % QUANTUM
            counts[KICKS] = row + 1


@fragment
def _lacking(begins: Longs, beat: int, seats: Longs, sounds: Longs, taken: Longs) -> int:
    """A kind of instrument that has no room for the notes of a beat, or is not ready."""
    for kind in range(taken.shape[0]):
        notes = begins[beat, kind + 1] - begins[beat, kind]
        if notes > 0:
            roll, _, _ = read_seats(seats[kind])
            if sounds[kind, ADDRESS] == 0 or roll[0].shape[0] - taken[kind] < notes:
                return kind
    return DONE


@kernel
def play_agenda(
    listeners: tuple[int, int],
    now: int,
    until: int,
    beat_ticks: int,
    parts: int,
    plans: Longs,
    pools: tuple[Longs, Longs, Longs],
    most: int,
    kicks: Longs,
    counts: Longs,
) -> tuple[int, int]:
    """Start the notes of the beats that begin before a quantum, and note their kicks.

    Parameters
    ----------
    listeners : two of int
        The first, and the one behind the last.
    now, until : int, quanta
        Of the rack: the next block, and where it ends; kicks before it are forgotten.
    beat_ticks, parts : int
        Ticks of a beat; parts of a listener.
    plans : (listeners, words) int64, in/out
        Columns as in `PLAN`.
    pools : tuple of (kinds, words), (kinds, words) and (kinds,) int64, the last in/out
        As `voices.start_beat` and `pools.play_pools` take them, and the voices taken of each.
    most : int
        Voices that may last on one bus.
    kicks : (most kicks, 3) int64, in/out
        As `hops.play_hop` takes them.
    counts : (2,) int64, in/out
        Of notes and of kicks.

    Returns
    -------
    `DONE`; or the kind of instrument, the number behind the last for kicks, that has too little
    room, and for how many: whoever has made it calls again.
    """
    seats, sounds, taken = pools
    _forget_past(now, kicks, counts)
    for listener in range(listeners[0], listeners[1]):
        plan = plans[listener]
        if plan[NEXT] >= plan[BEHIND]:
            continue
        notes, sides, begins, ticks = read_reading(plan[DESK])
        books, origin = read_shelf(plan[DESK] + SHELF * WORD_BYTES), plan[ORIGIN]
        while plan[NEXT] < plan[BEHIND]:
            beat = plan[NEXT]
            place = FRAMES + beat - plan[FIRST]
            frame, frames = plan[place], plan[place + 1] - plan[place]
            if frame // QUANTUM + origin >= until:
                break
            kind = _lacking(begins, beat, seats, sounds, taken)
            if kind != DONE:
                return kind, begins[beat, kind + 1] - begins[beat, kind]
            if kicks.shape[0] - counts[KICKS] < ticks.shape[0]:
                return taken.shape[0], ticks.shape[0]
            clock = beat * beat_ticks, frame, frames, beat_ticks, plan[SINCE]
            here = listener, listener * parts, origin * QUANTUM, counts[PLAYED]
            start_beat(beat, notes, sides, begins, books, seats, clock, here, most, taken)
            counts[PLAYED] += begins[beat, taken.shape[0]] - begins[beat, 0]
            _kick(listener, beat, clock, origin, ticks, kicks, counts)
            plan[NEXT] = beat + 1
    return DONE, 0

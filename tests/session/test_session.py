from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genmusic.config import Settings
from genmusic.errors import ControlError, ProtocolError
from genmusic.session.requests import Request
from genmusic.session.session import Session

PACKET = 960
LOOKAHEAD = 72_000  # the default, in frames


class CountingEngine:
    """Renders the frame number; remembers what was asked and when."""

    title = "Counting"

    def __init__(self, seed=7):
        self.seed = seed
        self.rendered_end = 0
        self.moments = []
        self.made = []
        self.log = []
        self.bars = []
        self.returns = []

    def controls(self):
        return {"style": "evening"}

    def at_work(self):
        return nullcontext()

    def check(self, changes):
        if "wrong" in changes:
            raise ControlError("there is no control named 'wrong'", "wrong")
        return dict(changes)

    def make(self, changes):
        self.log += changes
        self.made += [(self.rendered_end, change.name, change.value) for change in changes]
        later = self.rendered_end + 100
        return {c.name: later if c.name == "skip" else self.rendered_end for c in changes}

    def moment(self):
        self.moments.append(self.rendered_end)
        return SimpleNamespace(frame=self.rendered_end, changes=len(self.log))

    def return_to(self, moment, again):
        self.returns.append((moment.frame, [change.name for change in again]))
        self.rendered_end = moment.frame
        self.log = [*self.log[: moment.changes], *again]

    def render(self, out):
        out[:] = np.arange(self.rendered_end, self.rendered_end + out.shape[1])
        self.rendered_end += out.shape[1]

    render_again = render

    def take_bars(self):
        bars, self.bars = self.bars, []
        return bars


class CountingEncoder:
    """A packet is the number of its first frame."""

    codec, packet_frames, preskip = "pcm16", PACKET, 0

    def __init__(self, *, repeats=True):
        self.repeats = repeats

    def encode(self, block, first_frame):
        return [b"%d" % first for first in block[0, ::PACKET]]


@pytest.fixture
def engine():
    return CountingEngine()


@pytest.fixture(params=[True, False], ids=["rendered again", "kept"])
def session(engine, request):
    """Of an encoder whose packets are rendered again for who lost them, or have to be kept."""
    return Session(engine, CountingEncoder(repeats=request.param), Settings(), 0.0)


def sent_again(session, replay):
    """The packets of a replay."""
    return session.render_again(replay) if session.lacks(replay) else replay.packets


def advance(session, requests, frames, now=0.0):
    """Plan and carry out."""
    return session.advance(session.plan(requests, now), frames)


def fill(session, now):
    """Render all that is due; the end of it."""
    while frames := session.due_frames(now):
        advance(session, [], frames, now)
    return session.end


def test_the_first_chunk_is_short_for_a_quick_first_sound(session):
    first = session.due_frames(0.0)
    advance(session, [], first)

    assert (first, session.due_frames(0.0)) == (4_800, 9_600)


def test_rendering_stops_when_the_look_ahead_is_full(session):
    end = fill(session, 0.0)

    assert end == LOOKAHEAD
    assert session.due_frames(9.9) == 0


def test_an_ack_makes_room_for_what_was_heard(session):
    fill(session, 0.0)
    session.acknowledge(9_600, 0.2)

    assert fill(session, 0.2) == LOOKAHEAD + 9_600


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 2)), max_size=30))
def test_no_ack_makes_it_render_beyond_heard_and_look_ahead(acks):
    session = Session(CountingEngine(), CountingEncoder(), Settings(), 0.0)
    now, heard = 0.0, 0
    for played, seconds in acks:
        now += seconds
        heard = max(heard, min(played, session.end))
        session.acknowledge(played, now)

        assert fill(session, now) <= heard + session.pacing.lookahead_frames <= heard + 3 * 48_000


def test_what_was_not_sent_cannot_have_been_heard(session):
    end = fill(session, 0.0)
    session.acknowledge(10**9, 0.1)

    assert session.pacing.played(0.1) == end


def test_nobody_hears_faster_than_the_limit(session):
    for tick in range(100):
        now = tick / 100
        session.acknowledge(fill(session, now), now)

    assert session.end <= 4 * 48_000 + 2 * LOOKAHEAD


def test_a_greedy_listener_is_looked_at_again_soon(session):
    session.acknowledge(fill(session, 0.0), 0.0)
    session.acknowledge(fill(session, 0.0), 0.0)

    assert session.rest_seconds(0.0) == 0.05


def test_a_paused_listener_costs_nothing(session):
    session.pacing.pause(True, 0.0)

    assert session.due_frames(0.0) == 0
    assert session.rest_seconds(3_599.0) == pytest.approx(1.0)


def test_after_a_pause_it_goes_on(session):
    session.pacing.pause(True, 0.0)
    session.pacing.pause(False, 100.0)

    assert session.due_frames(100.0) == 4_800


def test_without_an_ack_for_ten_seconds_it_rests(session):
    assert session.due_frames(9.9) == 4_800
    assert session.due_frames(10.0) == 0


def test_an_ack_ends_the_rest(session):
    session.acknowledge(0, 12.0)

    assert session.due_frames(12.0) == 4_800


def test_without_an_ack_for_thirty_seconds_it_is_given_up(session):
    assert session.rest_seconds(29.0) == pytest.approx(1.0)
    with pytest.raises(ProtocolError) as stalled:
        session.rest_seconds(30.0)

    assert stalled.value.close_code == 4408


def test_the_listener_whose_buffer_runs_dry_first_is_more_urgent(session):
    fresh = session.deadline(5.0)
    fill(session, 5.0)

    assert (fresh, session.deadline(5.0)) == (5.0, 6.5)


def test_a_change_is_made_before_the_frames_of_its_step(session, engine):
    advance(session, [], 4_800)
    step = advance(session, [Request(1, {"arousal": 0.5})], 9_600)

    assert engine.made == [(4_800, "arousal", 0.5)]
    assert step.answers[0].frames == {"arousal": 4_800}


def test_a_flood_of_changes_is_one_change_and_every_id_is_answered(session, engine):
    flood = [Request(number, {"arousal": number / 100}) for number in range(100)]
    step = advance(session, flood, 0)

    assert engine.made == [(0, "arousal", 0.99)]
    assert [answer.id for answer in step.answers] == list(range(100))


def test_each_answer_names_its_own_controls_only(session):
    step = advance(session, [Request(1, {"arousal": 0.1}), Request(2, {"valence": 0.2})], 0)

    assert [list(answer.frames) for answer in step.answers] == [["arousal"], ["valence"]]


def test_a_wrong_change_does_not_spoil_the_others(session, engine):
    good, wrong = Request(1, {"arousal": 0.1}), Request(2, {"wrong": 1})
    answers = advance(session, [good, wrong], 0).answers

    assert engine.made == [(0, "arousal", 0.1)]
    assert (answers[0].error, answers[1].error.field) == (None, "wrong")


def test_many_skips_are_one(session, engine):
    step = advance(session, [Request("a", None), Request("b", None)], 0)

    assert engine.made == [(0, "skip", None)]
    assert [(answer.id, answer.frames) for answer in step.answers] == [
        ("a", {"skip": 100}),
        ("b", {"skip": 100}),
    ]


def test_packets_are_numbered_by_their_first_frame(session):
    packets = advance(session, [], 2 * PACKET).packets

    assert [(packet.pts, packet.data) for packet in packets] == [(0, b"0"), (960, b"960")]


def test_who_comes_back_gets_what_is_missing(session):
    fill(session, 0.0)
    replay = session.resume(70_080, 1.0)

    assert sent_again(session, replay) == ((70_080, b"70080", False), (71_040, b"71040", False))
    assert (replay.pts, replay.resumed, replay.discontinuity) == (70_080, True, False)


def test_a_packet_that_was_heard_in_part_is_sent_whole(session):
    fill(session, 0.0)

    assert session.resume(71_041, 1.0).pts == 71_040


def test_who_has_everything_gets_nothing_twice(session):
    end = fill(session, 0.0)
    replay = session.resume(end, 1.0)

    assert (replay.pts, sent_again(session, replay), replay.discontinuity) == (end, (), False)


def test_who_comes_back_without_a_place_hears_on_where_it_left(session):
    fill(session, 0.0)
    session.acknowledge(10_000, 0.2)
    replay = session.resume(None, 1.0)

    assert (replay.pts, replay.discontinuity) == (9_600, True)


def test_nobody_comes_back_from_the_future(session):
    end = fill(session, 0.0)

    with pytest.raises(ProtocolError, match=f"at most {end}, got {end + 1}"):
        session.resume(end + 1, 1.0)


def test_half_a_second_of_what_was_heard_is_kept(session):
    for second in range(10):
        fill(session, second)
        session.acknowledge(session.end, second)
    heard = session.pacing.claimed
    fill(session, 10)
    replay = session.resume(0, 10.0)

    assert (replay.pts, replay.discontinuity) == (heard - 24_000, True)


def test_all_that_was_not_heard_is_kept(session):
    fill(session, 0)
    session.pacing.last()  # as for a server that stops: five seconds to play on
    end = fill(session, 0)
    replay = session.resume(0, 0.1)

    assert end > 4 * 48_000
    assert (replay.pts, replay.discontinuity) == (0, False)
    assert sent_again(session, replay)[-1].pts + PACKET == end


def test_who_comes_back_gets_the_bars_that_still_sound(session, engine):
    old, current = (
        SimpleNamespace(start_frame=0, end_frame=960),
        SimpleNamespace(start_frame=0, end_frame=961),
    )
    engine.bars = [old, current]
    advance(session, [], 9_600)

    assert session.resume(960, 1.0).bars == (current,)


def test_bars_are_forgotten_with_their_sound(session, engine):
    engine.bars = [SimpleNamespace(start_frame=0, end_frame=960)]
    advance(session, [], 48_000)
    session.acknowledge(24_000 + 960, 0.9)
    advance(session, [], 960)

    assert session.resume(0, 1.0).bars == ()


def test_who_comes_back_is_not_paused_and_has_new_patience(session):
    session.pacing.pause(True, 0.0)
    session.resume(0, 50.0)

    assert session.due_frames(50.0) == 4_800


AROUSAL = Request(1, {"arousal": 0.5})


def test_a_change_takes_effect_a_guard_ahead_of_the_ear(session, engine):
    fill(session, 0.0)
    session.acknowledge(9_600, 0.2)
    step = advance(session, [AROUSAL], 9_600, now=0.3)

    ear = 9_600 + 4_800  # the clock went on for 100 ms since the ack
    at = -(-(ear + 5_760) // PACKET) * PACKET
    assert step.answers[0].frames == {"arousal": at}
    assert engine.made == [(at, "arousal", 0.5)]
    assert [packet.pts for packet in step.packets] == list(range(at - PACKET, at + 9_600, PACKET))
    assert [packet.splices for packet in step.packets] == [True] + [False] * 10


def test_what_was_taken_back_is_not_replayed(session):
    fill(session, 0.0)
    step = advance(session, [AROUSAL], 9_600)

    assert session.end == step.packets[-1].pts + PACKET < LOOKAHEAD
    replay = session.resume(0, 1.0)

    assert [packet.pts for packet in sent_again(session, replay)] == [
        *range(0, session.end, PACKET)
    ]


def test_a_second_change_does_not_undo_the_first(session, engine):
    fill(session, 0.0)
    first = advance(session, [AROUSAL], 9_600).answers[0].frames["arousal"]
    second = advance(session, [Request(2, {"valence": 0.1})], 9_600).answers[0].frames["valence"]

    assert first == second
    assert [(change.frame, change.name) for change in engine.log] == [
        (first, "arousal"),
        (first, "valence"),
    ]


def test_a_change_near_the_end_of_what_is_rendered_takes_nothing_back(session, engine):
    end = fill(session, 0.0)
    session.acknowledge(end - 2_000, 1.4)
    step = advance(session, [AROUSAL], 9_600, now=1.4)

    assert engine.returns == []
    assert step.answers[0].frames == {"arousal": end}
    assert not any(packet.splices for packet in step.packets)


def test_listeners_who_come_together_keep_their_moments_at_different_times():
    engines = [CountingEngine(seed) for seed in range(8)]
    for engine in engines:
        session = Session(engine, CountingEncoder(), Settings(), 0.0)
        for second in range(10):
            fill(session, second)
            session.acknowledge(session.end, second)

    assert len({engine.moments[1] for engine in engines}) == 8


def test_requests_that_are_wrong_take_nothing_back(session, engine):
    fill(session, 0.0)
    advance(session, [Request(1, {"wrong": 1})], 0)

    assert engine.returns == []


def test_who_lost_the_line_before_a_splice_came_is_sent_it_again(session):
    end = fill(session, 0.0)
    splice = advance(session, [AROUSAL], 9_600).packets[0].pts
    replay = session.resume(end, 0.5)

    assert (replay.pts, replay.discontinuity) == (splice, False)
    assert [packet.splices for packet in sent_again(session, replay)[:2]] == [True, False]


def test_a_splice_that_was_heard_long_ago_is_not_sent_again(session):
    fill(session, 0.0)
    advance(session, [AROUSAL], 9_600)
    for second in range(1, 4):
        session.acknowledge(session.end, second)
        fill(session, second)

    assert session.resume(session.end, 4.0).pts == session.end


def test_who_hears_unevenly_is_served_further_ahead(session):
    for tick in range(120):
        stalled = 0.6 if tick % 20 == 19 else 0.0
        session.acknowledge(int(4_800 * tick - 48_000 * stalled), tick / 10)
        fill(session, tick / 10)

    assert session.pacing.lookahead_frames > 96_000


def test_who_hears_evenly_is_served_less_far_ahead(session):
    for tick in range(240):
        session.acknowledge(4_800 * tick, tick / 10)
        fill(session, tick / 10)

    assert session.pacing.lookahead_frames < 60_000

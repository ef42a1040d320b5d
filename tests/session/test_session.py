"""A session renders what its listener can hold, and makes changes on the frame it says."""

import pytest
from counting import LOOKAHEAD, CountingEncoder, CountingEngine, advance, fill
from hypothesis import given
from hypothesis import strategies as st

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.session.requests import Request
from genmusic.session.session import Session


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


# The reserve

HOP = 19_200
CALM_SECONDS = 5


def listen(session, seconds):
    """Hear evenly, from the beginning."""
    for tick in range(10 * seconds + 1):
        session.acknowledge(4_800 * tick, tick / 10)
        fill(session, tick / 10)


def fill_the_reserve(session, now):
    """Render what has room in time that is left; how far it is ahead then."""
    while session.has_spare_room(HOP, now):
        session.go_on(HOP)
    return session.end - session.pacing.played(now)


def test_who_hears_calmly_has_room_for_a_reserve(session):
    listen(session, CALM_SECONDS)

    assert 2.4 * 48_000 < fill_the_reserve(session, CALM_SECONDS) <= 2.8 * 48_000
    assert session.due_frames(CALM_SECONDS) == 0


def test_who_has_just_come_has_none(session):
    listen(session, CALM_SECONDS - 1)

    assert not session.has_spare_room(HOP, CALM_SECONDS - 1)


def test_who_has_changed_something_has_none_for_a_while(session):
    listen(session, 2 * CALM_SECONDS)
    before = session.has_spare_room(HOP, 2 * CALM_SECONDS)
    advance(session, [Request("a", {"space": 1.0})], HOP, 2 * CALM_SECONDS)

    assert (before, session.has_spare_room(HOP, 2 * CALM_SECONDS)) == (True, False)


def test_who_cannot_take_back_what_was_sent_has_none(session):
    listen(session, CALM_SECONDS)
    session.resume(None, CALM_SECONDS, splices=False)

    assert not session.has_spare_room(HOP, CALM_SECONDS)


@pytest.mark.parametrize("stop", [lambda p: p.pause(True, CALM_SECONDS), lambda p: p.stop()])
def test_who_pauses_or_is_sent_away_has_none(session, stop):
    listen(session, CALM_SECONDS)
    stop(session.pacing)

    assert not session.has_spare_room(HOP, CALM_SECONDS)


def test_an_operator_can_do_without_a_reserve():
    settings = Settings(reserve_seconds=0.0)
    session = Session(CountingEngine(), CountingEncoder(), settings, 0.0)
    listen(session, CALM_SECONDS)

    assert fill_the_reserve(session, CALM_SECONDS) <= session.pacing.lookahead_frames

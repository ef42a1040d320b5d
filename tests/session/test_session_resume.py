"""Who comes back hears on; and a change takes back what was rendered but not heard."""

from types import SimpleNamespace

import pytest
from counting import LOOKAHEAD, PACKET, CountingEncoder, CountingEngine, advance, fill, sent_again

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.session.requests import Request
from genmusic.session.session import Session


def test_packets_are_numbered_by_their_first_frame(session):
    sound = advance(session, [], 2 * PACKET).sound

    assert (sound.pts, [*sound]) == (0, [b"0", b"960"])


def test_who_comes_back_gets_what_is_missing(session):
    fill(session, 0.0)
    replay = session.resume(70_080, 1.0)

    again = sent_again(session, replay)

    assert (again.pts, [*again], again.splices) == (70_080, [b"70080", b"71040"], False)
    assert (replay.pts, replay.resumed, replay.discontinuity) == (70_080, True, False)


def test_a_packet_that_was_heard_in_part_is_sent_whole(session):
    fill(session, 0.0)

    assert session.resume(71_041, 1.0).pts == 71_040


def test_who_has_everything_gets_nothing_twice(session):
    end = fill(session, 0.0)
    replay = session.resume(end, 1.0)

    assert (replay.pts, sent_again(session, replay), replay.discontinuity) == (end, None, False)


def test_after_a_restart_nothing_is_rendered_until_what_the_listener_holds_runs_out(session):
    end = advance(session, [], 100 * PACKET).sound.end
    session.go_on_as("again", (), 50.0, held_frames=96_000)

    assert session.deadline(50.0) == 52.0
    assert session.due_frames(50.0) == 0
    session.acknowledge(end - 24_000, 51.5)
    assert session.due_frames(51.5) > 0


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
    assert sent_again(session, replay).end == end


def test_who_shares_a_rack_goes_along_as_far_as_a_server_that_stops_wants(session):
    end = advance(session, [], 200 * PACKET).sound.end

    assert end == 4 * 48_000
    assert not session.can_go_along(0.0)
    session.pacing.last()
    assert session.can_go_along(0.0)


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
    assert (step.sound.pts, step.sound.end, step.sound.splices) == (at - PACKET, at + 9_600, True)


def test_what_was_taken_back_is_not_replayed(session):
    fill(session, 0.0)
    step = advance(session, [AROUSAL], 9_600)

    assert session.end == step.sound.end < LOOKAHEAD
    replay = session.resume(0, 1.0)

    again = sent_again(session, replay)
    assert (again.pts, [*again]) == (0, [b"%d" % at for at in range(0, session.end, PACKET)])


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
    assert not step.sound.splices


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
    splice = advance(session, [AROUSAL], 9_600).sound.pts
    replay = session.resume(end, 0.5)

    assert (replay.pts, replay.discontinuity) == (splice, False)
    assert sent_again(session, replay).splices


def test_a_splice_that_was_heard_long_ago_is_not_sent_again(session):
    fill(session, 0.0)
    advance(session, [AROUSAL], 9_600)
    for second in range(1, 4):
        session.acknowledge(session.end, second)
        fill(session, second)

    assert session.resume(session.end, 4.0).pts == session.end

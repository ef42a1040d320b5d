from types import SimpleNamespace

import pytest

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.session.registry import Registry


@pytest.fixture
def registry():
    return Registry(Settings(max_sessions=2, keep_seconds=60.0))


def named(name):
    return SimpleNamespace(id=name)


def test_who_has_the_token_finds_the_session(registry):
    session = named("a")
    registry.add(session)

    assert registry.find("a", registry.token(session)) is session


@pytest.mark.parametrize(
    ("name", "token", "close_code"),
    [("a", "gms_b", 4401), ("a", "", 4401), ("a", "ü", 4401), ("z", "gms_a", 4404)],
)
def test_nobody_else_does(registry, name, token, close_code):
    registry.add(named("a"))

    with pytest.raises(ProtocolError) as refused:
        registry.find(name, token)
    assert refused.value.close_code == close_code


def test_a_full_server_says_when_to_try_again(registry):
    registry.add(named("a"))
    registry.add(named("b"))

    with pytest.raises(ProtocolError, match="full") as refused:
        registry.make_room()
    assert (refused.value.close_code, refused.value.retry_after) == (4429, 10.0)


def test_a_new_listener_takes_the_place_of_who_left_first(registry):
    first, second = named("a"), named("b")
    for session in (first, second):
        registry.add(session)
        registry.leave(session, now=1.0)
    registry.add(named("c"))

    assert registry.expire(now=100.0) == [second]
    assert len(registry) == 1


def test_a_session_is_kept_for_a_minute(registry):
    session = named("a")
    registry.add(session)
    registry.leave(session, now=10.0)

    assert registry.expire(now=69.9) == []
    assert registry.expire(now=70.0) == [session]


def test_who_came_back_does_not_expire(registry):
    session = named("a")
    registry.add(session)
    registry.leave(session, now=10.0)
    registry.enter(session)

    assert registry.expire(now=1_000.0) == []


def test_listeners_are_those_who_are_connected(registry):
    session = named("a")
    registry.add(session)
    registry.add(named("b"))
    registry.leave(session, now=0.0)

    assert (registry.listeners, len(registry)) == (1, 2)


def test_a_session_that_was_removed_does_not_come_back_by_leaving(registry):
    session = named("a")
    registry.add(session)
    registry.remove(session)
    registry.leave(session, now=0.0)

    assert (registry.listeners, len(registry)) == (0, 0)

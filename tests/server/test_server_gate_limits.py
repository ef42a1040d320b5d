"""Every limit of docs/limits.md can be chosen."""

import pytest

from genmusic.config import LIMITS, Settings, with_limits
from genmusic.errors import ServerError


def test_every_limit_can_be_chosen():
    settings = with_limits(Settings(), [f"{name}=7" for name in LIMITS])

    assert all(getattr(settings, name) == 7 for name in LIMITS)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("colour=1", "there is no limit named 'colour'; docs/limits.md lists them"),
        ("max_sessions=1.5", "max_sessions must be a whole number of 0 or more, got '1.5'"),
        ("max_sessions", "got ''"),
        ("idle_seconds=-1", "idle_seconds must be a number of 0 or more"),
        ("idle_seconds=nan", "got 'nan'"),
        ("idle_seconds=inf", "got 'inf'"),
        ("allowed_hosts=x", "there is no limit named"),
    ],
)
def test_a_limit_that_cannot_be_is_one_sentence(wish, words):
    with pytest.raises(ServerError) as refused:
        with_limits(Settings(), [wish])

    assert words in str(refused.value)

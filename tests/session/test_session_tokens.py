import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genmusic.errors import ProtocolError, ServerError
from genmusic.session.tokens import KEY_BYTES, Purpose, TokenMint, load_key


class Wall:
    """A calendar that a test turns."""

    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def wall():
    return Wall()


@pytest.fixture
def mint(wall):
    return TokenMint(b"k" * KEY_BYTES, wall)


def refusal(mint, purpose, session, token):
    with pytest.raises(ProtocolError) as refused:
        mint.check(purpose, session, token)
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_opens_its_own_session(mint, purpose):
    mint.check(purpose, "abc", mint.issue(purpose, "abc", 60))


def test_a_token_opens_no_other_session(mint):
    token = mint.issue(Purpose.SESSION, "abc", 60)

    assert refusal(mint, Purpose.SESSION, "abd", token)[0] == "token"


def test_who_may_only_listen_may_not_steer(mint):
    ticket = mint.issue(Purpose.LISTEN, "abc", 60)
    disguised = Purpose.SESSION.value + ticket.removeprefix(Purpose.LISTEN.value)

    assert refusal(mint, Purpose.SESSION, "abc", ticket)[0] == "token"
    assert refusal(mint, Purpose.SESSION, "abc", disguised)[0] == "token"


def test_a_token_ends_with_its_time(mint, wall):
    token = mint.issue(Purpose.SESSION, "abc", 60)
    wall.now += 59
    mint.check(Purpose.SESSION, "abc", token)
    wall.now += 1

    assert "expired" in refusal(mint, Purpose.SESSION, "abc", token)[1]


def test_a_token_of_another_key_is_worth_nothing(mint, wall):
    token = TokenMint(b"x" * KEY_BYTES, wall).issue(Purpose.SESSION, "abc", 60)

    assert refusal(mint, Purpose.SESSION, "abc", token)[0] == "token"


def test_two_servers_without_a_key_do_not_share_one():
    token = TokenMint().issue(Purpose.SESSION, "abc", 60)

    assert refusal(TokenMint(), Purpose.SESSION, "abc", token)[0] == "token"


def test_no_bit_of_a_token_may_differ(mint):
    token = mint.issue(Purpose.SESSION, "abc", 60)
    start = len(Purpose.SESSION.value)
    for place in range(start, len(token)):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert refusal(mint, Purpose.SESSION, "abc", other)[0] == "token"


@given(st.text(max_size=128))
def test_nonsense_is_refused(text):
    for token in (text, Purpose.SESSION.value + text):
        assert refusal(TokenMint(), Purpose.SESSION, "abc", token)[0] == "token"


def test_the_key_is_kept_for_its_owner_alone(tmp_path):
    key = load_key(tmp_path)

    assert (len(key), load_key(tmp_path)) == (KEY_BYTES, key)
    assert stat.S_IMODE((tmp_path / "tokens.key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["tokens.key"]


def test_a_key_that_others_may_read_is_refused_with_the_cure(tmp_path):
    load_key(tmp_path)
    (tmp_path / "tokens.key").chmod(0o644)

    with pytest.raises(ServerError, match=r"run: chmod 600 .*tokens\.key"):
        load_key(tmp_path)


def test_a_file_that_is_no_key_is_refused(tmp_path):
    (tmp_path / "tokens.key").touch(0o600)

    with pytest.raises(ServerError, match="is not a key"):
        load_key(tmp_path)


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ServerError, match="cannot use the key"):
        load_key(tmp_path / "nowhere")

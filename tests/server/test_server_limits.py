import logging

import pytest

from genmusic.encoding import Parcel
from genmusic.errors import ProtocolError
from genmusic.server import journal
from genmusic.server.chunks import Flag, pack
from genmusic.server.limits import RateLimit


def take_all(limit, now):
    """How many are let through at once."""
    for count in range(1_000):
        try:
            limit.take(now)
        except ProtocolError:
            return count
    raise AssertionError("there is no limit")


def test_two_seconds_worth_may_come_at_once():
    assert take_all(RateLimit("messages", 10.0, 0.0), 0.0) == 20


def test_the_bucket_fills_again_with_time():
    limit = RateLimit("messages", 10.0, 0.0)
    take_all(limit, 0.0)

    assert take_all(limit, 0.5) == 5
    assert take_all(limit, 100.0) == 20


def test_who_is_too_fast_learns_the_limit():
    limit = RateLimit("changes", 0.25, 0.0)

    with pytest.raises(ProtocolError, match=r"more than 0.25 changes a second") as refused:
        limit.take(0.0)
    assert (refused.value.code, refused.value.close_code) == ("too_fast", 4429)


@pytest.mark.parametrize(
    ("codec", "data", "message"),
    [
        (
            "opus",
            [b"abc", b"\xff"],
            "01 02 02 00  03 00 00 00  c0 03 00 00 00 00 00 00"  # head
            "03 00  61 62 63  01 00  ff",  # length and packet, twice
        ),
        (
            "pcm16",
            [b"\1\0\2\0", b"\3\0\4\0"],
            "02 02 02 00  03 00 00 00  c0 03 00 00 00 00 00 00"  # head
            "01 00 02 00  03 00 04 00",  # two frames, left and right
        ),
    ],
)
def test_a_chunk_is_laid_out_as_documented(codec, data, message):
    chunk = pack(Parcel.of(codec, 960, data), seq=3, flags=Flag.DISCONTINUITY)

    assert b"".join(chunk) == bytes.fromhex(message)


def test_the_number_of_a_chunk_wraps_after_32_bits():
    parcel = Parcel.of("opus", 0, [b""])

    assert pack(parcel, seq=2**32 + 1).head[4:8] == b"\1\0\0\0"


def test_a_log_line_is_one_line_whatever_a_client_sends(caplog):
    with caplog.at_level(logging.INFO, "genmusic.server"):
        journal.write("left", session="abc", reason="x\ny z=1")

    assert caplog.messages == ['left session=abc reason="x\\ny z=1"']

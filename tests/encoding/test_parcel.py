"""Packets in one piece: taken apart and put together wherever a listener begins or goes back."""

import pytest

from genmusic.encoding.parcel import Parcel, joined

PACKETS = [b"a", b"bc", b"", b"def"]


@pytest.fixture(params=["opus", "pcm16"])
def parcel(request):
    return Parcel.of(request.param, 960, PACKETS)


def test_a_parcel_is_a_sequence_of_its_packets(parcel):
    assert [*parcel] == PACKETS
    assert (len(parcel), parcel.end) == (4, 5 * 960)


def test_the_length_of_opus_stands_before_each_packet():
    assert Parcel.of("opus", 0, [b"ab", b"c"]).body == b"\2\0ab\1\0c"


@pytest.mark.parametrize("frame", [0, 960, 961, 1_920, 2_000, 4_800, 9_999])
def test_what_is_before_a_frame_and_what_comes_after_are_whole_packets(parcel, frame):
    before, since = parcel.before(frame), parcel.since(frame)

    assert all(960 * (n + 2) <= frame for n in range(len(before)))
    assert since.pts >= frame or not before
    assert [*before] == PACKETS[: len(before)]
    assert [*since] == PACKETS[len(PACKETS) - len(since) :]
    assert not since or since.end == parcel.end


@pytest.mark.parametrize("most", [1, 3, 4, 20])
def test_what_was_divided_is_joined_again(parcel, most):
    parts = [*parcel.divided(most)]
    again = joined(parts)

    assert max(map(len, parts)) <= most
    assert (again.pts, bytes(again.body), [*again.ends]) == (960, parcel.body, parcel.ends)


def test_only_the_first_part_of_a_splice_splices():
    parcel = Parcel("pcm16", 0, b"abc", [1, 2, 3], splices=True)

    assert [part.splices for part in parcel.divided(2)] == [True, False]


def test_nothing_joined_is_nothing(parcel):
    assert joined([parcel.before(0), parcel.since(9_999)]) is None

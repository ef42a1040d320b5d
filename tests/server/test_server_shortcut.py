"""The short way of acks: what is taken before the WebSocket hears of it, and what is not."""

import asyncio

import pytest

from genmusic.server.shortcut import Shortcut

MASK = bytes((0x37, 0xFA, 0x21, 0x3D))
ACK = b'{"type":"ack","played":48000,"end":96000,"under":0}'
LONG = b"x" * 300


def frame(text, first=0x81):
    """A frame as a client sends it: RFC 6455, section 5.2."""
    size = len(text)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([first]) + length + MASK + bytes(c ^ MASK[i % 4] for i, c in enumerate(text))


class WebSocket(asyncio.Protocol):
    """Keeps what comes to it."""

    def __init__(self):
        self.came = []

    def data_received(self, data):
        self.came.append(data)


@pytest.fixture
def way():
    """A shortcut that takes acks: what was taken, what went on, and where bytes come in."""
    websocket, taken = WebSocket(), []

    def take(text):
        if b'"ack"' in text:
            taken.append(text)
        return b'"ack"' in text

    return taken, websocket.came, Shortcut(websocket, take).data_received


def test_an_ack_is_taken_and_goes_no_further(way):
    taken, passed, receive = way

    receive(frame(ACK))

    assert (taken, passed) == ([ACK], [])


@pytest.mark.parametrize("text", [b'{"type":"pause"}', LONG, b""])
def test_another_message_goes_on_as_it_came_and_acks_are_taken_after_it(way, text):
    taken, passed, receive = way

    receive(frame(text))
    receive(frame(ACK))

    assert (taken, passed) == ([ACK], [frame(text)])


def test_messages_that_come_together_go_on_together(way):
    taken, passed, receive = way
    ping = frame(b"", first=0x89)

    receive(frame(ACK) + frame(LONG) + ping)
    receive(frame(ACK))

    assert (taken, passed) == ([ACK], [frame(ACK) + frame(LONG) + ping])


@pytest.mark.parametrize(
    "before",
    [frame(LONG)[:50], frame(ACK)[:1], frame(ACK)[:4], frame(ACK, first=0x01), b"\x81\xff" * 8],
    ids=["half a message", "a byte", "half a head", "a fragment", "a huge message"],
)
def test_what_looks_like_an_ack_in_the_midst_of_a_message_is_a_part_of_it(way, before):
    taken, passed, receive = way

    receive(before)
    receive(frame(ACK))

    assert (taken, passed) == ([], [before, frame(ACK)])


@pytest.mark.parametrize("first", [0x01, 0x02, 0x82, 0x89, 0xC1], ids=hex)
def test_only_whole_texts_are_taken(way, first):
    taken, passed, receive = way

    receive(frame(ACK, first))

    assert (taken, passed) == ([], [frame(ACK, first)])


def test_text_without_a_mask_is_left_to_the_websocket_to_refuse(way):
    taken, passed, receive = way
    unmasked = bytes([0x81, len(ACK)]) + ACK

    receive(unmasked)

    assert (taken, passed) == ([], [unmasked])

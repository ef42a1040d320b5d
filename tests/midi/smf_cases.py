"""Standard MIDI Files of every kind that the specification allows, and of those that are met.

Each case is the bytes of a file and the notes that it means, (start, end, pitch) in ticks of 1/960
quarter note, or None for a file that must be refused. The bytes are written out here after the
Standard MIDI Files 1.0 specification and the habits of programs that do not keep to it.
"""

from dataclasses import dataclass

TICKS = 480
END = b"\0\xff\x2f\0"
NOTE = ((0, 960, 60),)


def vlq(number):
    """A variable-length quantity."""
    data = [number & 0x7F]
    while number := number >> 7:
        data.append(number & 0x7F | 0x80)
    return bytes(reversed(data))


def note(pitch=60, ticks=TICKS, delta=0, channel=0, velocity=64):
    on, off = bytes((0x90 | channel, pitch, velocity)), bytes((0x80 | channel, pitch, 0))
    return vlq(delta) + on + vlq(ticks) + off


def meta(kind, data=b"", delta=0):
    return vlq(delta) + bytes((0xFF, kind)) + vlq(len(data)) + data


def chunk(name, body, length=None):
    return name + (len(body) if length is None else length).to_bytes(4) + body


def header(form=0, tracks=1, division=TICKS, extra=b""):
    body = form.to_bytes(2) + tracks.to_bytes(2) + (division & 0xFFFF).to_bytes(2) + extra
    return chunk(b"MThd", body)


def file(*events, division=TICKS, head=None):
    """One track of events with its end."""
    head = header(division=division) if head is None else head
    return head + chunk(b"MTrk", b"".join(events) + END)


def tracks(*bodies, form=1, said=None):
    head = header(form, len(bodies) if said is None else said)
    return head + b"".join(chunk(b"MTrk", body + END) for body in bodies)


@dataclass(frozen=True)
class Case:
    name: str
    data: bytes
    notes: tuple | None = NOTE


def _at(division, ticks=None):
    """A quarter note in a division of its own."""
    ticks = division if ticks is None else ticks
    return file(note(ticks=ticks), division=division)


def _smpte(frames, ticks):
    return (256 - frames) << 8 | ticks


RIFF = b"RIFF" + (0).to_bytes(4) + b"RMID" + b"data" + (0).to_bytes(4)

STRUCTURE = (
    Case("format 0", file(note())),
    Case("format 1", tracks(note(), note(64)), ((0, 960, 60), (0, 960, 64))),
    Case("format 1 with a track of tempo alone", tracks(meta(0x51, b"\7\xa1\x20"), note())),
    Case("format 2", tracks(note(), note(64), form=2), ((0, 960, 60), (0, 960, 64))),
    Case("a format that is not known", tracks(note(), form=7)),
    Case("a longer header", header(extra=b"\1\2") + chunk(b"MTrk", note() + END)),
    Case("more tracks said than there are", tracks(note(), said=5)),
    Case("fewer tracks said than there are", tracks(note(), note(64), said=1), "any"),
    Case("no track at all", header(tracks=0), None),
    Case("a track without a byte",
         header(1, 2) + chunk(b"MTrk", b"") + chunk(b"MTrk", note() + END)),
    Case("a track with its end alone", tracks(b"", note())),
    Case("forty tracks", tracks(*[note()] * 40), NOTE * 40),
    Case("a foreign chunk first", header() + chunk(b"XFIH", b"abcd") + file(note(), head=b"")),
    Case("a foreign chunk between", header(1, 2) + file(note(), head=b"") + chunk(b"XFKM", b"abc")
         + file(note(64), head=b""), ((0, 960, 60), (0, 960, 64))),
    Case("a foreign chunk last", file(note()) + chunk(b"CASM", b"abcdef")),
    Case("bytes behind the last chunk", file(note()) + b"\0" * 77),
    Case("text behind the last chunk", file(note()) + b"made with care"),
    Case("a length that is too long", header() + chunk(b"MTrk", note() + END, 9_999)),
    Case("a length that is too short", header() + chunk(b"MTrk", note() + END, 6), "any"),
    Case("a length of nothing", header() + chunk(b"MTrk", note() + END, 0), "any"),
    Case("without an end of track", header() + chunk(b"MTrk", note())),
    Case("events behind the end of track", file(note(), END, note(64, delta=5))),
    Case("an end of track much later", header() + chunk(b"MTrk", note() + meta(0x2F, delta=9_600))),
    Case("broken off in the header", file(note())[:11], None),
    Case("broken off before the first track", file(note())[:14], None),
    Case("broken off in a chunk's name", file(note())[:17], None),
    Case("broken off in the first note", file(note())[:24], None),
    Case("broken off in the last note", file(note(), note(64))[:-8]),
    Case("an empty file", b"", None),
    Case("a picture", b"\x89PNG\r\n\x1a\n" + bytes(100), None),
    Case("prose", b"four and twenty blackbirds", None),
    Case("zeros", bytes(500), None),
    Case("in a RIFF", RIFF + file(note())),
    Case("behind a MacBinary header", b"\0\4tune" + bytes(122) + file(note())),
)  # fmt: skip

DIVISIONS = (
    *(
        Case(f"{n} ticks to a beat", _at(n))
        for n in (1, 24, 96, 120, 192, 384, 960, 15_360, 32_767)
    ),
    Case("no ticks to a beat", _at(0, 1), "any"),
    # Counted in seconds: half a second is a beat, as at 120 BPM.
    *(
        Case(f"{frames} frames of {ticks} ticks", _at(_smpte(frames, ticks), frames * ticks // 2))
        for frames, ticks in ((24, 4), (25, 40), (30, 80), (30, 10))
    ),
    Case("29 frames, dropped", _at(_smpte(29, 100), 1_450)),
    Case("frames without ticks", _at(_smpte(25, 0), 12), "any"),
)

DELTAS = (
    *(
        Case(f"a delta of {number}", file(note(delta=number), division=960),
             ((number, number + 480, 60),))
        for number in (0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000)
    ),
    Case("a delta beyond all music", file(note(delta=0x0FFFFFFF)), None),
    Case("a delta with zeros in front", file(b"\x80\x80\x80" + note())),
    Case("a delta of five bytes", file(b"\x80\x80\x80\x80" + note())),
    Case("deltas that add up beyond 32 bits", file(*[note(delta=0x0FFFFFFF)] * 40), None),
)  # fmt: skip

STATUS = (
    Case("running status", file(b"\0\x90\x3c\x40", vlq(480), b"\x3c\0", b"\0\x40\x40", vlq(480),
         b"\x40\0"), ((0, 960, 60), (960, 1920, 64))),
    Case("a note that ends with velocity 0", file(b"\0\x90\x3c\x40", vlq(480), b"\x90\x3c\0")),
    Case("running status behind a meta event",
         file(b"\0\x90\x3c\x40", meta(1, b"A"), vlq(480), b"\x3c\0")),
    Case("running status behind system exclusive",
         file(b"\0\x90\x3c\x40", b"\0\xf0\2\1\xf7", vlq(480), b"\x3c\0")),
    Case("data without a status", file(b"\0\x3c\x40", note()), "any"),
    Case("status that does not run into the next track",
         header(1, 2) + file(note(), head=b"") + file(b"\0\x3c\x40" + note(64), head=b""), "any"),
    Case("key pressure", file(b"\0\xa0\x3c\x40", note())),
    Case("controllers", file(*[bytes((0, 0xB0, n, 64)) for n in range(120)], note())),
    Case("channel mode",
         file(*[bytes((0, 0xB0, n, 0)) for n in (120, 121, 122, 124, 126)], note())),
    Case("programs", file(b"\0\xc0\x05", note(), b"\0\xc0\x7f", note(64)),
         ((0, 960, 60), (960, 1920, 64))),
    Case("channel pressure", file(b"\0\xd0\x40", note())),
    Case("bends", file(b"\0\xe0\0\0", b"\0\xe0\x7f\x7f", note())),
    Case("sixteen channels, of which one is drums",
         file(*[note(channel=c) for c in range(16)]),
         tuple((960 * c, 960 * (c + 1), 60) for c in range(16) if c != 9)),
    Case("drums alone", file(note(36, channel=9)), ()),
    Case("the lowest and the highest key", file(note(0), note(127)),
         ((0, 960, 0), (960, 1920, 127))),
    Case("the softest and the loudest", file(note(velocity=1), note(64, velocity=127)),
         ((0, 960, 60), (960, 1920, 64))),
    Case("a note that never ends", file(note(), b"\0\x90\x43\x40"), "any"),
    Case("a note that ends without a beginning", file(b"\0\x80\x43\x40", note())),
    Case("a note without length", file(b"\0\x90\x43\x40\0\x80\x43\0", note()), "any"),
    Case("a key that is struck again", file(b"\0\x90\x3c\x40", vlq(240), b"\x90\x3c\x40", vlq(240),
         b"\x80\x3c\0", b"\0\x80\x3c\0"), "any"),
    Case("system common messages", file(b"\0\xf1\x00", note()), "any"),
    Case("clocks among the notes", file(b"\0\xf8", note()), "any"),
    Case("statuses that do not exist", file(b"\0\xf4\0\xf5", note()), "any"),
)  # fmt: skip

EXCLUSIVE = (
    Case("system exclusive", file(b"\0\xf0\5\x7e\x7f\x09\x01\xf7", note())),
    Case("system exclusive in packets", file(b"\0\xf0\3\x43\x12\0", b"\0\xf7\2\x43\xf7", note())),
    Case("an escaped clock", file(b"\0\xf7\1\xf8", note())),
    Case("system exclusive of nothing", file(b"\0\xf0\0", note())),
    Case("system exclusive without its end", file(b"\0\xf0\3\x43\x12\0", note())),
    Case(
        "system exclusive beyond its track", file(b"\0\xf0" + vlq(50_000) + b"\x43", note()), None
    ),
    Case(
        "a long system exclusive", file(b"\0\xf0" + vlq(20_001) + bytes(20_000) + b"\xf7", note())
    ),
)

TEXTS = ("text", "copyright", "track name", "instrument", "lyric", "marker", "cue", "program",
         "device")  # fmt: skip

METAS = (
    *(Case(name, file(meta(kind, b"Words"), note())) for kind, name in enumerate(TEXTS, 1)),
    Case("sequence number", file(meta(0, b"\0\1"), note())),
    Case("sequence number without a number", file(meta(0), note())),
    Case("channel prefix", file(meta(0x20, b"\3"), note())),
    Case("port prefix", file(meta(0x21, b"\1"), note())),
    Case("tempo", file(meta(0x51, b"\7\xa1\x20"), note())),
    Case("a tempo of nothing", file(meta(0x51, b"\0\0\0"), note()), "any"),
    Case("a tempo that is too long", file(meta(0x51, b"\0\7\xa1\x20"), note()), "any"),
    Case("a tempo that is too short", file(meta(0x51, b"\7\xa1"), note()), "any"),
    Case("SMPTE offset", file(meta(0x54, b"\x60\3\4\0\0"), note())),
    Case("time signature", file(meta(0x58, b"\6\3\x24\x08"), note())),
    Case("a beat too short for any bar", file(meta(0x58, b"\4\xff\x18\x08"), note()), "any"),
    Case("a bar of no beats", file(meta(0x58, b"\0\2\x18\x08"), note()), "any"),
    Case("key signatures", file(*[meta(0x59, bytes((k % 256, m))) for k in range(-7, 8)
                                  for m in (0, 1)], note())),
    Case("a key of twenty sharps", file(meta(0x59, b"\x14\0"), note()), "any"),
    Case("sequencer specific", file(meta(0x7F, b"\0\0\x41"), note())),
    Case("an event that is not known", file(meta(0x60, b"\1\2\3"), note())),
    Case("text of nothing", file(meta(1), note())),
    Case("a long text", file(meta(1, b"a" * 30_000), note())),
    Case("text in Latin-1", file(meta(3, b"R\xeaverie"), note())),
    Case("text in UTF-8", file(meta(3, "夜想曲".encode()), note())),
    Case("text with zeros", file(meta(3, b"a\0b"), note())),
)  # fmt: skip

CASES = (*STRUCTURE, *DIVISIONS, *DELTAS, *STATUS, *EXCLUSIVE, *METAS)

"""Every kind of MIDI file there is, whole and damaged, read by a process that may be killed."""

import os
import resource
import signal
from contextlib import ExitStack, closing, suppress
from random import Random
from time import process_time

import pytest
from smf_cases import CASES, file, header, meta, note, vlq

from genmusic.errors import CorpusError
from genmusic.midi.foreign import MOST_FILE_BYTES, ForeignReader

MEGABYTE = 1_000_000
MOST_MEGABYTES = 200


@pytest.fixture(scope="module")
def reader():
    reader = ForeignReader()
    yield reader
    reader.close()


def notes_of(score):
    return sorted(tuple(row) for part in score.parts for row in part.notes.tolist())


def used_seconds(reader):
    """Processor time of the process that reads."""
    with open(f"/proc/{reader.process_id}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(reader):
    with open(f"/proc/{reader.process_id}/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def test_there_are_as_many_cases_as_collections_have():
    assert len({case.name for case in CASES}) == len(CASES) >= 93


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_means_the_notes_that_it_holds_or_is_refused_with_a_reason(reader, case):
    if case.notes is None:
        with pytest.raises(CorpusError, match=r"^it \w+"):
            reader.read(case.data)
        return
    read = notes_of(reader.read(case.data))

    if case.notes == "any":  # readers differ; what is kept is music
        assert all(0 <= start < end and 0 <= pitch < 128 for start, end, pitch in read)
    else:
        assert read == sorted(case.notes)


def damaged(random, data):
    """A file with some bytes changed, taken out, put in, cut off, or turned into a huge number."""
    data = bytearray(data)
    for _ in range(random.randrange(1, 8)):
        place = random.randrange(len(data)) if data else 0
        edit = random.choice(EDITS)
        data[place : place + edit[0]] = random.randbytes(edit[1]) if edit[2] is None else edit[2]
    return bytes(data)


EDITS = ((1, 1, None), (9, 0, None), (0, 4, None), (1 << 20, 0, None), (4, 0, b"\xff\xff\xff\x7f"))
TUNE = file(*[note(50 + k, 100 + k, channel=k % 3) for k in range(30)])


def test_three_thousand_damaged_files_are_read_or_refused_with_a_reason(reader):
    random = Random(1)  # noqa: S311 - damage, not secrets
    read, reasons, process = 0, [], reader.process_id
    for number in range(3000):
        whole = TUNE if number % 2 else random.choice(CASES).data
        try:
            notes = notes_of(reader.read(damaged(random, whole)))
        except CorpusError as error:
            reasons.append(str(error))
            continue
        read += 1
        assert all(0 <= start < end and 0 <= pitch < 128 for start, end, pitch in notes)

    assert read > 1000
    assert len(reasons) > 100
    assert min(map(len, reasons)) > 10
    assert reader.process_id == process  # none broke the process that reads


def track(body):
    return header() + b"MTrk" + len(body).to_bytes(4) + body


STRIKES = b"\0\x90\x3c\x40" + b"\1\x3c\x40" * (MEGABYTE // 3)
HOSTILE = {
    "running status": track(STRIKES),
    "running status, cut off": track(STRIKES)[:-1],
    "no ticks to a beat": header(division=0) + track(STRIKES)[14:],
    "tracks": header(1, 65_535) + track(b"\0\x90\x3c\x40\x10\x3c\0\0\xff\x2f\0")[14:] * 52_000,
    "names of tracks": header() + b"MTrk" * (MEGABYTE // 4),
    "tempos": track(meta(0x51, b"\7\xa1\x20", 100) * (MEGABYTE // 8)),
    "metres": track(meta(0x58, b"\4\2\x18\x08", 100) * (MEGABYTE // 9)),
    "markers": track(meta(6, b"a") * (MEGABYTE // 5)),
    "far away": track(note(delta=0x0FFFFFFF, ticks=0x0FFFFFFF) * (MEGABYTE // 14)),
    "programs": track((b"\0\xc0\1" + note(ticks=1)) * (MEGABYTE // 11)),
    "a huge system exclusive": track(b"\0\xf0" + vlq(0x0FFFFFFF) + bytes(MEGABYTE)),
    "zeros": track(bytes(MEGABYTE)),
    "ones": track(b"\xff" * MEGABYTE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_costs_a_second_and_two_hundred_megabytes_at_most(reader, name):
    reader.read(TUNE)
    own, began = process_time(), used_seconds(reader)

    with suppress(CorpusError):
        reader.read(HOSTILE[name])

    assert process_time() - own + used_seconds(reader) - began < 1.0
    assert peak_megabytes(reader) < MOST_MEGABYTES


@pytest.fixture
def a_thousand_open_files():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    with ExitStack() as files:
        for _ in range(1_100):
            files.enter_context(open(os.devnull, "rb"))
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("a_thousand_open_files")
def test_files_are_read_for_a_server_with_more_than_a_thousand_listeners():
    with closing(ForeignReader()) as reader:
        assert len(notes_of(reader.read(TUNE))) == 30


def test_a_reader_that_is_killed_is_replaced(reader):
    reader.read(TUNE)
    killed = reader.process_id

    os.kill(killed, signal.SIGSTOP)  # it hangs, and is then ended by the system
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(CorpusError, match="it breaks the program that reads it"):
        reader.read(TUNE)

    assert len(notes_of(reader.read(TUNE))) == 30
    assert reader.process_id != killed


def test_a_reader_that_hangs_is_given_up(reader, monkeypatch):
    monkeypatch.setattr("genmusic.midi.foreign.READ_SECONDS", 0.05)
    reader.read(TUNE)

    os.kill(reader.process_id, signal.SIGSTOP)
    with pytest.raises(CorpusError, match="it takes longer to read than any score"):
        reader.read(TUNE)


def test_a_file_that_is_too_large_is_not_read_at_all(reader):
    with pytest.raises(CorpusError, match="larger than 8192 KiB"):
        reader.read(bytes(MOST_FILE_BYTES + 1))

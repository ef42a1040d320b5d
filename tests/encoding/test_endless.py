import io
import struct

import av
import numpy as np
import pytest

from genmusic.encoding import ENDLESS_FORMATS, endless_format
from genmusic.encoding.samples import to_pcm16
from genmusic.errors import UnknownNameError

CHUNK = 9_600


def write(kind, music, chunk=CHUNK):
    file, samples = endless_format(kind).open(), to_pcm16(music, 7, 0)
    whole = len(samples) // CHUNK * CHUNK
    return b"".join(file.write(samples[at : at + chunk]) for at in range(0, whole, chunk))


def read(data):
    """The samples of a file that breaks off, ``(2, frames)``."""
    with av.open(io.BytesIO(data)) as container:
        resampler = av.AudioResampler("s16", "stereo", 48_000)
        blocks = [
            part.to_ndarray().reshape(-1, 2).T
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(blocks, axis=1)


@pytest.mark.parametrize("kind", ["flac", "wav"])
def test_what_loses_nothing_gives_the_samples_back(kind, music):
    samples = to_pcm16(music, 7, 0).T
    heard = read(write(kind, music))

    assert heard.shape[1] > 0.9 * samples.shape[1]
    assert np.array_equal(heard, samples[:, : heard.shape[1]])


@pytest.mark.parametrize("kind", ["mp3", "opus"])
def test_what_loses_something_sounds_like_the_music(kind, music):
    samples = to_pcm16(music, 7, 0).T.astype(np.float64)
    heard = read(write(kind, music)).astype(np.float64)
    stretch = heard[0, 9_600:19_200]
    likeness = [
        np.corrcoef(stretch, samples[0, at : at + 9_600])[0, 1]
        for at in range(9_600 - 2_000, 9_600)
    ]

    assert max(likeness) > 0.99


@pytest.mark.parametrize("kind", ENDLESS_FORMATS)
def test_every_chunk_gives_bytes_soon(kind, music):
    file, samples = endless_format(kind).open(), to_pcm16(music, 7, 0)
    sizes = [len(file.write(samples[at : at + CHUNK])) for at in range(0, 5 * CHUNK, CHUNK)]

    assert all(size > 0 for size in sizes[1:])  # an Ogg page may wait for one chunk


@pytest.mark.parametrize("kind", ENDLESS_FORMATS)
def test_the_same_music_gives_the_same_bytes(kind, music):
    assert write(kind, music) == write(kind, music)


def test_a_wav_head_promises_more_than_anybody_hears():
    head = endless_format("wav").open().write(np.zeros((0, 2), np.int16))

    assert struct.unpack("<4xI", head[:8]) == struct.unpack("<I", head[40:]) == (0xFFFF_FFFF,)


def test_an_unknown_format_lists_those_there_are():
    with pytest.raises(UnknownNameError, match="'aac'; there are mp3, opus, flac, wav"):
        endless_format("aac")

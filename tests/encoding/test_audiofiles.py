import errno
import os
from pathlib import Path

import av
import numpy as np
import pytest

from genmusic.encoding import AUDIO_SUFFIXES, audiofiles, open_file_writer
from genmusic.encoding.partfile import explained
from genmusic.errors import EncodingError


def write(path, music, block_frames=4800, **options):
    with open_file_writer(path, **options) as writer:
        for at in range(0, music.shape[1], block_frames):
            writer.write(music[:, at : at + block_frames])
    return path


def write_and_fail(path, music):
    with open_file_writer(path) as writer:
        writer.write(music)
        raise ZeroDivisionError


def raise_explained(path, error):
    with explained(path):  # root may write everywhere, so no real folder refuses in a container
        raise error


def read(path):
    with av.open(path) as container:
        heard = [frame.to_ndarray() for frame in container.decode(audio=0)]
    samples = np.concatenate(heard, axis=1)
    if samples.dtype == np.int32:
        return samples.reshape(-1, 2).T / 256 / 8388607
    return samples


@pytest.mark.parametrize("suffix", AUDIO_SUFFIXES)
def test_the_file_is_as_long_as_what_was_written(suffix, music, tmp_path):
    heard = read(write(tmp_path / f"a{suffix}", music))

    assert heard.shape == music.shape


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_lossless_files_are_exact_to_24_bits(suffix, music, tmp_path):
    heard = read(write(tmp_path / f"a{suffix}", music))

    assert np.abs(heard - music).max() <= 0.5 / 8388607


# Measured 24.7 and 27.3 dB; what hiss and a wide stereo picture mask is not coded.
@pytest.mark.parametrize(("suffix", "least_db"), [(".opus", 22), (".mp3", 22)])
def test_lossy_files_sound_like_the_music(suffix, least_db, music, tmp_path, snr_db):
    heard = read(write(tmp_path / f"a{suffix}", music))

    assert snr_db(music, heard) > least_db


@pytest.mark.parametrize("suffix", AUDIO_SUFFIXES)
def test_the_bytes_depend_on_the_music_alone(suffix, music, tmp_path):
    long = write(tmp_path / f"long{suffix}", music, block_frames=9600)
    short = write(tmp_path / f"short{suffix}", music, block_frames=64)

    assert long.read_bytes() == short.read_bytes()


@pytest.mark.parametrize("suffix", AUDIO_SUFFIXES)
def test_the_title_is_in_the_tags(suffix, music, tmp_path):
    path = write(tmp_path / f"a{suffix}", music, title="Über dem Meer")

    with av.open(path) as container:
        tags = container.metadata | container.streams.audio[0].metadata

    assert tags["title"] == "Über dem Meer"


def test_opus_pages_are_short_enough_to_stream(music, tmp_path):
    data = write(tmp_path / "a.opus", music).read_bytes()

    pages = data.count(b"OggS")

    assert pages >= music.shape[1] / 48_000 / 0.2  # a page at least every 200 ms


def test_the_bit_rate_can_be_chosen(music, tmp_path):
    small = write(tmp_path / "small.mp3", music, bitrate=96_000)
    large = write(tmp_path / "large.mp3", music, bitrate=320_000)

    assert large.stat().st_size > 3 * small.stat().st_size


def test_a_capital_suffix_is_the_same_format(music, tmp_path):
    assert read(write(tmp_path / "A.WAV", music)).shape == music.shape


def test_an_empty_piece_is_a_valid_file(tmp_path):
    path = write(tmp_path / "a.wav", np.zeros((2, 0), np.float32))

    with av.open(path) as container:
        assert container.streams.audio[0].codec_context.name == "pcm_s24le"


def test_a_failed_render_leaves_nothing_and_keeps_the_older_file(music, tmp_path):
    path = tmp_path / "a.flac"
    path.write_bytes(b"older")

    with pytest.raises(ZeroDivisionError):
        write_and_fail(path, music)

    assert [p.name for p in tmp_path.iterdir()] == ["a.flac"]
    assert path.read_bytes() == b"older"


def test_a_full_disk_is_one_sentence_and_leaves_nothing(music, tmp_path, file_size_limit):
    file_size_limit(100_000)

    with pytest.raises(EncodingError, match=r"cannot write .*a\.wav: file too large"):
        write(tmp_path / "a.wav", music)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("a.ogg", r"there is no audio format \.ogg; use \.wav, \.flac, \.opus, \.mp3"),
        ("a", "there is no audio format without suffix"),
        ("missing/a.wav", "no such file or directory; create the folder first"),
        ("file/a.wav", "not a directory; a file stands where a folder is needed"),
        ("folder.wav", "is a directory; give the name of a file"),
        ("x" * 300 + ".wav", "file name too long; choose a shorter name"),
    ],
)
def test_a_place_that_cannot_be_written_names_the_cure(name, cure, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder.wav").mkdir()

    with pytest.raises(EncodingError, match=cure):
        open_file_writer(tmp_path / name)


def test_a_forbidden_folder_names_the_cure():
    refused = PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with pytest.raises(EncodingError, match="choose a folder that you may write to"):
        raise_explained(Path("a.wav"), refused)


def test_a_missing_codec_leaves_nothing(monkeypatch, tmp_path):
    form = audiofiles.AudioFormat("mp3", "not-built-in", "fltp")
    monkeypatch.setitem(audiofiles.FORMATS, ".mp3", form)

    with pytest.raises(EncodingError, match="choose another format, or install"):
        open_file_writer(Path(tmp_path) / "a.mp3")

    assert list(tmp_path.iterdir()) == []

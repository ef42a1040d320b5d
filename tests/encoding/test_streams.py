from functools import partial

import av
import numpy as np
import pytest

from genmusic.encoding import STREAM_CODECS, libopus, open_stream_encoder, streams
from genmusic.errors import EncodingError, UnknownNameError

CHUNK = 4800  # 100 ms


@pytest.fixture(params=["system", "bundled"])
def opus(request, monkeypatch):
    """Both ways to the codec."""
    if request.param == "bundled":
        monkeypatch.setattr(libopus, "load", lambda: None)
    elif libopus.load() is None:
        pytest.skip("the system has no libopus")
    return partial(open_stream_encoder, "opus", 7)


def encode(encoder, music, chunk=CHUNK):
    whole = music.shape[1] // CHUNK * CHUNK
    return [
        packet
        for at in range(0, whole, chunk)
        for packet in encoder.encode(music[:, at : at + chunk], at)
    ]


def decode_opus(packets):
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "stereo"
    heard = [f.to_ndarray() for packet in packets for f in decoder.decode(av.Packet(packet))]
    return np.concatenate(heard, axis=1).reshape(-1, 2).T / 32768


@pytest.mark.parametrize("codec", STREAM_CODECS)
def test_a_chunk_becomes_whole_packets_at_once(codec, music):
    encoder = open_stream_encoder(codec, 7)

    packets = encoder.encode(music[:, :CHUNK], 0)

    assert len(packets) == CHUNK // encoder.packet_frames


@pytest.mark.parametrize("codec", STREAM_CODECS)
def test_packets_do_not_depend_on_the_chunk_length(codec, music):
    short = encode(open_stream_encoder(codec, 7), music, 960)
    long = encode(open_stream_encoder(codec, 7), music, 9600)

    assert short == long


def test_pcm16_is_the_music_within_one_step_and_a_half_of_dither(music):
    packets = encode(open_stream_encoder("pcm16", 7), music)

    heard = np.frombuffer(b"".join(packets), "<i2").reshape(-1, 2).T / 32767

    assert np.abs(heard - music[:, : heard.shape[1]]).max() <= 1.501 / 32767


def test_the_announced_preskip_is_the_delay_that_is_heard(opus, music):
    encoder = opus()
    heard = decode_opus(encode(encoder, music))

    hiss = np.diff(music[:, 20_000:60_000].sum(axis=0), 2)  # whitened: one sharp peak
    late = np.diff(heard[:, 20_000:62_000].sum(axis=0), 2)
    delay = np.argmax(np.correlate(late, hiss, "valid"))

    assert encoder.preskip == delay == 312


def test_opus_sounds_like_the_music(opus, music, snr_db):
    encoder = opus()
    heard = decode_opus(encode(encoder, music))[:, encoder.preskip :]

    # Measured 24.7 dB: the codec spends nothing on what hiss and a wide stereo picture mask.
    assert snr_db(music[:, : heard.shape[1]], heard) > 22


def test_opus_keeps_to_its_bit_rate(opus, music):
    packets = encode(opus(bitrate=96_000), music)

    kilobits_per_second = sum(map(len, packets)) * 8 / (len(packets) * 0.020) / 1000

    assert 80 < kilobits_per_second < 110  # constrained VBR; unconstrained gives half as much again


@pytest.mark.parametrize("codec", STREAM_CODECS)
def test_a_block_that_is_no_whole_number_of_packets_is_refused(codec, music):
    with pytest.raises(EncodingError, match="multiple of 960"):
        open_stream_encoder(codec, 7).encode(music[:, :1000], 0)


def test_an_unknown_codec_is_named_with_those_that_exist():
    with pytest.raises(UnknownNameError, match="'vorbis'; there are opus and pcm16"):
        open_stream_encoder("vorbis", 7)


@pytest.mark.skipif(libopus.load() is None, reason="the system has no libopus")
def test_a_setting_that_opus_does_not_have_is_refused():
    with pytest.raises(EncodingError, match="the opus encoder does not start"):
        open_stream_encoder("opus", 7, complexity=99)


def test_a_missing_codec_says_what_to_do(monkeypatch):
    monkeypatch.setattr(libopus, "load", lambda: None)
    monkeypatch.setattr(streams, "OPUS_CODEC", "not-built-in")

    with pytest.raises(EncodingError, match="ask for pcm16, or install"):
        open_stream_encoder("opus", 7)

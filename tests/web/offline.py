"""The same music without page and server: what a listener ought to hear."""

import av
import numpy as np

from genmusic.encoding import open_stream_encoder
from genmusic.encoding.samples import to_pcm16
from genmusic.session.engine import Engine
from genmusic.units import SAMPLE_RATE

BLOCK_FRAMES = 9_600
DECODERS_AGREE_DB = 90  # two decoders of the same packets differ by rounding: 139 measured


def render(library, session, end, log=()):
    """The samples of a session from its beginning, as the engine makes them offline."""
    engine = Engine(library, session["seed"], session["controls"], log)
    blocks = -(-end // BLOCK_FRAMES)
    out = np.empty((2, blocks * BLOCK_FRAMES), np.float32)
    for block in range(blocks):
        part = np.empty((2, BLOCK_FRAMES), np.float32)
        engine.render(part)
        out[:, block * BLOCK_FRAMES : (block + 1) * BLOCK_FRAMES] = part
    return out


def through_pcm16(rendered, session):
    """The samples that a receiver of 16 bits gets: dithered as the session's seed says."""
    return to_pcm16(rendered, session["seed"], 0).T.astype(np.float32) / np.float32(32_767)


def through_opus(rendered):
    """What the codec makes of the render: at 128 kbit/s 20 to 28 dB of it, all lost knowingly."""
    encoder = open_stream_encoder("opus", 0)
    decoder = av.CodecContext.create(
        "libopus", "r"
    )  # as in browsers: FFmpeg's own rounds otherwise
    decoder.options = {"request_sample_fmt": "flt"}
    decoder.sample_rate, decoder.layout = SAMPLE_RATE, "stereo"
    packets = [av.Packet(packet) for packet in encoder.encode(rendered, 0)]
    decoded = [frame.to_ndarray() for packet in packets for frame in decoder.decode(packet)]
    return np.concatenate(decoded, axis=1).reshape(-1, 2).T[:, encoder.preskip :]


def signal_to_noise_db(heard, expected):
    """How far the difference lies below the sound."""
    difference = heard.astype(np.float64) - expected
    return 10 * np.log10((expected.astype(np.float64) ** 2).sum() / (difference**2).sum())

import numpy as np

from genmusic.encoding.samples import to_pcm16, to_pcm24


def test_full_scale_is_symmetric_and_what_exceeds_it_is_clipped():
    block = np.array([[1.0, 2.0], [-1.0, -2.0]], np.float32)

    assert to_pcm16(block).tolist() == [[32767, -32767], [32767, -32767]]
    assert (to_pcm24(block) >> 8).tolist() == [[8388607, -8388607], [8388607, -8388607]]


def test_rounding_is_to_the_nearest_integer():
    block = np.array([[0.6 / 32767], [-0.4 / 32767]], np.float32)

    assert to_pcm16(block).tolist() == [[1, 0]]


def test_pcm24_gives_every_sample_back_within_half_a_step():
    block = np.random.default_rng(1).uniform(-1, 1, (2, 10_000)).astype(np.float32)

    back = (to_pcm24(block) >> 8).T / 8388607

    assert np.abs(back - block).max() <= 0.5 / 8388607

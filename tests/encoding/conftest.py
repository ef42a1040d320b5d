import resource

import numpy as np
import pytest

from genmusic.units import SAMPLE_RATE


@pytest.fixture(scope="session")
def music():
    """Tones and soft hiss, different on each side; a length that no codec frame divides."""
    frames = 2 * SAMPLE_RATE + 5 * 64
    seconds = np.arange(frames) / SAMPLE_RATE
    left = sum(0.1 * np.sin(2 * np.pi * hz * seconds) for hz in (220.0, 277.2, 329.6))
    right = sum(0.1 * np.sin(2 * np.pi * hz * seconds) for hz in (110.0, 415.3, 554.4))
    hiss = 0.002 * np.random.default_rng(440).standard_normal((2, frames))
    return (np.stack([left, right]) + hiss).astype(np.float32)


@pytest.fixture(scope="session")
def snr_db():
    """Signal to error ratio in dB."""

    def measure(reference, heard):
        error = heard.astype(np.float64) - reference
        return 10 * np.log10(np.sum(reference.astype(np.float64) ** 2) / np.sum(error**2))

    return measure


@pytest.fixture
def file_size_limit():
    """Make every file of this process hit the end of the disk at a number of bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)

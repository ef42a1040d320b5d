"""The tables that wavetable voices read."""

import numpy as np

from genmusic.synthesis.timbres import TABLES
from kernels.wavetables import FRAMES, SAMPLE_BITS, STEP_BITS


def test_every_step_of_a_table_leads_to_its_next_sample():
    words = TABLES.view(np.int32).reshape(-1, FRAMES)

    steps = (words << SAMPLE_BITS) >> SAMPLE_BITS
    samples = (words - steps) >> STEP_BITS

    # A period that were too loud or too steep for its words would not.
    assert (samples + steps == np.roll(samples, -1, axis=1)).all()

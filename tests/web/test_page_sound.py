"""What reaches the loudspeaker is the piece that the engine renders, to the sample."""

from dataclasses import dataclass

import numpy as np
import pytest
from offline import (
    BLOCK_FRAMES,
    DECODERS_AGREE_DB,
    render,
    signal_to_noise_db,
    through_opus,
    through_pcm16,
)
from page_driver import RATE, Listener, Recording, open_listener

from genmusic.session.engine import Change

pytestmark = pytest.mark.browser

LSB = 1 / 32_767
ROUNDING = 0.01 * LSB  # the samples are float32 on the way
QUIET_SECONDS = 30
STILL = {"reduced_motion": "reduce"}  # without a GPU two moving pictures are what is slowest here


@dataclass
class Evening:
    """Two listeners who play side by side for half a minute."""

    pcm: Listener
    opus: Listener
    pcm_first: Recording
    opus_first: Recording
    pcm_changed: Recording
    change: Change


@pytest.fixture(scope="module")
def evening(browser, address):
    pcm = open_listener(browser, f"{address}?codec=pcm", **STILL).press_play()
    opus = open_listener(browser, address, **STILL).press_play()
    pcm_first, opus_first = pcm.capture(5), opus.capture(5)
    pcm.page.focus("#arousal")
    pcm_changed = pcm.capture(5, meanwhile=lambda: pcm.page.keyboard.press("End"))
    frame = pcm.wait_for_landing("arousal")
    for listener in (pcm, opus):
        listener.wait_until_played(QUIET_SECONDS * RATE)
    return Evening(pcm, opus, pcm_first, opus_first, pcm_changed, Change(frame, "arousal", 1.0))


def largest_error(recording, rendered, start, end):
    return np.abs(recording.between(start, end) - rendered[:, start:end]).max()


def test_pcm_is_the_offline_render_in_16_bits(evening, library):
    heard, session = evening.pcm_first, evening.pcm.session

    rendered = through_pcm16(render(library, session, heard.end), session)

    assert np.abs(rendered[:, heard.pts : heard.end]).max() > 100 * LSB  # there is music
    assert largest_error(heard, rendered, heard.pts, heard.end) <= ROUNDING


def test_opus_is_what_the_codec_makes_of_the_offline_render(evening, library):
    heard = evening.opus_first

    rendered = render(library, evening.opus.session, heard.end + BLOCK_FRAMES)

    assert evening.opus.session["codec"] == "opus"
    expected = through_opus(rendered)[:, heard.pts : heard.end]
    assert signal_to_noise_db(heard.samples, expected) >= DECODERS_AGREE_DB


def test_opus_is_in_time_with_the_offline_render_to_the_frame(evening, library):
    heard = evening.opus_first

    rendered = render(library, evening.opus.session, heard.end + 1)

    # Differences of neighbours: the codec turns the phase of the lowest octaves, and only theirs.
    shifts = range(-2, 3)
    fits = [
        signal_to_noise_db(
            np.diff(heard.samples[:, 2:-2]),
            np.diff(rendered[:, heard.pts + 2 + n : heard.end - 2 + n]),
        )
        for n in shifts
    ]
    assert shifts[int(np.argmax(fits))] == 0


def test_half_a_minute_passes_without_an_underrun(evening):
    for listener in (evening.pcm, evening.opus):
        assert listener.report["played"] >= QUIET_SECONDS * RATE
        assert (listener.report["underruns"], listener.report["underFrames"]) == (0, 0)


def test_a_change_is_heard_from_the_promised_frame_and_not_before(evening, library):
    heard, frame = evening.pcm_changed, evening.change.frame
    session = evening.pcm.session

    unchanged = through_pcm16(render(library, session, heard.end), session)
    changed = through_pcm16(render(library, session, heard.end, [evening.change]), session)

    assert largest_error(heard, unchanged, heard.pts, frame) <= ROUNDING
    assert largest_error(heard, changed, frame, heard.end) <= ROUNDING
    assert largest_error(heard, unchanged, frame, heard.end) > 100 * LSB


def test_two_pages_play_different_music(evening):
    one, other = evening.pcm_first, evening.opus_first
    start, end = max(one.pts, other.pts), min(one.end, other.end)

    assert evening.pcm.session["seed"] != evening.opus.session["seed"]
    assert signal_to_noise_db(one.between(start, end), other.between(start, end)) < 6


def test_nothing_went_wrong_on_the_way(evening):
    assert evening.pcm.troubles == []
    assert evening.opus.troubles == []

"""When something is wrong the page says what, in friendly words, and goes on as soon as it can."""

import signal
import threading
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from flaky_line import FlakyLine
from offline import BLOCK_FRAMES, DECODERS_AGREE_DB, render, signal_to_noise_db, through_opus
from page_driver import INSECURE_HOST, RATE, running_server

pytestmark = pytest.mark.browser


def test_an_insecure_address_says_why_and_plays_all_the_same(visit, address):
    there = urlsplit(address)._replace(netloc=f"{INSECURE_HOST}:{urlsplit(address).port}")
    listener = visit(there.geturl())

    assert "secure" in listener.sentence
    listener.press_play()
    listener.wait_until("genmusic.player.loudspeaker.audio.currentTime > 1")
    listener.page.keyboard.press("ArrowRight")

    assert listener.wait_for_landing("valence") > 0
    assert listener.session["title"] == listener.page.inner_text("#title")
    assert "simple player" in listener.page.text_content("#why")
    listener.page.keyboard.press("Space")
    listener.wait_for_state("paused")
    assert listener.page.evaluate("genmusic.player.loudspeaker.audio.paused")


def test_a_link_to_an_unknown_style_says_what_is_wrong(visit, address):
    listener = visit(f"{address}?style=nosuch")

    listener.page.click("#play")
    listener.wait_for_state("refused")

    assert "nosuch" in listener.sentence


def test_the_same_link_is_the_same_music(visit, address):
    pages = [visit(f"{address}?seed=7").press_play() for _ in range(2)]

    sessions = [page.session for page in pages]

    assert [session["seed"] for session in sessions] == [7, 7]
    assert sessions[0]["title"] == sessions[1]["title"]


def test_a_line_that_is_cut_is_not_heard(visit, address, library):
    with closing(FlakyLine(urlsplit(address).port)) as line:
        listener = visit(f"http://127.0.0.1:{line.port}/").press_play()
        threading.Timer(1.0, line.cut).start()
        heard = listener.capture(4)
        listener.wait_for_state("playing")

    assert listener.session["resumed"]
    assert listener.report["underruns"] == 0
    rendered = render(library, listener.session, heard.end + BLOCK_FRAMES)
    expected = through_opus(rendered)[:, heard.pts : heard.end]
    assert signal_to_noise_db(heard.samples, expected) >= DECODERS_AGREE_DB


def test_a_line_that_is_left_behind_is_left_for_another(visit, address):
    with closing(FlakyLine(urlsplit(address).port)) as line:
        listener = visit(f"http://127.0.0.1:{line.port}/").press_play()
        listener.wait_until_played(RATE)
        session = listener.session["session"]
        line.freeze()
        listener.wait_until("genmusic.session().resumed", 8_000)
        listener.wait_until_played(listener.report["played"] + RATE)

        assert listener.session["session"] == session
        assert listener.page.get_attribute("body", "data-state") == "playing"


def test_a_full_server_says_when_it_is_asked_again_and_a_restart_is_survived(visit, tmp_path):
    keeping = ("--data", str(tmp_path))
    with running_server("--max-sessions", "1", *keeping) as (process, address):
        first = visit(address).press_play()
        second = visit(address)
        second.page.click("#play")
        second.wait_for_state("full")
        assert "seat" in second.sentence
        begun = first.session

        process.send_signal(signal.SIGTERM)
        first.wait_for_state("restarting")
        first.expect_sentence("state.restarting")
        process.wait(timeout=20)

    with running_server(*keeping, port=urlsplit(address).port):
        first.wait_for_state("playing", timeout_ms=30_000)
        first.expect_sentence("backAgain")
        assert (first.session["session"], first.session["resumed"]) == (begun["session"], True)
    assert first.troubles == []


def test_a_server_that_forgot_begins_a_new_piece_in_the_same_mood(visit, tmp_path):
    with running_server("--data", str(tmp_path / "one")) as (_, address):
        listener = visit(address).press_play()
        listener.page.keyboard.press("ArrowRight")
        listener.wait_for_landing("valence")

    with running_server("--data", str(tmp_path / "other"), port=urlsplit(address).port):
        listener.wait_for_state("playing", timeout_ms=30_000)
        listener.expect_sentence("backWithAnother")
        assert listener.session["controls"]["valence"] == 0.1

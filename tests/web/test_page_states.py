"""Whatever happens, the page says so in one friendly sentence, in both languages, and goes on."""

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flaky_line import FlakyLine
from page_driver import open_listener

pytestmark = pytest.mark.browser

PRESS_PLAY = """async () => {
    const { say } = await import("/language.js");
    document.getElementById("play").click();
    return [document.getElementById("sentence").textContent, say("state.connecting")];
}"""
TAKE_LOUDSPEAKER = """async () => {
    const states = [];
    const watch = new MutationObserver(() => states.push(document.body.dataset.state));
    watch.observe(document.body, { attributeFilter: ["data-state"] });
    await genmusic.player.loudspeaker.context.suspend();
    while (!states.includes("playing")) await new Promise(done => setTimeout(done, 20));
    return states;
}"""
NO_DECODER = "globalThis.AudioDecoder = undefined;"
DECODER = Path(__file__).parents[2] / "web" / "worker" / "opus-decoder.js"
NO_DEVICE = "AudioContext.prototype.resume = () => new Promise(() => {});"


@pytest.fixture(scope="module")
def listener(browser, address):
    """Somebody who plays all through this file."""
    listener = open_listener(browser, address, reduced_motion="reduce").press_play()
    yield listener
    listener.page.context.close()


def test_a_first_visit_invites_to_play(visit, address):
    visit(address).expect_sentence("state.idle")


def test_a_link_says_what_will_play(visit, address):
    listener = visit(f"{address}?seed=7&style=drive&valence=-0.6&utm_source=friend")

    assert listener.sentence == "Somebody shared this with you: Drive, rather dark. Press play."
    listener.press_play()

    assert listener.session["seed"] == 7
    assert listener.session["controls"]["valence"] == -0.6
    assert listener.session["style"] == "drive"


def test_between_play_and_sound_it_tunes_up(visit, address):
    listener = visit(address)

    said, expected = listener.page.evaluate(PRESS_PLAY)

    assert said == expected == "Tuning up …"
    listener.wait_for_state("playing")


def test_while_it_plays_it_names_the_mood(listener):
    assert listener.sentence == "In balance"


def test_a_style_to_come_is_announced_until_it_is_heard(listener):
    title = listener.page.evaluate("genmusic.styles._cards.find(c => !c.input.checked).style.title")
    listener.page.click(f".style:has-text('{title}')")

    listener.wait_until("document.getElementById('sentence').textContent !== 'In balance'")

    listener.expect_sentence("styleComes", title)
    assert "in " in listener.page.inner_text(".style:has(:checked) .due")


def test_paused_it_waits_where_it_was(listener):
    listener.page.keyboard.press("Space")
    listener.wait_for_state("paused")

    listener.expect_sentence("state.paused")
    listener.page.keyboard.press("Space")
    listener.wait_for_state("playing")


def test_a_loudspeaker_that_was_taken_away_comes_back_by_itself(listener):
    states = listener.page.evaluate(TAKE_LOUDSPEAKER)

    assert states == ["interrupted", "playing"]
    assert listener.page.evaluate("genmusic.player.loudspeaker.context.state") == "running"
    listener.capture(0.2)


def test_a_tab_that_is_put_to_sleep_plays_on(listener):
    devtools = listener.page.context.new_cdp_session(listener.page)
    before = listener.report
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    listener.wait_until_played(before["played"] + 48_000)

    assert listener.report["underruns"] == before["underruns"]


def test_the_sleep_timer_says_when_it_ends_and_fades_away(listener):
    listener.page.keyboard.press("t")
    assert listener.sentence.startswith("Fades out at ")
    assert listener.page.inner_text("#timer small") == "15 min"

    listener.page.evaluate("genmusic.timer.start(1 / 30)")
    listener.wait_for_state("paused")

    listener.expect_sentence("slept")
    assert listener.page.inner_text("#timer small") == ""
    listener.page.keyboard.press("Space")
    listener.wait_for_state("playing")
    assert abs(listener.capture(0.5).samples).max() > 0


def test_a_lost_line_is_said_while_the_buffer_plays_and_music_goes_on(visit, address):
    with closing(FlakyLine(urlsplit(address).port)) as line:
        listener = visit(f"http://127.0.0.1:{line.port}/").press_play()
        line.hang_up()
        listener.wait_for_state("reconnecting")
        listener.expect_sentence("state.reconnecting")
        line.mend()
        listener.wait_for_state("playing")

        listener.expect_sentence("backAgain")
        assert listener.session["resumed"]


def test_without_a_loudspeaker_it_asks_for_one(visit, address):
    listener = visit(address, prepare=lambda page: page.add_init_script(NO_DEVICE))

    listener.page.click("#play")
    listener.wait_for_state("silent")

    listener.expect_sentence("state.silent")


def test_a_fault_says_what_to_do(visit, address):
    def break_worker(page):
        page.route("**/worker/stream-worker.js", lambda route: route.abort())

    listener = visit(address, prepare=break_worker)

    listener.wait_for_state("broken")

    listener.expect_sentence("state.broken")
    assert listener.page.is_disabled("#play")


def test_a_browser_without_a_decoder_gets_plain_samples_and_is_told(visit, address):
    def take_decoder(page):
        script = NO_DECODER + DECODER.read_text()
        page.route(
            "**/opus-decoder.js",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )

    listener = visit(address, prepare=take_decoder).press_play()

    listener.expect_sentence("plainSamples")
    assert listener.session["codec"] == "pcm16"

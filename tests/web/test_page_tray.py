"""Styles to see and hear, links that lead to the same music, and what the browser remembers."""

import pytest
from page_driver import RATE, open_listener

pytestmark = pytest.mark.browser

MEMORY = "JSON.parse(localStorage.getItem('genmusic'))"
METADATA = """async () => {
    const { title, artist, album, artwork } = navigator.mediaSession.metadata;
    const cover = new Image();
    cover.src = artwork[0].src;
    await cover.decode();
    const { playbackState } = navigator.mediaSession;
    return { title, artist, album, width: cover.naturalWidth, playbackState };
}"""


@pytest.fixture(scope="module")
def listener(browser, address):
    """Somebody who plays all through this file, and lets the page copy."""
    listener = open_listener(
        browser,
        f"{address}?seed=7",
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    yield listener.press_play()
    listener.page.context.close()


def test_each_card_shows_a_pattern_of_the_style_s_own_notes(listener):
    listener.wait_until(
        "[...document.querySelectorAll('.pattern')].every(picture => picture.children.length > 1)"
    )

    patterns = listener.page.evaluate(
        "[...document.querySelectorAll('.pattern')].map(p => p.innerHTML)"
    )
    assert len(set(patterns)) == len(patterns) > 1


def test_a_preview_plays_while_the_stream_holds_back(listener):
    listener.page.hover(".card")
    listener.page.click(".listen")
    listener.wait_until("parseFloat(document.querySelector('.listen').style.cssText.slice(7)) > 0")
    level = "genmusic.player.loudspeaker._volume.gain.value"
    listener.wait_until(f"{level} === 0")

    listener.page.click(".listen")

    listener.wait_until(f"{level} === 1")
    assert listener.page.get_attribute(".listen", "aria-pressed") is None


def test_a_link_begins_the_same_seed_style_and_mood(listener, visit):
    listener.page.keyboard.press("ArrowRight")
    listener.page.keyboard.press("l")
    listener.expect_sentence("linkCopied")
    link = listener.page.evaluate("navigator.clipboard.readText()")

    other = visit(link).press_play()

    assert other.session["seed"] == 7
    assert other.session["style"] == listener.page.evaluate("genmusic.styles.chosen.name")
    assert other.session["controls"]["valence"] == 0.1


def test_a_telephone_gives_the_link_away_as_its_system_does(visit, address):
    listener = visit(
        f"{address}?seed=7", has_touch=True, is_mobile=True,
        prepare=lambda page: page.add_init_script(
            "navigator.share = async given => { window.given = given; };"
        ),
    ).press_play()  # fmt: skip
    listener.page.tap("#share")
    listener.wait_until("window.given !== undefined")

    given = listener.page.evaluate("window.given")
    assert given["title"] == listener.page.inner_text("#title")
    assert "seed=7" in given["url"]


def test_a_liked_piece_keeps_what_follows_closer(listener):
    listener.page.keyboard.press("h")

    listener.expect_sentence("liked")
    listener.wait_until("document.querySelector('#like').ariaPressed === 'true'")
    listener.wait_until("document.getElementById('knobs').textContent.includes('40 %')")


def test_skip_brings_another_piece(listener):
    title = listener.page.inner_text("#title")
    listener.page.keyboard.press("s")

    listener.expect_sentence("skipped")
    listener.wait_until(f"document.getElementById('title').textContent !== {title!r}", 30_000)
    assert listener.page.inner_text("#elapsed") == "0:00"


def test_the_lock_screen_shows_title_style_and_a_cover(listener):
    title = listener.page.inner_text("#title")
    listener.wait_until(f"navigator.mediaSession.metadata?.title === {title!r}")

    shown = listener.page.evaluate(METADATA)

    style = listener.page.evaluate("genmusic.styles.chosen.title")
    assert shown == {
        "title": title,
        "artist": "genmusic",
        "album": style,
        "width": 512,
        "playbackState": "playing",
    }


def test_volume_mood_style_and_tray_are_there_again_after_a_reload(listener):
    page = listener.page
    page.focus("#volume input")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.click("#tray-button")
    kept = page.evaluate(MEMORY)
    page.goto(page.url.split("?")[0])
    page.wait_for_selector(".style", state="attached")

    assert kept["volume"] == 98
    assert page.input_value("#volume input") == "98"
    assert listener.mood == kept["mood"] != {"valence": 0, "arousal": 0}
    assert not page.is_visible("#styles")
    listener.press_play()
    assert listener.session["controls"]["valence"] == kept["mood"]["valence"]


def test_a_reloaded_page_goes_on_with_the_same_music(listener):
    before, heard = listener.session, listener.report["played"]
    listener.page.reload()
    listener.page.wait_for_selector(".style", state="attached")
    listener.expect_sentence("state.paused")
    listener.press_play()

    assert listener.session["session"] == before["session"]
    assert listener.capture(0.5).pts >= heard - RATE
    assert listener.page.inner_text("#title") == before["title"]


def test_nothing_that_was_kept_can_break_the_page(visit, address):
    rubbish = '{"volume": "x", "mood": {"valence": "high"}, "style": "gone", "language": 7}'

    def remember_rubbish(page):
        page.add_init_script(f"localStorage.setItem('genmusic', {rubbish!r})")

    listener = visit(address, prepare=remember_rubbish).press_play()

    assert listener.session["controls"]["valence"] == 0
    assert listener.troubles == []

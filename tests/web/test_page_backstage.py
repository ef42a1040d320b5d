"""Backstage: a knob for whatever can be turned, the reasons of each bar, and the language."""

import numpy as np
import pytest
from page_driver import open_listener

pytestmark = pytest.mark.browser

ELSEWHERE = {
    *("valence", "arousal", "style"),  # the field and the cards
    *("tune_low", "tune_high", "call", "bend"),  # what a player says with both hands
}
NEWS = {
    "name": "sparkle", "text": "less to more of it", "kind": "number", "unit": "0..1",
    "default": 0.5, "low": 0, "high": 1, "choices": [], "lands": "bar",
}  # fmt: skip


TEMPO = """[...document.querySelectorAll(".knob-row")]
    .find(knob => knob.textContent.startsWith("Tempo")).querySelector(".output").textContent"""
DRAWN = """async () => {
    const picture = await createImageBitmap(document.getElementById("spectrum"));
    const canvas = new OffscreenCanvas(picture.width, 40);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, picture.width, 40).data.some(value => value > 0);
}"""


def slide(listener, name, key, parent="#knobs"):
    listener.page.locator(f"{parent} .knob", has_text=name).locator("input").press(key)


@pytest.fixture(scope="module")
def listener(browser, address):
    """Somebody who looks behind the stage while it plays."""
    listener = open_listener(browser, address, viewport={"width": 1440, "height": 900})
    listener.press_play().page.keyboard.press("b")
    yield listener
    listener.page.context.close()


def test_every_control_of_the_table_has_a_knob(listener, address):
    rows = listener.page.request.get(f"{address}api/v1/controls").json()
    names = [row["name"] for row in rows]

    knobs = listener.page.locator("#knobs .knob").count()
    strips = listener.page.locator("#mixer .knob").count()

    assert knobs == sum("." not in name for name in set(names) - ELSEWHERE)
    assert strips == sum("." in name for name in names)


def test_a_new_control_appears_by_itself(visit, address):
    def add_news(page):
        page.route(
            "**/api/v1/controls",
            lambda route: route.fulfill(json=[*route.fetch().json(), NEWS]),
        )

    page = visit(address, prepare=add_news).page
    page.keyboard.press("b")

    page.get_by_role("slider", name="Sparkle").wait_for()


def test_a_knob_that_lands_later_says_when(listener):
    slide(listener, "Density", "End")
    listener.wait_for_landing("density")

    listener.wait_until("document.querySelector('#knobs .due:not(:empty)') !== null")

    listener.wait_until("document.querySelector('#knobs .due:not(:empty)') === null")


def test_a_part_can_be_heard_alone_and_silenced(listener):
    listener.page.get_by_role("switch", name="Only drums").check()
    alone = listener.wait_for_landing("drums.solo")
    listener.page.get_by_role("switch", name="Mute drums").check()
    silenced = listener.wait_for_landing("drums.mute")
    listener.wait_until_played(max(alone, silenced) + 4 * 48_000)  # echo and reverb die away

    assert np.abs(listener.capture(0.5).samples).max() < 0.02
    listener.page.get_by_role("switch", name="Only drums").uncheck()
    listener.page.get_by_role("switch", name="Mute drums").uncheck()


def test_tempo_shows_what_the_style_chose_until_it_is_set(listener):
    knob = listener.page.locator(".knob-row", has_text="Tempo")
    listener.wait_until(f"{TEMPO} !== 'auto'")
    auto = knob.get_by_role("button", name="auto")
    assert auto.get_attribute("aria-pressed") == "true"

    slide(listener, "Tempo", "End")
    assert knob.locator(".output").inner_text() == "200 bpm"
    listener.wait_until(
        "[...document.querySelectorAll('#why small')].some(e => e.textContent === 'set by you')",
        30_000,
    )
    auto.click()

    assert auto.get_attribute("aria-pressed") == "true"


def test_it_tells_why_the_bar_sounds_as_it_does(listener):
    text = listener.page.inner_text("#why")

    assert "You asked for in balance" in text
    for reason in ("Tempo", "Share of major", "from valence", "from arousal", "from tension"):
        assert reason in text


def test_it_credits_those_who_taught_it(listener, address):
    models = listener.page.request.get(f"{address}api/v1/models").json()

    text = listener.page.inner_text("#teachers")

    largest = max(models, key=lambda model: model["works"])
    assert all(composer["name"] in text for composer in largest["composers"][:3])


def test_a_fault_in_the_file_of_a_style_is_told_to_those_who_look(listener):
    fault = "evening.toml:12: tempo_bpm: must be a number"

    def with_fault(route):
        rows = route.fetch().json()
        route.fulfill(json=[row | {"fault": fault} for row in rows])

    listener.page.route("**/api/v1/styles", with_fault)
    listener.page.locator("#fault", has_text=fault).wait_for()
    listener.page.unroute("**/api/v1/styles")

    listener.page.wait_for_selector("#fault", state="hidden")


def test_it_names_the_works_that_taught_the_last_bars(listener):
    for _ in range(15):  # a piece may begin without a melody; who asks too often is told so
        listener.page.click("#ask-credits")
        listener.page.wait_for_timeout(2_100)
        if listener.page.is_visible("#credits li"):
            break

    assert listener.page.inner_text("#credits li >> nth=0").split(" ")[1] == "%"


def test_reset_turns_every_knob_back(listener):
    slide(listener, "Space", "Home")
    listener.page.click("#reset")

    assert listener.page.inner_text("#knobs .knob:has-text('Space') .output") == "50 %"


def test_the_spectrum_shows_the_sound(listener):
    listener.wait_until(f"await ({DRAWN})()")


def test_the_language_is_chosen_and_kept(listener):
    listener.page.select_option("#language", "de")

    assert listener.page.inner_text("#backstage h2") == "Hinter der Bühne"
    assert listener.page.get_attribute("html", "lang") == "de"
    assert listener.page.get_by_role("button", name="Hilfe").is_visible()
    kept = listener.page.evaluate("JSON.parse(localStorage.getItem('genmusic')).language")
    assert kept == "de"
    listener.page.select_option("#language", "en")


def test_a_german_browser_is_spoken_to_in_german(visit, address):
    page = visit(address, locale="de-AT").page

    assert page.inner_text("#title") == "Ein Stück für dich allein"
    assert page.get_by_role("slider", name="Stimmung, von dunkel bis hell").count() == 1


def test_escape_closes_it_and_gives_the_focus_back(listener):
    listener.page.focus("#close-backstage")
    listener.page.keyboard.press("Escape")

    assert not listener.page.is_visible("#backstage")
    assert listener.page.evaluate("document.activeElement.id") == "more"
    assert listener.troubles == []

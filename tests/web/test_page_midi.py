"""A keyboard beside the page: chords, knobs and what is said where there is none."""

from pathlib import Path

import pytest
from page_driver import open_listener

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"
KEYSTEP = """(() => {
    const input = { name: "Keystep", state: "connected", onmidimessage: null };
    const access = { inputs: new Map([["1", input]]), onstatechange: null };
    navigator.requestMIDIAccess = async () => access;
    window.unplug = () => { input.state = "disconnected"; access.onstatechange(); };
    window.press = (...data) =>
        input.onmidimessage({ data: new Uint8Array(data), timeStamp: performance.now() });
})()"""
SAID = "document.getElementById('midi-text').textContent"
KNOB = """name => [...document.querySelectorAll("#knobs .knob")]
    .find(knob => knob.textContent.startsWith(name))"""


@pytest.fixture(scope="module")
def listener(browser, address):
    """Somebody with a keyboard, who looks behind the stage while it plays."""
    listener = open_listener(
        browser, address, prepare=lambda page: page.add_init_script(KEYSTEP),
        viewport={"width": 1440, "height": 1000},
    )  # fmt: skip
    listener.press_play().page.keyboard.press("b")
    listener.page.click("#midi-connect")
    listener.wait_until(f"{SAID} === 'Connected: Keystep'")
    yield listener
    listener.page.context.close()


def test_held_keys_lead_the_harmony(listener):
    for pitch in (45, 48, 52):
        listener.page.evaluate(f"press(0x90, {pitch}, 90)")
    listener.wait_until(f"({KNOB})('Chord').querySelector('select').value === 'Am'")
    listener.wait_for_landing("chord")
    listener.page.locator("#midi").scroll_into_view_if_needed()
    listener.page.screenshot(path=str(ARTIFACTS / "midi-desktop.png"))
    assert "note 52 90 · 3" in listener.page.inner_text("#midi-activity")

    listener.page.click("#midi-panic")

    listener.wait_until(f"({KNOB})('Chord').querySelector('select').value === ''")


def test_the_wheel_goes_to_the_server_with_its_newest_place(listener):
    shown = listener.page.inner_text("#midi-activity")
    before = int(shown.rpartition(" ")[2]) if shown else 0
    listener.page.evaluate("press(0xe0, 0, 80); press(0xe0, 0, 96)")

    listener.wait_until("document.getElementById('midi-activity').textContent.includes('wheel')")
    assert listener.page.inner_text("#midi-activity") == f"wheel 0 96 · {before + 1}"


def test_a_knob_is_learned_kept_and_turned(listener):
    listener.page.select_option("#midi-control", "tension")
    listener.page.click("#midi-learn")
    listener.page.evaluate("press(0xb0, 70, 1)")
    listener.wait_until(f"{SAID} === 'Controller 70 moves tension now.'")

    listener.page.evaluate("press(0xb0, 70, 0)")
    listener.wait_until("document.getElementById('midi-activity').textContent.includes('70 0')")
    listener.page.evaluate("press(0xb0, 70, 127)")
    listener.wait_until(f"({KNOB})('Tension').querySelector('.output').textContent === '100 %'")

    kept = listener.page.evaluate("JSON.parse(localStorage.getItem('genmusic')).knobs")
    assert kept == {"Keystep": [{"cc": 70, "control": "tension"}]}


def test_each_control_can_ask_for_a_knob_of_its_own(listener):
    learn = listener.page.get_by_role("button", name="Give Brightness a knob of the keyboard")
    learn.click()
    assert learn.get_attribute("aria-pressed") == "true"
    listener.page.screenshot(path=str(ARTIFACTS / "midi-learn-desktop.png"))
    listener.page.evaluate("press(0xb0, 71, 1)")
    listener.wait_until(f"{SAID} === 'Controller 71 moves Brightness now.'")

    assert learn.get_attribute("aria-pressed") == "false"


def test_the_page_says_how_late_a_key_is_heard(listener):
    listener.page.select_option("#midi-role", "play")
    listener.page.evaluate("press(0x90, 84, 120)")
    listener.wait_until("document.getElementById('midi-activity').textContent.includes('84 120')")
    listener.page.evaluate("press(0x80, 84, 0)")

    assert "quarter of a second" in listener.page.inner_text("#midi-hint")
    assert listener.page.get_attribute("body", "data-state") == "playing"
    assert listener.troubles == []


def test_a_keyboard_that_is_unplugged_is_waited_for(listener):
    listener.page.evaluate("unplug()")

    listener.wait_until(f"{SAID} === 'No keyboard is there yet. Plug one in.'")


def test_without_leave_or_without_midi_the_page_says_what_to_do(visit, address):
    page = visit(address).page
    page.keyboard.press("b")
    page.click("#midi-connect")  # of the real browser, which may not
    page.locator("#midi-text", has_text="did not allow").wait_for()

    page.evaluate("navigator.requestMIDIAccess = undefined")
    page.click("#midi-connect")
    page.locator("#midi-text", has_text="gives pages no keyboards").wait_for()

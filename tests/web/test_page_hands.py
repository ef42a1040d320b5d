"""Everything can be done by keyboard; everything can be read; nothing is fetched elsewhere."""

import re
from contextlib import closing
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from flaky_line import FlakyLine
from page_driver import RATE, open_listener

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desk": (1440, 900)}
MOODS = list(product((-1, 0, 1), repeat=2))
BYTES_LIMIT = 150_000
AA = 4.5  # WCAG 2.2, success criterion 1.4.3

# The ground under a text at its worst: the middle of the light. The colours are read as painted.
CONTRASTS = """([valence, arousal]) => {
    genmusic.pad.show({ valence, arousal });
    return new Promise(done => setTimeout(() => {
        const style = getComputedStyle(document.documentElement);
        const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
        const paint = (...layers) => {
            canvas.clearRect(0, 0, 1, 1);
            for (const [name, alpha] of layers) {
                const probe = document.body.appendChild(document.createElement("i"));
                probe.style.color = `var(${name})`;
                canvas.fillStyle = getComputedStyle(probe).color;
                probe.remove();
                canvas.globalAlpha = alpha;
                canvas.fillRect(0, 0, 1, 1);
            }
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const strength = Number(style.getPropertyValue("--glow-strength"));
        const lit = paint(["--ground", 1], ["--glow", strength]);
        done([
            ["ink on the light", paint(["--ink", 1]), lit],
            ["quiet text on the light", paint(["--quiet", 1]), lit],
            ["quiet text on a card", paint(["--quiet", 1]), paint(["--surface", 1])],
            ["the icon of the play button", paint(["--on-accent", 1]), paint(["--accent", 1])],
        ]);
    }, 300)); // the next still picture comes after 250 ms
}"""


def luminance(colour):
    channels = np.array(colour) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def contrast(one, other):
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def tab_to(listener, selector):
    for _ in range(20):
        listener.page.keyboard.press("Tab")
        if listener.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.fixture(scope="module")
def listener(browser, address):
    """Somebody who has no mouse."""
    width, height = SIZES["desk"]
    listener = open_listener(browser, address, viewport={"width": width, "height": height})
    tab_to(listener, "#play")
    listener.page.keyboard.press("Space")
    listener.wait_for_state("playing")
    return listener


def test_arrows_move_the_mood_and_the_server_says_when_it_sounds(listener):
    listener.page.keyboard.press("ArrowUp")
    listener.page.keyboard.press("Shift+ArrowRight")

    assert listener.mood == {"valence": 0.02, "arousal": 0.1}
    assert listener.wait_for_landing("arousal") > 0
    assert listener.wait_for_landing("valence") > 0


def test_a_ring_closes_around_the_light_until_the_bar_in_which_the_mood_is_heard(listener):
    under_way = "document.getElementById('countdown').classList.contains('under-way')"
    text = "document.getElementById('landing').textContent"
    shown = f"""(async () => {{
        for (const key of ["ArrowUp", "ArrowDown", "ArrowUp"]) {{
            dispatchEvent(new KeyboardEvent("keydown", {{ key }}));
            const deadline = performance.now() + 1_500;  // a bar line may be too near to count down
            while (performance.now() < deadline) {{
                if ({under_way}) return {text};
                await new Promise(done => setTimeout(done, 20));
            }}
        }}
    }})()"""

    assert re.fullmatch(r"(bar \d+, )?in \d+(\.\d)? s", listener.page.evaluate(shown))
    listener.wait_until(f"!({under_way})")
    assert listener.page.evaluate(text) == ""


def test_a_digit_chooses_a_style(listener):
    cards = listener.page.locator(".style input")
    other = next(i for i in range(cards.count()) if not cards.nth(i).is_checked())

    listener.page.keyboard.press(str(other + 1))

    assert cards.nth(other).is_checked()
    assert listener.wait_for_landing("style") > 0


def test_the_light_follows_a_finger(listener):
    field = listener.page.locator("#field").bounding_box()
    mouse = listener.page.mouse

    mouse.move(field["x"] + field["width"] / 2, field["y"] + field["height"] / 2)
    mouse.down()
    mouse.move(field["x"] + 0.7 * field["width"], field["y"] + 0.3 * field["height"], steps=12)
    mouse.up()

    assert 0.35 < listener.mood["valence"] < 0.55
    assert 0.35 < listener.mood["arousal"] < 0.65


def test_pictures_are_kept(listener):
    ARTIFACTS.mkdir(exist_ok=True)
    for (name, (width, height)), scheme in product(SIZES.items(), ("dark", "light")):
        listener.page.set_viewport_size({"width": width, "height": height})
        listener.page.emulate_media(color_scheme=scheme, reduced_motion="no-preference")
        listener.page.wait_for_timeout(400)
        picture = listener.page.screenshot(path=ARTIFACTS / f"page-{name}-{scheme}.png")

        assert len(picture) > 10_000  # an empty page packs into less


def test_m_makes_it_silent_and_loud_again(listener):
    listener.page.keyboard.press("m")
    listener.page.wait_for_timeout(200)  # the fade is 60 ms
    muted = listener.capture(0.3)
    listener.page.keyboard.press("m")
    listener.page.wait_for_timeout(200)

    assert np.abs(muted.samples).max() == 0
    assert np.abs(listener.capture(1).samples).max() > 0


def test_stop_holds_the_music_where_it_is(listener):
    missed = listener.report["underruns"]  # by tests before, beside a machine's other work
    listener.page.keyboard.press("Space")
    listener.wait_for_state("paused")
    listener.page.wait_for_timeout(500)
    held = listener.report["end"]
    listener.page.keyboard.press("Space")
    listener.wait_for_state("playing")

    assert listener.capture(0.2).pts <= held
    assert listener.report["underruns"] == missed


def test_help_opens_and_closes_by_keyboard(listener):
    listener.page.keyboard.press("?")
    assert listener.page.is_visible("#help")

    listener.page.keyboard.press("Escape")

    assert not listener.page.is_visible("#help")


def test_the_field_is_two_sliders_to_a_screen_reader(listener):
    for name in ("Valence", "Arousal"):
        slider = listener.page.get_by_role("slider", name=name)

        assert "percent" in slider.get_attribute("aria-valuetext")


def test_backstage_tells_buffer_dropouts_codec_connection_traffic_and_latency(listener):
    listener.page.keyboard.press("b")
    listener.wait_until("document.querySelectorAll('#health li').length === 7")

    line = listener.page.inner_text("#health")
    listener.page.keyboard.press("b")

    for part in ("in store", "skipped", "Opus", "connected", "MB", "heard after"):
        assert part in line
    assert re.search(rf"^{listener.report['underruns']} dropouts?$", line, re.MULTILINE)


def test_what_plays_is_named_and_drawn_in_time(listener):
    listener.wait_until("document.getElementById('chord').textContent !== ''")

    heard, report = listener.page.evaluate("[genmusic.player.heardPts, genmusic.report()]")
    shown = "document.getElementById('title').textContent"
    listener.wait_until(f"{shown} === genmusic.timeline.barAt(genmusic.player.heardPts).title")
    assert "bpm" in listener.page.inner_text("#tempo")
    # What is heard is behind what was handed to the device, by its latency and a report's age.
    assert -0.1 * RATE < report["played"] - heard < 0.5 * RATE


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_text_is_readable_in_every_mood(listener, scheme):
    listener.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    measured = {mood: listener.page.evaluate(CONTRASTS, mood) for mood in MOODS}

    poor = [
        (mood, what, contrast(text, ground))
        for mood, rows in measured.items()
        for what, text, ground in rows
        if contrast(text, ground) < AA
    ]
    assert poor == []


def test_nothing_to_touch_is_smaller_than_44_px(listener):
    listener.page.keyboard.press("b")
    boxes = listener.page.evaluate(
        "[...document.querySelectorAll('button, .style, .slider, .knob input, select')]"
        ".filter(e => e.offsetParent).map(e => [e.className, e.offsetWidth, e.offsetHeight])"
    )
    listener.page.keyboard.press("b")

    assert len(boxes) > 40
    assert [box for box in boxes if min(box[1:]) < 44] == []


@pytest.mark.parametrize("width", [320, *(width for width, _ in SIZES.values())])
def test_nothing_scrolls_sideways(listener, width):
    listener.page.set_viewport_size({"width": width, "height": 844})

    assert listener.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_asks_its_own_server_only_and_complains_about_nothing(listener, address):
    origins = {urlsplit(url.removeprefix("blob:")).netloc for url in listener.addresses}

    assert origins == {urlsplit(address).netloc}
    assert listener.troubles == []


def test_a_first_visit_loads_less_than_150_kb_until_it_plays(visit, address):
    with closing(FlakyLine(urlsplit(address).port)) as line:
        visit(f"http://127.0.0.1:{line.port}/").press_play()

        assert 30_000 < line.carried_bytes < BYTES_LIMIT

"""Players as people have them, on the server's own addresses: ffmpeg, mpv, VLC, a browser."""

import asyncio
import os
import shutil
import wave

import numpy as np
import pytest
from radio import offline

from genmusic.config import Settings

FORMATS = ["mp3", "opus", "flac", "wav"]
LISTEN_SECONDS = 2
PATIENCE = 40
PACKAGES = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "mpv": "mpv", "cvlc": "vlc-bin"}
NOBODY = 65_534


@pytest.fixture
async def client(start):
    return await start(Settings(allowed_hosts=("insecure.test",)))


@pytest.fixture
def begin(client):
    """Begin a session; its state with whole addresses."""

    async def post():
        session = await (await client.post("/api/v1/sessions", json={"seed": 7})).json()
        urls = session["urls"]
        urls["stream"] = {name: str(client.make_url(path)) for name, path in urls["stream"].items()}
        urls["playlist"] = str(client.make_url(urls["playlist"]))
        return session

    return post


async def run(program, *arguments, **options):
    """The output of a program that must succeed."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program}: apt-get install {PACKAGES[program]}")
    process = await asyncio.create_subprocess_exec(
        path, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, **options
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, err.decode()
    return out


def samples(data):
    return np.frombuffer(data, "<i2").reshape(-1, 2).astype(np.float64)


def likeness(heard, music):
    """The best correlation of what was heard with some stretch of the music."""
    heard, music = heard[9_600:57_600, 0], music[:, 0]
    size = 1 << (len(heard) + len(music)).bit_length()
    products = np.fft.irfft(np.fft.rfft(music, size) * np.conj(np.fft.rfft(heard, size)))
    powers = np.cumsum(np.concatenate(([0.0], music**2)))
    stretches = powers[len(heard) : -1] - powers[: -len(heard) - 1]  # a loud one is not more alike
    return np.max(products[: len(stretches)] / np.sqrt(stretches * np.sum(heard**2)))


@pytest.mark.parametrize("kind", FORMATS)
async def test_ffmpeg_decodes_the_very_music(begin, library, kind):
    address = (await begin())["urls"]["stream"][kind]
    seconds = ["-t", str(LISTEN_SECONDS)]
    heard = samples(await run("ffmpeg", "-v", "error", "-i", address, *seconds, "-f", "s16le", "-"))
    music = samples(b"".join(offline(library, 48_000 * (LISTEN_SECONDS + 1))))

    assert len(heard) == 48_000 * LISTEN_SECONDS
    if kind in ("flac", "wav"):
        assert np.array_equal(heard, music[: len(heard)])
    else:
        assert likeness(heard, music) > 0.97


@pytest.mark.parametrize("kind", FORMATS)
async def test_ffprobe_knows_what_it_is_and_what_it_is_called(begin, kind):
    session = await begin()
    show = ["-show_entries", "stream=codec_name,sample_rate,channels:format_tags", "-of", "flat"]
    said = (await run("ffprobe", "-v", "error", *show, session["urls"]["stream"][kind])).decode()

    assert {"opus": "opus", "wav": "pcm_s16le"}.get(kind, kind) in said
    assert 'sample_rate="48000"' in said
    assert "channels=2" in said
    assert 'icy_name="genmusic"' in said


@pytest.mark.parametrize("address", ["playlist", "opus", "wav"])
async def test_mpv_plays_and_shows_the_title(begin, address):
    session = await begin()
    urls = session["urls"]
    options = ["--no-config", "--no-video", "--ao=null", "--length=2"]
    said = await run("mpv", *options, urls["stream"].get(address, urls["playlist"]))

    assert f"icy-title: {session['title']}" in said.decode()


@pytest.mark.parametrize("address", ["playlist", "opus", "flac"])
async def test_vlc_plays(begin, tmp_path, address):
    urls = (await begin())["urls"]
    file = tmp_path / "heard.wav"
    tmp_path.chmod(0o777)
    out = ["--aout", "afile", "--audiofile-file", str(file), "--run-time", str(LISTEN_SECONDS)]
    address = urls["stream"].get(address, urls["playlist"])
    who = {"user": NOBODY} if os.getuid() == 0 else {}  # VLC refuses to play for root
    home = os.environ | {"HOME": str(tmp_path)}
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    await run("cvlc", "-I", "dummy", *out, address, "vlc://quit", env=home, **who)

    with wave.open(str(file)) as heard:
        frames = samples(heard.readframes(heard.getnframes()))
    assert len(frames) > 48_000 * (LISTEN_SECONDS - 1)
    assert np.abs(frames[24_000:]).max() > 300  # of 32 767: music, not silence


PAGE = """async addresses => {
    const played = {};
    for (const [kind, address] of Object.entries(addresses)) {
        const audio = new Audio(address);
        audio.muted = true;
        await audio.play();
        const deadline = performance.now() + 8000;
        while (audio.currentTime < 0.5 && performance.now() < deadline)
            await new Promise(done => setTimeout(done, 20));
        played[kind] = audio.currentTime;
        audio.src = "";
    }
    return { played, secure: isSecureContext };
}"""


@pytest.mark.browser
@pytest.mark.parametrize("host", ["127.0.0.1", "insecure.test"])
async def test_a_browser_plays_it_in_an_audio_element(client, begin, host):
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium: apt-get install chromium, or set CHROMIUM to its path")
    addresses = {kind: (await begin())["urls"]["stream"][kind] for kind in FORMATS}
    addresses = {kind: url.replace("127.0.0.1", host) for kind, url in addresses.items()}
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--host-resolver-rules=MAP insecure.test 127.0.0.1"],
        )
        page = await browser.new_page()
        await page.goto(f"http://{host}:{client.port}/healthz")
        outcome = await page.evaluate(PAGE, addresses)
        await browser.close()

    assert outcome["secure"] == (host == "127.0.0.1")
    assert {kind: time >= 0.5 for kind, time in outcome["played"].items()} == dict.fromkeys(
        FORMATS, True
    )

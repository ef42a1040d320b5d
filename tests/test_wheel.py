"""The wheel, installed outside the checkout, is the whole product."""

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An empty environment with the wheel; its dependencies are borrowed from this one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    (packages,) = folder.glob("env/lib/python*/site-packages")
    # A folder named in a .pth file has no .pth files of its own: no editable install comes along.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, wheel], check=True, capture_output=True, timeout=120)
    return folder


def command(installed, name, *arguments):
    """A command of the environment, as `subprocess` takes it."""
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    binaries = installed / "env" / "bin"
    return {"args": [binaries / name, *arguments], "cwd": installed, "env": surroundings}


def run(installed, name, *arguments):
    process = command(installed, name, *arguments)
    return subprocess.run(**process, check=True, capture_output=True, text=True, timeout=300).stdout


@pytest.fixture(scope="module")
def address(installed):
    """A server of the environment; it must leave cleanly when told to."""
    process = command(installed, "genmusic", "serve", "--port", "0")
    with subprocess.Popen(**process, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield re.search(r"http://[^\s/]+", server.stdout.readline()).group()
        finally:
            server.send_signal(signal.SIGTERM)
            status = server.wait(timeout=30)
    assert status == 0


def get_bytes(url):
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        return answer.read()


def get(url):
    return get_bytes(url).decode()


def test_code_and_data_come_from_the_wheel(installed):
    where = "import genmusic, kernels; print(genmusic.__file__, kernels.__file__)"

    files = run(installed, "python", "-c", where).split()

    assert all(file.startswith(str(installed / "env")) for file in files)


def test_it_renders_what_the_checkout_renders(installed):
    options = ["--seconds", "2", "--json"]
    here = subprocess.run(
        [sys.executable, "-m", "genmusic", "render", installed / "here.wav", *options],
        cwd=ROOT, check=True, capture_output=True, timeout=300,
    )  # fmt: skip

    there = run(installed, "genmusic", "render", "there.flac", *options)

    assert json.loads(there)["sha256"] == json.loads(here.stdout)["sha256"]


def test_it_serves_the_page_with_everything_the_page_asks_for(address):
    page = get(address)

    assets = re.findall(r'(?:src|href)="([^":#]+\.[a-z]+)"', page)
    assert assets
    assert all(get_bytes(f"{address}/{asset.lstrip('/')}") for asset in assets)


def test_it_serves_the_worker_and_the_worklet_of_the_page(address):
    assert "AudioDecoder" in get(f"{address}/worker/opus-decoder.js")
    assert "registerProcessor" in get(f"{address}/worklet/player-processor.js")


def test_it_knows_the_shipped_styles(address):
    names = {style["name"] for style in json.loads(get(f"{address}/api/v1/styles"))}

    assert names >= {"evening", "drive"}


def test_it_holds_the_model_and_what_it_learned_from(installed):
    assert "vocal" in run(installed, "genmusic", "model", "show")


def test_only_the_product_is_in_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    folders = {name.split("/")[0] for name in names}
    assert folders == {"genmusic", "kernels", f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}
    assert not [name for name in names if "node_modules" in name or "test" in name]

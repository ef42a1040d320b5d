"""``genmusic serve``: the server."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from genmusic.cli.arguments import network, whole_number
from genmusic.cli.progress import progress_bar
from genmusic.config import Settings, style_folder, with_limits
from genmusic.errors import ServerError

if TYPE_CHECKING:
    from genmusic.session.compilers import Wait

HOST = "127.0.0.1"  # nobody else's machine, until asked for
PORT = 8080
DATABASE_FILE = "genmusic.db"
DEFAULTS = Settings()
GARBAGE_THRESHOLDS = (7_000, 5, 2)
"""Young objects are looked through a tenth as often as usual, old ones as often: what sixteen
listeners make in a hop dies with it. It saves 2 % of the CPU time."""
LOG_FORMATS = ("text", "json")
TUNING = "genmusic tunes its instruments"
SHOW_CURSOR = "\x1b[?25h"  # the progress display hides it


def add_parser(subparsers: Any) -> None:  # noqa: ANN401 - argparse's own type is private
    """Describe the command."""
    parser = subparsers.add_parser("serve", help="play to everyone who opens the page")
    parser.add_argument("--host", default=HOST, help=f"address to listen on (default: {HOST})")
    parser.add_argument(
        "--port",
        type=whole_number(0, 65_535),
        default=PORT,
        help=f"port to listen on, 0 for a free one (default: {PORT})",
    )
    parser.add_argument("--cert", type=Path, metavar="F", help="TLS certificate, PEM")
    parser.add_argument("--key", type=Path, metavar="F", help="its private key, PEM")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder for what is kept")
    parser.add_argument(
        "--styles",
        type=Path,
        metavar="DIR",
        help=f"folder with styles of your own (default: {style_folder()})",
    )
    parser.add_argument(
        "--max-sessions",
        type=whole_number(1, 100_000),
        default=DEFAULTS.max_sessions,
        metavar="N",
        help=f"listeners at once (default: {DEFAULTS.max_sessions})",
    )
    _add_trust(parser)
    parser.set_defaults(run=run)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    """Options about who may come in, and how far."""
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="another name of this server, such as music.example.org; may be repeated",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="URL",
        help="another site whose pages may use this server; may be repeated",
    )
    parser.add_argument(
        "--trust-proxy",
        action="append",
        default=[],
        type=network,
        metavar="NET",
        help="addresses of proxies beyond this machine, such as 10.0.0.0/8; may be repeated",
    )
    parser.add_argument(
        "--metrics-to",
        action="append",
        default=[],
        type=network,
        metavar="NET",
        help="addresses beyond this machine that may read /metrics; may be repeated",
    )
    parser.add_argument(
        "--log", choices=LOG_FORMATS, default=LOG_FORMATS[0], help="how to log (default: text)"
    )
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any limit of docs/limits.md; may be repeated",
    )


def run(arguments: argparse.Namespace) -> NoReturn:
    """Serve until interrupted."""
    signal.signal(signal.SIGTERM, _leave)  # until the event loop listens to signals itself
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    gc.disable()  # what is imported and read stays; looking through it takes a tenth of the start
    from genmusic.session.compilers import compilers

    with compilers() as wait:
        _serve(arguments, wait)
    _end()


def _serve(arguments: argparse.Namespace, wait: Wait) -> None:
    """Serve; what this reads before its first line of music is read while kernels are compiled."""
    from genmusic.server import journal, service, succession
    from genmusic.server.app import create_app
    from genmusic.server.keeping import Keeper
    from genmusic.session.tokens import TokenMint, load_key
    from genmusic.session.watching import StyleWatch

    if (arguments.cert is None) != (arguments.key is None):
        raise ServerError("--cert and --key belong together")
    settings = _settings(arguments)
    tls = service.load_certificate(arguments.cert, arguments.key) if arguments.cert else None
    folder = _prepare_folder(arguments.data) if arguments.data else None
    mint = TokenMint(load_key(folder) if folder else None)
    own = arguments.styles or style_folder()
    heir = succession.inheritance()
    with heir.listener if heir else service.reserve(arguments.host, arguments.port) as listener:
        journal.start(arguments.log)
        library = _warm_library(own, wait)
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        gc.enable()
        succession.tell_supervisor()
        if heir is not None:
            heir.take_over()
        url = service.address_of(listener, secure=tls is not None)
        with _archive(folder) as archive, StyleWatch(library, own):
            app = create_app(library, settings, mint=mint, keeper=Keeper(archive))
            with asyncio.Runner(loop_factory=service.loop_factory(tls)) as runner:
                ready = partial(_say, f"genmusic is ready: {url}")
                runner.run(service.serve(app, listener, tls, ready))


def _settings(arguments: argparse.Namespace) -> Settings:
    """What the command line says, over what is usual."""
    hosts = [arguments.host, *arguments.allow_host]
    settings = replace(
        DEFAULTS,
        max_sessions=arguments.max_sessions,
        allowed_hosts=tuple(hosts),
        allowed_origins=tuple(arguments.allow_origin),
        metrics_networks=tuple(arguments.metrics_to),
        trusted_proxies=(*DEFAULTS.trusted_proxies, *arguments.trust_proxy),
    )
    return with_limits(settings, arguments.limit)


@contextmanager
def _archive(folder: Path | None) -> Iterator[Any]:
    """The sessions on the disk, if there is a folder for them."""
    if folder is None:
        yield None
        return
    from genmusic.storage import Database, SessionArchive

    database = Database(folder / DATABASE_FILE)
    try:
        yield SessionArchive(database)
    finally:
        database.close()


def _warm_library(own: Path, wait: Wait) -> Any:  # noqa: ANN401 - imported on demand
    from genmusic.server.service import warm_up
    from genmusic.session.library import open_library

    with progress_bar("genmusic compiles its instruments, this once", TUNING) as tell:
        library = open_library(own)
        warm_up(library, partial(wait, tell))
    return library


def _prepare_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServerError(f"cannot use the folder {folder} ({error.strerror})") from error
    return folder


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _end() -> NoReturn:
    """End now that all is kept: who comes next need not wait until the memory is tidied up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _leave(_number: int, _frame: object) -> NoReturn:
    """End at once: nothing is lost before the server is ready, and a compiler cannot be unwound."""
    if sys.stderr.isatty():
        sys.stderr.write(SHOW_CURSOR)
        sys.stderr.flush()
    os._exit(0)

"""A progress bar on standard error, for people only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(text: str, before: str = "") -> Iterator[Callable[[float], None]]:
    """Yield a function that takes the share done, 0..1; silent when nobody watches.

    Until it is called for the first time, the bar says ``before`` instead of ``text``.
    """
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(before or text, total=None)
        yield lambda share: progress.update(task, description=text, completed=share, total=1.0)


@contextmanager
def notice(text: str) -> Iterator[None]:
    """Show that something takes its time, on standard error."""
    if not sys.stderr.isatty():
        sys.stderr.write(text + "\n")
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield

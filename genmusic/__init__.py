"""genmusic: a server that composes and synthesises a different piece for every listener."""

__version__ = "0.1.0"

"""Codecs: blocks of samples to packets and files."""

"""Styles: rule files in TOML."""

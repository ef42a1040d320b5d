"""Patches, voices and the orchestra that plays the notes."""

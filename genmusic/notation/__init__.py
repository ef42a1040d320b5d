"""Scores that people read: bars as notation, written as MusicXML."""

"""MIDI files; the only room that knows mido and symusic."""

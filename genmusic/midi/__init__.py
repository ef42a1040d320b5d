"""MIDI files, ports and clocks; the only room that knows mido, symusic and aalink."""

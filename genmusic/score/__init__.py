"""Notes, chords and bars: nouns that know nobody."""

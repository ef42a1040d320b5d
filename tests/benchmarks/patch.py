"""The benchmark voice, the same in every engine.

64 voices at 48 kHz: two band-limited saws 0.3 % up and down, a 12 dB low-pass filter with Q 2 whose
cutoff is 300 Hz + 5 kHz × envelope, an envelope of 10 ms, 200 ms, 0.6, 200 ms that is open for
0.7 s of every second, pan, sum. The phases of the envelopes are spread over the voices.
"""

VOICES = 64
PITCHES = tuple(36.0 + 0.75 * voice for voice in range(VOICES))
PITCHES_HZ = tuple(440.0 * 2.0 ** ((pitch - 69.0) / 12.0) for pitch in PITCHES)
PANS = tuple(1.8 * voice / (VOICES - 1) - 0.9 for voice in range(VOICES))
GATE_SECONDS = 0.7
ALIAS_HZ = 4987.0  # a prime: no alias falls on a harmonic

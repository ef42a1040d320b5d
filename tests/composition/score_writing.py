"""Small scores for the tests of training, written as MusicXML."""

import io
import zipfile

CONTAINER = '<container><rootfiles><rootfile full-path="{}"/></rootfiles></container>'


def note(name, duration, *, chord=False, tie="", voice=1, kind=""):
    """``note("F#4", 2)``; ``"rest"`` rests; kind is "", "grace" or "cue"."""
    step, alter, octave = name[0], name.count("#") - name[1:].count("b"), name[-1]
    pitch = f"<pitch><step>{step}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>"
    return (
        "<note>"
        + (f"<{kind}/>" if kind else "")
        + ("<chord/>" if chord else "")
        + ("<rest/>" if name == "rest" else pitch)
        + (f"<duration>{duration}</duration>" if kind != "grace" else "")
        + "".join(f'<tie type="{end}"/>' for end in tie.split())
        + f"<voice>{voice}</voice></note>"
    )


def notes(names, duration=1):
    return "".join(note(name, duration) for name in names.split())


def back(duration):
    return f"<backup><duration>{duration}</duration></backup>"


def signs(*, divisions=1, fifths=0, mode="", time="4/4", transpose=0):
    beats, beat_type = time.split("/")
    mode = f"<mode>{mode}</mode>" if mode else ""
    return (
        f"<attributes><divisions>{divisions}</divisions>"
        f"<key><fifths>{fifths}</fifths>{mode}</key>"
        f"<time><beats>{beats}</beats><beat-type>{beat_type}</beat-type></time>"
        f"<transpose><chromatic>{transpose}</chromatic></transpose></attributes>"
    )


def musicxml(*parts):
    """A score of parts, each a list of measures' content."""
    names = "".join(
        f'<score-part id="P{n}"><part-name>Part {n}</part-name></score-part>'
        for n in range(1, len(parts) + 1)
    )
    bodies = "".join(
        f'<part id="P{n}">' + "".join(f"<measure>{m}</measure>" for m in part) + "</part>"
        for n, part in enumerate(parts, 1)
    )
    return (f"<score-partwise><part-list>{names}</part-list>{bodies}</score-partwise>").encode()


def mxl(xml, *, root="score.xml", named="score.xml"):
    """A compressed score; ``named`` is what the container says."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", CONTAINER.format(named))
        archive.writestr(root, xml)
    return packed.getvalue()


TUNES = (
    ("E4 F4 G4 E4", "D4 E4 F4 D4", "G4 D4 B4 D4", "C4 D4 C4 rest"),
    ("C4 G4 E4 C4", "A4 F4 D4 A4", "B4 G4 B4 D5", "E5 C5 G4 rest"),
    ("G4 E4 C4 G4", "F4 A4 F4 D4", "D4 G4 D4 B3", "C4 E4 C4 rest"),
)


def song(key=0, bars=8, tune=0):
    """A tune with chords that anyone would say is in C major, sounding ``key`` fifths higher."""
    melody_bars = TUNES[tune] * (bars // 4)
    chords = ["C3 E3 G3", "D3 F3 A3", "G2 B2 D3", "C3 E3 G3"] * (bars // 4)
    first = signs(transpose=7 * key % 12)
    melody = [(first if n == 0 else "") + notes(bar) for n, bar in enumerate(melody_bars)]
    harmony = [
        (first if n == 0 else "")
        + "".join(note(name, 4, chord=k > 0) for k, name in enumerate(chord.split()))
        for n, chord in enumerate(chords)
    ]
    return musicxml(melody, harmony)

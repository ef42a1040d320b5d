"""Titles of pieces: a function of the session's seed and the number of the piece."""

from __future__ import annotations

from genmusic.seeding import derive

THINGS = (
    "Lanterns", "Swallows", "Paper Boats", "Embers", "Footsteps", "Orchards", "Curtains",
    "Herons", "Moths", "Rooftops", "Starlings", "Candles", "Ferries", "Kites", "Bells",
    "Willows", "Windows", "Snowfields", "Petals", "Pebbles", "Fireflies", "Umbrellas", "Sails",
    "Clouds",
)  # fmt: skip
PLACES = (
    "Weir", "Valley", "Old Bridge", "Estuary", "Night Train", "Meadow", "Lighthouse", "Mill",
    "Garden Wall", "Quay", "Observatory", "Hill", "Canal", "Bay", "Market Square", "Birch Wood",
    "Station", "Reservoir", "Island", "Greenhouse", "Heath", "Ford", "Terrace", "Pier",
)  # fmt: skip
RELATIONS = ("over", "beyond", "along", "beside", "above", "behind", "near", "across")
QUALITIES = (
    "Slow", "Amber", "Quiet", "Distant", "Silver", "Borrowed", "Early", "Unhurried", "Blue",
    "Lasting", "Small", "Northern", "Gentle", "Hidden", "Wandering", "Half-remembered",
)  # fmt: skip
MOMENTS = (
    "Tide", "Morning", "Rain", "Evening", "Letter", "Winter", "Light", "Waltz", "Horizon", "Hour",
    "Journey", "Thaw", "Afternoon", "Map", "Echo", "Frost",
)  # fmt: skip


def title(seed: int, piece: int) -> str:
    """Such as ``"Lanterns over the Weir"`` or ``"Amber Rain"``."""
    number = derive(seed, "title", piece)
    number, shape = divmod(number, 4)  # the plain shape has fewer combinations
    if shape == 0:
        return " ".join(_choose(number, QUALITIES, MOMENTS))
    thing, relation, place = _choose(number, THINGS, RELATIONS, PLACES)
    return f"{thing} {relation} the {place}"


def _choose(number: int, *tables: tuple[str, ...]) -> list[str]:
    """One word of each table, by the digits of a number."""
    words = []
    for table in tables:
        number, index = divmod(number, len(table))
        words.append(table[index])
    return words

"""All rooms of a server, by name."""

from __future__ import annotations

import asyncio

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.server import journal
from genmusic.server.rendering import RenderPool
from genmusic.server.rooms.room import OVER, WAITING, Room
from genmusic.session.clock import Clock
from genmusic.session.library import Library
from genmusic.session.room.names import check_name
from genmusic.session.tokens import Purpose, TokenMint

NOBODY_RETRY_SECONDS = 2.0


class Hall:
    """Rooms begin with a performer, and end with the performance."""

    def __init__(
        self, library: Library, settings: Settings, clock: Clock, pool: RenderPool, mint: TokenMint
    ) -> None:
        self._library, self._settings, self._clock = library, settings, clock
        self._pool, self._mint = pool, mint
        self._rooms: dict[str, Room] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Those in which somebody plays."""
        return tuple(room for room in self._rooms.values() if room.state != WAITING)

    @property
    def guests(self) -> int:
        """How many hear one of them."""
        return sum(len(room.guests) for room in self._rooms.values())

    def find(self, name: str) -> Room:
        """The room of that name, for who wants to hear it.

        Raises
        ------
        ProtocolError
            Nobody plays there.
        """
        room = self._rooms.get(name)
        if room is None or room.state == WAITING:
            raise nobody_plays(name)
        return room

    def open(self, name: str, token: str) -> Room:
        """The room of that name, for who may lead it.

        Raises
        ------
        ProtocolError
            The token does not lead the room, or there are too many rooms.
        """
        check_name(name)
        self._mint.check(Purpose.LEAD, name, token)
        if name not in self._rooms:
            if len(self._rooms) >= self._settings.max_rooms:
                raise ProtocolError("all rooms are taken", "full", retry_after=NOBODY_RETRY_SECONDS)
            room = Room(name, self._library, self._settings, self._clock, self._pool)
            self._rooms[name] = room
            task = asyncio.create_task(self._play(room))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            journal.write("room", room=name, state="open")
        return self._rooms[name]

    async def _play(self, room: Room) -> None:
        try:
            await room.run()
        except Exception as error:
            journal.write_failure("failed", error, room=room.name)
        finally:
            room.state = OVER
            del self._rooms[room.name]
            for each in (*room.guests, *filter(None, [room.leader])):
                each.dismiss(nobody_plays(room.name))

    async def close(self) -> None:
        """End all rooms."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def nobody_plays(name: str) -> ProtocolError:
    """For who would like to hear a room."""
    return ProtocolError(f"nobody plays in {name} now", "no_room", retry_after=NOBODY_RETRY_SECONDS)

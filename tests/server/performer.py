"""A performer made for tests: an engine of their own, and the words that tell a room of it."""

import json
from dataclasses import dataclass, field

import numpy as np
from aiohttp import WSMsgType

from genmusic.session.engine import Engine
from genmusic.session.strokes import STROKE
from genmusic.session.tokens import Purpose, TokenMint

MINT = TokenMint(b"0" * 32)
BLOCK = 9_600


def token_for(room, seconds=60):
    return MINT.issue(Purpose.LEAD, room, seconds)


@dataclass
class Performer:
    """Conducts by hand: what is played is told when a test says so."""

    socket: object
    engine: Engine
    name: str = "one"
    told: int = 0  # lines
    blocks: list = field(default_factory=list)

    async def say(self, kind, **fields):
        await self.socket.send_str(json.dumps({"type": kind, **fields}))

    async def expect(self, kind):
        while True:
            message = await self.socket.receive(20)
            assert message.type is WSMsgType.TEXT, f"closed with {self.socket.close_code}"
            said = json.loads(message.data)
            if said["type"] == kind:
                return said
            assert said["type"] != "error", said

    async def lead(self, room="stage", who="Ada", token=None):
        token = token_for(room) if token is None else token
        await self.say("lead", v=1, token=token, performance=self.name, who=who)
        return await self.expect("leading")

    async def open(self, **place):
        controls = self.engine.controls()
        await self.say("opening", seed=self.engine.seed, controls=controls, **place)

    async def play(self, blocks=1, **changes):
        """Change something, hear some blocks of 200 ms, and tell of both."""
        if changes:
            self.engine.set_controls(changes)
        for _ in range(blocks):
            self.blocks.append(np.zeros((2, BLOCK), np.float32))
            self.engine.render(self.blocks[-1])
        await self.tell()

    async def tell(self, **more):
        log = self.engine.seat.log
        lines = [[change.frame, change.name, change.value] for change in log[self.told :]]
        self.told = len(log)
        await self.say("played", end=self.engine.rendered_end, lines=lines, **more)

    def strike(self, text):
        self.engine.seat.make(STROKE, text)

    @property
    def sound(self):
        return np.concatenate(self.blocks, axis=1)

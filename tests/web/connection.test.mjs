import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Connection } from "../../web/worker/connection.js";

/** Stands for the network: remembers what was sent, says what the test wants. */
class Socket {
  static all = [];

  constructor(url, protocol) {
    Object.assign(this, { url, protocol, sent: [] });
    Socket.all.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.onclose?.({ code: 1006 });
  }

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

const READY = { type: "ready", session: "s", token: "t", resumed: false };
const latest = () => Socket.all.at(-1);

/** A connection that has begun, and the states it went through. */
function connect() {
  const links = [];
  const connection = new Connection("ws://host/api/v1/stream", { codecs: ["pcm16"], seed: 7 }, {
    onReady: () => {},
    onMessage: () => {},
    onChunk: () => {},
    onLink: ({ state }) => links.push(state),
    nextPts: () => 4_800,
    played: () => 2_400,
  });
  connection.play();
  latest().onopen();
  return { connection, links };
}

beforeEach(() => {
  Socket.all = [];
  globalThis.WebSocket = Socket;
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

test("it greets with what the listener wishes", () => {
  connect();

  assert.equal(latest().protocol, "genmusic.v1");
  assert.deepEqual(latest().sent, [{ type: "hello", v: 1, codecs: ["pcm16"], seed: 7 }]);
});

test("after a loss it comes back and asks for the next frame", () => {
  const { links } = connect();
  latest().say(READY);

  latest().onclose({ code: 1006 });
  mock.timers.tick(450);
  latest().onopen();

  assert.deepEqual(links, ["connecting", "open", "lost", "connecting"]);
  assert.deepEqual(latest().sent[0], {
    type: "hello", v: 1, codecs: ["pcm16"], session: "s", token: "t",
    resume: { next_pts: 4_800, played: 2_400 },
  });
});

test("while the server restarts it is asked again and again, and said to restart", () => {
  const { links } = connect();
  latest().say(READY);
  latest().onclose({ code: 1012 });
  mock.timers.tick(2_000);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    latest().onclose({ code: 1006 });
    mock.timers.tick(750);
  }

  assert.equal(Socket.all.length, 7);
  assert.deepEqual(new Set(links.slice(2)), new Set(["restarting", "connecting"]));
});

test("a page that was reloaded goes on with its session where the ear was", () => {
  const wishes = { codecs: ["pcm16"], ticket: { session: "s", token: "t" } };
  const deaf = { onReady() {}, onMessage() {}, onChunk() {}, onLink() {} };
  const handlers = { ...deaf, nextPts: () => 0, played: () => undefined };
  new Connection("ws://host/api/v1/stream", wishes, handlers).play();
  latest().onopen();

  assert.deepEqual(latest().sent, [
    { type: "hello", v: 1, codecs: ["pcm16"], session: "s", token: "t" },
  ]);
});

test("a dead line is left at once for another, and says no more", () => {
  const { connection, links } = connect();
  const dead = latest();
  dead.say(READY);

  connection.changeLine();

  assert.equal(Socket.all.length, 2);
  assert.equal(dead.onclose, null);
  latest().onopen();
  assert.deepEqual(latest().sent[0].resume, { next_pts: 4_800, played: 2_400 });
  assert.deepEqual(links, ["connecting", "open", "lost", "connecting"]);
});

test("a network that is back is tried at once", () => {
  const { connection } = connect();
  latest().say(READY);
  latest().onclose({ code: 1006 });

  connection.hurry();
  connection.hurry();

  assert.equal(Socket.all.length, 2);
});

test("a session that is gone is replaced by a new one with the listener's controls", () => {
  const { connection } = connect();
  latest().say(READY);
  connection.remember({ valence: 0.5, style: "drive" });

  latest().onclose({ code: 4404 });
  mock.timers.tick(450);
  latest().onopen();

  assert.deepEqual(latest().sent[0], {
    type: "hello", v: 1, codecs: ["pcm16"], seed: 7, style: "drive", controls: { valence: 0.5 },
  });
});

test("a full server is asked again when it said", () => {
  const { links } = connect();
  latest().say({ type: "error", code: "full", message: "full", retry_after: 30 });
  latest().onclose({ code: 4429 });

  mock.timers.tick(29_000);
  assert.equal(Socket.all.length, 1);
  mock.timers.tick(9_000);

  assert.equal(Socket.all.length, 2);
  assert.equal(links[1], "full");
});

test("a greeting that is refused is not repeated", () => {
  const { links } = connect();
  latest().say({ type: "error", code: "unknown_name", message: "no style named x" });

  latest().onclose({ code: 4400 });
  mock.timers.tick(60_000);

  assert.deepEqual(links, ["connecting", "refused"]);
  assert.equal(Socket.all.length, 1);
});

test("a change that is refused does not end anything", () => {
  const { links } = connect();
  latest().say(READY);

  latest().say({ type: "error", id: 3, code: "bad_control", message: "no" });
  latest().onclose({ code: 1006 });

  assert.equal(links.at(-1), "lost");
});

test("a paused connection that is lost stays away until play", () => {
  const { connection, links } = connect();
  latest().say(READY);
  connection.pause();

  latest().onclose({ code: 4408 });
  mock.timers.tick(60_000);
  assert.equal(links.at(-1), "asleep");
  connection.play();

  assert.equal(Socket.all.length, 2);
});

test("who pauses before the connection stands is paused when it does", () => {
  const { connection } = connect();
  connection.pause();

  latest().say(READY);

  assert.deepEqual(latest().sent.at(-1), { type: "pause" });
});

test("a server that does not answer is given up and asked again", () => {
  const { links } = connect();

  mock.timers.tick(8_000);

  assert.equal(links.at(-1), "lost");
});

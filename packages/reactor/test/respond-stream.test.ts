import { request } from "node:http";
import { PassThrough, Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Body } from "../src/response/body.ts";
import { respond } from "../src/response/respond.ts";
import { http2Get } from "./support/http2-get.ts";
import { rawClient } from "./support/raw-client.ts";
import { textOf } from "./support/text-of.ts";
import { wasServer } from "./support/was-server.ts";

const text = (piece: string): Uint8Array => new TextEncoder().encode(piece);

async function* asyncPieces(): AsyncGenerator<string | Uint8Array> {
  yield "a";
  await Promise.resolve();
  yield "";
  yield text("b");
  yield "c";
}

const moreOf = (pieces: (string | Uint8Array | null)[], close = (): void => {}): Body => ({ more: () => pieces.shift() ?? null, close });

const kinds: Record<string, () => Body> = {
  Readable: () => Readable.from(["a", "b", Buffer.from("c")]),
  "byte Readable": () => Readable.from([Buffer.from("abc")], { objectMode: false }),
  ReadableStream: () => new Response("abc").body!,
  "ReadableStream of strings": () => ReadableStream.from(["a", "b", "c"]),
  Blob: () => new Blob(["ab", "c"]),
  "async generator": asyncPieces,
  generator: function* () {
    yield* ["a", "b"];
    yield text("c");
  },
  array: () => ["a", "b", "c"],
  "more()": () => moreOf(["a", text("bc"), ""]),
  "async more()": () => {
    const pieces = ["ab", "c"];
    return { more: async () => pieces.shift() };
  },
};

for (const http2 of [false, true]) {
  for (const [kind, make] of Object.entries(kinds)) {
    test(`${kind} can be sent over ${http2 ? "HTTP/2" : "HTTP/1.1"}`, async () => {
      await using server = await wasServer((was) => respond(was, 200, [], make()), { http2 });
      const res = await (http2 ? http2Get(server.url) : fetch(server.url));
      expect([res.status, await res.text()]).toEqual([200, "abc"]);
      expect(await server.outcomes[0]).toBeUndefined();
    });
  }
}

test("a Blob tells its length and type", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], new Blob(["abc"], { type: "text/csv" })));
  const { headers } = await fetch(server.url);
  expect([headers.get("content-length"), headers.get("content-type")]).toEqual(["3", "text/csv"]);
});

test("HTTP/1.1 gets chunks, or a length where one is given", async () => {
  await using server = await wasServer((was) => respond(was, 200, was.path === "/sized" ? ["Content-Length", "3"] : [], ["a", "bc"]));
  const chunked = await fetch(server.url);
  expect([chunked.headers.get("transfer-encoding"), await chunked.text()]).toEqual(["chunked", "abc"]);
  const sized = await fetch(`${server.url}/sized`);
  expect([sized.headers.get("transfer-encoding"), sized.headers.get("content-length"), await sized.text()]).toEqual([null, "3", "abc"]);
});

test("HTTP/1.0 gets the plain body and the end of the connection", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], ["a", "bc"]));
  const client = await rawClient(server.port);
  client.socket.write("GET / HTTP/1.0\r\n\r\n");
  expect(await client.closed).toBe("end");
  expect(client.text()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n\r\nabc$/);
  expect(client.text()).not.toMatch(/transfer-encoding/i);
});

test("the head goes out with the first piece, as one packet can hold both", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], ["first"]));
  const client = await rawClient(server.port);
  const packet = new Promise<string>((resolve) => client.socket.once("data", (chunk) => resolve(chunk.toString())));
  client.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await packet).toContain("first");
  client.socket.destroy();
});

test("the head does not wait for long where the first piece is late", async () => {
  const source = new PassThrough();
  await using server = await wasServer((was) => respond(was, 200, [], source));
  const res = await fetch(server.url);
  source.end("late");
  expect(await res.text()).toBe("late");
});

test("an event stream begins at once and comes event by event", async () => {
  const source = new PassThrough();
  await using server = await wasServer((was) => respond(was, 200, ["Content-Type", "text/event-stream"], source));
  const res = await fetch(server.url, { headers: { "accept-encoding": "gzip" } });
  expect(res.headers.has("content-encoding")).toBe(false);
  const reader = res.body!.getReader();
  for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
    source.write(event);
    expect(textOf(await reader.read())).toBe(event);
  }
  source.end();
  expect((await reader.read()).done).toBe(true);
});

/** A source of each closable kind without end, and how often it was closed. */
const endless = (kind: string): { body: Body; closed: () => number } => {
  let closed = 0;
  const piece = "x".repeat(65_536);
  const close = (): void => void closed++;
  const iterator = { next: () => ({ value: piece }), return: () => (close(), { value: undefined, done: true }) };
  const bodies: Record<string, () => Body> = {
    Readable: () =>
      new Readable({
        read() {
          this.push(piece);
        },
        destroy(error, done) {
          close();
          done(error);
        },
      }),
    "waiting Readable": () =>
      new Readable({
        read() {
          if (closed === 0 && !this.readableDidRead) this.push(piece);
        },
        destroy(error, done) {
          close();
          done(error);
        },
      }),
    ReadableStream: () => new ReadableStream({ pull: (controller) => controller.enqueue(text(piece)), cancel: close }),
    "async iterable": () =>
      ({
        [Symbol.asyncIterator]: () => ({ next: async () => iterator.next(), return: async () => iterator.return() }),
      }) as AsyncIterable<string>,
    iterable: () => ({ [Symbol.iterator]: () => iterator }) as Iterable<string>,
    "more()": () => ({ more: () => piece, close }),
    "waiting more()": () => {
      let first = true;
      return { more: () => (first ? ((first = false), piece) : new Promise<string>(() => {})), close };
    },
  };
  return { body: bodies[kind]!(), closed: () => closed };
};

const closable = ["Readable", "waiting Readable", "ReadableStream", "async iterable", "iterable", "more()", "waiting more()"];

for (const http2 of [false, true]) {
  for (const kind of closable) {
    test(`${kind} is closed once when the client goes away (${http2 ? "HTTP/2" : "HTTP/1.1"})`, async () => {
      const { body, closed } = endless(kind);
      await using server = await wasServer((was) => respond(was, 200, [], body), { http2 });
      if (http2) {
        const { connect } = await import("node:http2");
        const session = connect(server.url);
        const stream = session.request({ ":path": "/" });
        await new Promise((resolve) => stream.once("data", resolve));
        stream.close(8);
        await new Promise((resolve) => stream.once("close", resolve));
        session.close();
      } else {
        const client = await rawClient(server.port);
        client.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.until(/\r\n\r\n[^]+/);
        client.socket.destroy();
      }
      while (server.outcomes.length === 0) await new Promise(setImmediate);
      expect(await server.outcomes[0]).toBeUndefined();
      expect(closed()).toBe(1);
      expect(server.lines).toEqual([]);
    });
  }
}

for (const kind of closable) {
  test(`${kind} is closed unread for HEAD`, async () => {
    const { body, closed } = endless(kind);
    await using server = await wasServer((was) => respond(was, 200, ["Content-Length", "7"], body));
    const res = await fetch(server.url, { method: "HEAD" });
    expect([res.status, res.headers.get("content-length")]).toEqual([200, "7"]);
    expect(await server.outcomes[0]).toBeUndefined();
    expect(closed()).toBe(1);
  });

  test(`${kind} is closed when it cannot be sent`, async () => {
    const { body, closed } = endless(kind);
    await using server = await wasServer((was) => respond(was, 200, ["X-A", "\n"], body));
    expect((await fetch(server.url)).status).toBe(500);
    expect(closed()).toBe(1);
  });
}

test("a body that ended by itself is not told to end, but more() is always closed", async () => {
  const calls: string[] = [];
  const iterator = {
    next: () => ({ value: undefined, done: true }),
    return: () => (calls.push("return"), { value: undefined, done: true }),
  };
  await using server = await wasServer((was) =>
    respond(
      was,
      200,
      [],
      was.path === "/more" ? moreOf([], () => void calls.push("close")) : ({ [Symbol.iterator]: () => iterator } as Iterable<string>),
    ),
  );
  expect(await (await fetch(server.url)).text()).toBe("");
  expect(await (await fetch(`${server.url}/more`)).text()).toBe("");
  await Promise.all(server.outcomes);
  expect(calls).toEqual(["close"]);
});

test("a slow reader slows the source down", async () => {
  let made = 0;
  function* pieces(): Generator<Uint8Array> {
    for (; made < 4_000; made++) yield new Uint8Array(65_536);
  }
  await using server = await wasServer((was) => respond(was, 200, [], pieces()));
  const res = await new Promise<import("node:http").IncomingMessage>((resolve) => request(server.url, resolve).end());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(made).toBeLessThan(2_000);
  let size = 0;
  for await (const chunk of res) size += (chunk as Buffer).length;
  expect(size).toBe(4_000 * 65_536);
});

for (const http2 of [false, true]) {
  test(`a source that is always ready lets others have their turn (${http2 ? "HTTP/2" : "HTTP/1.1"})`, async () => {
    let turn = 0;
    let lastTurn = 0;
    let run = 0;
    let longest = 0;
    function* pieces(): Generator<string> {
      for (let at = 0; at < 1_000; at++) {
        run = turn === lastTurn ? run + 1 : 0;
        lastTurn = turn;
        longest = Math.max(longest, run);
        yield "x";
      }
    }
    await using server = await wasServer((was) => respond(was, 200, [], pieces()), { http2 });
    let counting = true;
    const count = (): void => {
      turn++;
      if (counting) setImmediate(count);
    };
    count();
    const res = await (http2 ? http2Get(server.url) : fetch(server.url));
    expect((await res.text()).length).toBe(1_000);
    counting = false;
    expect(longest).toBeLessThan(100);
  });
}

test("a source that fails from the start still ends in an error page", async () => {
  const source = new Readable({ read: () => void source.destroy(new Error("no such file")) });
  await using server = await wasServer((was) => respond(was, 200, ["Content-Type", "text/csv"], source));
  const res = await fetch(server.url);
  expect([res.status, res.headers.get("content-type")]).toEqual([500, "text/html; charset=utf-8"]);
  expect(await server.outcomes[0]).toMatchObject({ message: "no such file" });
});

const failing: Record<string, () => Body> = {
  "async generator": async function* () {
    yield "part";
    throw new Error("broken source");
  },
  generator: function* () {
    yield "part";
    throw new Error("broken source");
  },
  Readable: () => Readable.from(failing["async generator"]!() as AsyncIterable<string>),
  "more()": () => {
    let first = true;
    return {
      more: () => {
        if (!first) throw new Error("broken source");
        first = false;
        return "part";
      },
    };
  },
};

for (const [kind, make] of Object.entries(failing)) {
  test(`a client sees that an answer of a failed ${kind} is incomplete`, async () => {
    await using server = await wasServer((was) => respond(was, 200, [], make()));
    const client = await rawClient(server.port);
    client.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.closed;
    expect(client.text()).not.toContain("\r\n0\r\n");
    await expect(fetch(server.url).then((res) => res.text())).rejects.toThrow();
    expect(server.lines).toHaveLength(2);
    expect(server.lines[0]).toContain("broken source");
    expect(await server.outcomes[0]).toBeUndefined();
  });
}

test("a failed source resets the one stream of HTTP/2", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], was.path === "/ok" ? "ok" : failing["async generator"]!()), {
    http2: true,
  });
  await expect(http2Get(server.url)).rejects.toThrow();
  expect(await (await http2Get(`${server.url}/ok`)).text()).toBe("ok");
  expect(server.lines).toHaveLength(1);
});

test("a failed source resets an HTTP/1.0 connection, whose orderly end would look like success", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], failing["async generator"]!()));
  const client = await rawClient(server.port);
  client.socket.write("GET / HTTP/1.0\r\n\r\n");
  expect(await client.closed).toBe("ECONNRESET");
});

const wrongPieces: Record<string, { headers: string[]; body: () => Body; told: RegExp }> = {
  "more than its length": { headers: ["Content-Length", "4"], body: () => ["four", "more"], told: /Content-Length says 4/ },
  "less than its length": { headers: ["Content-Length", "9"], body: () => ["four"], told: /Content-Length says 9/ },
  "something that is no bytes": { headers: [], body: () => ["four", 5] as string[], told: /pieces of a stream are strings or bytes/ },
};

for (const [what, { headers, body, told }] of Object.entries(wrongPieces)) {
  test(`a stream that gives ${what} is broken off and reported`, async () => {
    await using server = await wasServer((was) => respond(was, 200, [...headers], body()));
    const client = await rawClient(server.port);
    client.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.closed;
    expect(client.text()).not.toMatch(/more|\r\n0\r\n/);
    expect(server.lines.join()).toMatch(told);
  });
}

test("a Content-Length that is no number is refused", async () => {
  await using server = await wasServer((was) => respond(was, 200, ["Content-Length", "many"], ["a"]));
  expect((await fetch(server.url)).status).toBe(500);
  expect(await server.outcomes[0]).toMatchObject({ code: "SKITAI_REACTOR_BAD_RESPONSE" });
});

test("nothing is left behind on the response of a finished stream", async () => {
  const left: number[] = [];
  await using server = await wasServer(async (was) => {
    const listeners = (): number => was.res.listenerCount("close") + was.res.listenerCount("drain");
    const before = listeners();
    await respond(was, 200, [], asyncPieces());
    left.push(listeners() - before);
  });
  await (await fetch(server.url)).text();
  expect(left).toEqual([0]);
});

test("a first piece that cannot be sent is a failure before anything was sent", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], new Map([["a", 1]]) as never));
  expect((await fetch(server.url)).status).toBe(500);
  expect(await server.outcomes[0]).toMatchObject({ code: "SKITAI_REACTOR_BAD_RESPONSE" });
});

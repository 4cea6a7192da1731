import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { besieged, numbers, post } from "./support/besieged.ts";
import { eventually } from "./support/eventually.ts";
import { http2Request } from "./support/http2-request.ts";
import {
  data,
  errorCodes,
  flags,
  frame,
  frameTypes,
  headers,
  noTable,
  preface,
  request,
  settings,
  windowUpdate,
} from "./support/raw-http2.ts";
import { openDescriptors } from "./support/static-server.ts";

const site = besieged();

describe.each([
  ["without TLS", false],
  ["over TLS", true],
])("a client %s that is too slow", (_name, secure) => {
  test.each(["/big", "/thinking/", "/file.bin"])("to open its window for %s loses its stream", async (path) => {
    const client = await site.hostile(settings(noTable, [4, 0]), { secure });
    await client.send(headers(1, request(path)));
    expect(await client.ended(1)).toEqual({ status: 200, reset: errorCodes.cancel });
    expect(site.open).toBe(0);
    await eventually(() => openDescriptors(site.file) === 0);
  });

  test("to open the window of its connection loses its streams", async () => {
    const client = await site.hostile(settings(noTable, [4, 2 ** 31 - 1]), { secure });
    await client.send(headers(1, request("/big")), headers(3, request("/big")));
    expect(await client.ended(1)).toEqual({ status: 200, reset: errorCodes.cancel });
    expect(await client.ended(3)).toEqual({ status: 200, reset: errorCodes.cancel });
  });

  test("to read at all loses its streams, and then its connection", async () => {
    const client = await site.hostile(settings([4, 2 ** 31 - 1]), { secure });
    client.socket.pause();
    await client.send(windowUpdate(0, 2 ** 30), ...numbers(15).map((at) => headers(1 + 2 * at, request("/big"))));
    await eventually(() => site.open > 0);
    await eventually(() => site.open === 0);
    await eventually(() => site.connections() === 0);
  });

  test("to send its body is told 408, and the part never counts as whole", async () => {
    const client = await site.hostile(undefined, { secure });
    await client.send(post(1, "/sized/"), data(1, "abc"));
    expect(await client.ended(1)).toMatchObject({ status: 408 });
    await eventually(() => site.open === 0);
    expect(site.taken).toEqual([]);
  });

  test.each([
    ["has nothing more to say", [headers(1, request("/x"))]],
    ["says goodbye and stays", [headers(1, request("/x")), frame(frameTypes.goAway, flags.none, 0, Buffer.alloc(8))]],
    ["says goodbye because of an error and stays", [frame(frameTypes.goAway, flags.none, 0, Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]))]],
    ["breaks the protocol and stays", [windowUpdate(0, 0)]],
  ])("to close its side loses its connection: one that %s", async (_, frames) => {
    const client = await site.hostile(undefined, { secure });
    await client.send(...frames);
    await eventually(() => site.connections() === 0);
  });
});

describe("a client", () => {
  test("that does not send the body that it was told to send is told 408", async () => {
    const client = await site.hostile();
    await client.send(post(1, "/upload/", [["expect", "100-continue"]]));
    expect(await client.ended(1)).toMatchObject({ status: 408 });
    expect(client.frames.filter(({ type, stream }) => type === frameTypes.headers && stream === 1)).toHaveLength(2);
  });

  test("with a body that trickles is told 408 when its time is over", async () => {
    const client = await site.hostile();
    await client.send(post(1, "/sized/"));
    const end = client.ended(1);
    let ended = false;
    void end.then(() => (ended = true));
    while (!ended) {
      await client.send(data(1, "a"));
      await wait(20);
    }
    expect(await end).toMatchObject({ status: 408 });
    expect(site.taken).toEqual([]);
  });

  test("whose body waits for the app to read it is not too slow", async () => {
    const body = "x".repeat(240_000);
    const answer = await http2Request(await site.guest(), { ":method": "POST", ":path": "/late/" }, body);
    expect(answer).toMatchObject({ status: 200, body: "got 240000 bytes" });
  });

  test("whose body nobody wants any more after the answer is told to stop", async () => {
    const client = await site.hostile();
    await client.send(post(1, "/answers-first/"), data(1, "abc"));
    await client.until(() => client.frames.some(({ type }) => type === frameTypes.rstStream));
    expect(await client.ended(1)).toEqual({ status: 200, reset: errorCodes.none });
  });

  test.each([
    ["that says nothing", Buffer.alloc(0)],
    ["that does not finish its preface", preface.subarray(0, 18)],
    ["that says nothing behind its preface", preface],
  ])("%s loses its connection, even if it never closes its own side", async (_, bytes) => {
    const socket = connect({ port: site.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.resume();
    await once(socket, "connect");
    socket.write(bytes);
    await eventually(() => site.connections() === 1);
    await eventually(() => site.connections() === 0);
    socket.destroy();
  });
});

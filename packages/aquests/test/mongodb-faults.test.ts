import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { acquire, freePort, startFaultyPeer } from "@skitai-internal/services";
import { describeWith } from "@skitai-internal/services/vitest";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { openRelay } from "./support/relay.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const serve = async (welcome: (socket: Socket) => void): Promise<{ address: string; sockets: Set<Socket> }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    welcome(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
};

test("a port where nobody listens is a failed connection, at once", async () => {
  const port = await freePort();
  const rs = await clientOf().mongodb(`127.0.0.1:${port}`, "d").findone("c");
  expect([rs.status, rs.statusCode, rs.node]).toEqual([2, 714, `127.0.0.1:${port}`]);
});

test("a name without an address is a failure of DNS", async () => {
  expect((await clientOf().mongodb("no-such-host.invalid", "d").findone("c")).statusCode).toBe(704);
});

test("a server that accepts and stays silent fails the connection in time", async () => {
  const { address, sockets } = await serve((socket) => socket.resume());
  const rs = await clientOf().mongodb(address, "d", undefined, { connectTimeout: 50 }).findone("c");
  expect([rs.status, rs.statusCode]).toEqual([2, 714]);
  await eventually(() => sockets.size === 0);
});

test("garbage instead of MongoDB is no answer", async () => {
  const { address } = await serve((socket) => void socket.on("data", () => socket.write(Buffer.alloc(512, 0xfa))));
  const rs = await clientOf().mongodb(address, "d").findone("c");
  expect([rs.status, rs.statusCode]).toEqual([2, 707]);
});

test("a server that hangs up is a failed connection", async () => {
  const { address } = await serve((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const rs = await clientOf().mongodb(address, "d").findone("c");
  expect([rs.status, rs.statusCode]).toEqual([2, 714]);
});

test("a peer of HTTP that says nothing before it is asked in its own way fails in time", async () => {
  await using peer = await startFaultyPeer("garbage");
  const rs = await clientOf().mongodb(`127.0.0.1:${peer.port}`, "d", undefined, { connectTimeout: 50 }).findone("c");
  expect(rs.status).toBe(2);
});

test("a call that is given up while its connection is made leaves nothing behind", async () => {
  const { address, sockets } = await serve((socket) => socket.resume());
  const client = createClient();
  const rs = await client.mongodb(address, "d", undefined, { connectTimeout: 200 }).insert("c", { a: 1 }).getwait(30);
  expect([rs.status, rs.statusCode]).toEqual([1, 730]);
  await client.close();
  await eventually(() => sockets.size === 0);
});

describeWith(
  "mongodb",
  (service) => {
    const address = (): string => `${service.host}:${service.port}`;

    test("wrong credentials are told by the server, without the password", async () => {
      const rs = await clientOf().mongodb(address(), "d", ["ann", "wr0ng-pass"]).findone("c");
      expect([rs.status, rs.statusCode]).toEqual([2, 500]);
      expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_DATABASE" });
      expect(inspect(rs, { depth: 12, showHidden: true })).not.toContain("wr0ng-pass");
      expect(rs.url).not.toContain("ann");
    });

    test("a server that has fallen silent is a time-out, and its connections are well when it speaks again", async () => {
      const relay = await openRelay(service.host, service.port);
      const db = clientOf().mongodb(`127.0.0.1:${relay.port}`, service.database, undefined, { poolSize: 2 });
      await db.insert("c", { a: 1 }).wait();
      relay.pause();
      const during = await Promise.all([
        db.findone("c").getwait(60),
        db.insert("c", { b: 1 }).getwait(60),
        db.findall("c").getwait(60),
        db.aggregate("c", []).getwait(60),
      ]);
      relay.resume();
      expect(during.map(({ status }) => status)).toEqual([1, 1, 1, 1]);
      const after = await Promise.all(Array.from({ length: 8 }, () => db.findone("c", { a: 1 })));
      expect(after.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 3));
    });

    test("more calls than connections take turns", async () => {
      const db = clientOf().mongodb(address(), service.database, undefined, { poolSize: 2 });
      const all = await Promise.all(Array.from({ length: 40 }, (_, n) => db.insert("turns", { n })));
      expect(all.every(({ status }) => status === 3)).toBe(true);
      expect((await db.count("turns")).data).toBe(40);
    });

    test("a closed client fails what is under way and says so", async () => {
      const relay = await openRelay(service.host, service.port);
      const client = createClient();
      const db = client.mongodb(`127.0.0.1:${relay.port}`, service.database, undefined, { connectTimeout: 200 });
      await db.count("c").wait();
      relay.pause();
      const waiting = db.findone("c");
      const { promise: soon, resolve } = Promise.withResolvers<void>();
      setImmediate(resolve);
      await soon;
      await client.close();
      expect((await waiting).error).toMatchObject({ code: "SKITAI_AQUESTS_CLOSED" });
      expect((await db.findone("c")).error).toMatchObject({ code: "SKITAI_AQUESTS_CLOSED" });
    });

    test("connections that nobody uses are closed, and made again", async () => {
      const relay = await openRelay(service.host, service.port);
      const db = clientOf().mongodb(`127.0.0.1:${relay.port}`, service.database, undefined, { idleTimeout: 20 });
      const connections = async (): Promise<number> => (await db.count("none")).status;
      expect(await connections()).toBe(3);
      await eventually(() => relay.open === 0);
      expect(await connections()).toBe(3);
    });

    test("100,000 documents are gone through with flat memory", { timeout: 60_000 }, async () => {
      const db = clientOf({ timeout: "30s" }).mongodb(address(), service.database);
      const text = "x".repeat(400);
      for (let i = 0; i < 10; i++)
        await db
          .insert(
            "many",
            Array.from({ length: 10_000 }, (_, n) => ({ n: i * 10_000 + n, text })),
          )
          .wait();
      let [count, most] = [0, 0];
      gc();
      const before = process.memoryUsage().heapUsed;
      for await (const _ of db.documents("many")) {
        if (++count % 10_000 === 0) {
          gc();
          most = Math.max(most, process.memoryUsage().heapUsed - before);
        }
      }
      expect(count).toBe(100_000);
      // All of them take more than 60 MB.
      expect(most).toBeLessThan(30 << 20);
    });
  },
  { own: true },
);

test("a server that is killed in the middle of calls comes back", async () => {
  const own = await acquire("mongodb", { own: true });
  onTestFinished(() => own.stop());
  const relay = await openRelay(own.host, own.port);
  const db = clientOf({ timeout: "5s" }).mongodb(`127.0.0.1:${relay.port}`, "d");
  await db.insert("c", { a: 1 }).wait();
  relay.pause();
  const during = Array.from({ length: 10 }, () => db.insert("c", { a: 1 }));
  await own.stop();
  relay.break();
  const failed = await Promise.all(during);
  expect(failed.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 2));
  relay.resume();
  expect((await db.findone("c")).status).toBe(2);
  const again = await acquire("mongodb", { own: true, port: own.port });
  onTestFinished(() => again.stop());
  expect((await db.insert("c", { a: 1 })).data).toMatchObject({ insertedCount: 1 });
  expect((await db.findone("c", { a: 1 })).status).toBe(3);
});

test("calls go to the other member when one is stopped, and map tells which one has failed", async () => {
  const [first, second] = await Promise.all([acquire("mongodb", { own: true }), acquire("mongodb", { own: true })]);
  onTestFinished(async () => void (await Promise.all([first.stop(), second.stop()])));
  const addresses = [first, second].map(({ host, port }) => `${host}:${port}`);
  const client = clientOf({ aliases: { "@two": ["mongodb", addresses] } });
  for (const [index, address] of addresses.entries()) await client.mongodb(address, "d").insert("who", { index }).wait();
  const all = client.mongodb.map("@two", "d");
  expect((await all.findone<{ index: number }>("who")).data.map((found) => found?.index)).toEqual([0, 1]);
  for (const address of addresses)
    await client
      .mongodb(address, "d")
      .insert(
        "pages",
        Array.from({ length: 30 }, () => ({ address })),
      )
      .wait();
  const pages: string[] = [];
  for await (const { address } of client.mongodb("@two", "d").documents<{ address: string }>("pages", {}, { batchSize: 4 }))
    pages.push(address);
  expect([pages.length, new Set(pages).size]).toEqual([30, 1]);
  await first.stop();
  const failed = await all.findone("who");
  expect([failed.status, failed.data[0]]).toEqual([[2, 3], null]);
  client.alias("@two", "mongodb", addresses);
  const one = client.mongodb("@two", "d");
  const results = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? one.findone("who") : one.insert("new", { n }))));
  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 3));
  expect(new Set(results.map(({ node }) => node))).toEqual(new Set([addresses[1]]));
});

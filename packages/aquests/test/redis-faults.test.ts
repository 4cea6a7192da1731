import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { acquire, freePort } from "@skitai-internal/services";
import { describeWith } from "@skitai-internal/services/vitest";
import { expect, onTestFinished, test } from "vitest";
import { createClient, type Client } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";

type Answer = (socket: Socket, command: string) => void;

/** A server that makes of each command what it is told. */
const serve = async (answer: Answer): Promise<{ address: string; sockets: Set<Socket> }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    // Commands that are sent together arrive together.
    socket.on("data", (data) =>
      data
        .toString("latin1")
        .split(/(?=^\*\d)/m)
        .forEach((command) => answer(socket, command)),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
};

/** A server that logs everybody in, and leaves what comes then to `answer`. */
const welcoming = (answer: Answer): ReturnType<typeof serve> =>
  serve((socket, command) => {
    if (/hello/i.test(command)) socket.write("%0\r\n");
    else if (/setname/i.test(command)) socket.write("+OK\r\n");
    else answer(socket, command);
  });

test("a port where nobody listens is a failed connection, at once", async () => {
  const port = await freePort();
  const rs = await clientOf().redis(`127.0.0.1:${port}`).get("k");
  expect([rs.status, rs.statusCode, rs.node]).toEqual([2, 714, `127.0.0.1:${port}`]);
  expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_CONNECT_FAILED" });
});

test("a name without an address is a failure of DNS", async () => {
  expect((await clientOf().redis("no-such-host.invalid").get("k")).statusCode).toBe(704);
});

test("a server that accepts and stays silent fails the connection in time", async () => {
  const { address } = await serve(() => {});
  const rs = await clientOf().redis(address, 0, undefined, { connectTimeout: 30 }).get("k");
  expect([rs.status, rs.statusCode]).toEqual([2, 714]);
  expect(rs.error?.message).toMatch(/did not answer within 30 ms/);
});

test("garbage instead of a greeting is no answer", async () => {
  const { address } = await serve((socket) => socket.write(Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 37) % 256))));
  const rs = await clientOf().redis(address).get("k");
  expect([rs.status, rs.statusCode]).toEqual([2, 707]);
});

test("an HTTP server is told from Redis", async () => {
  const { address } = await serve((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  expect((await clientOf().redis(address).get("k")).statusCode).toBe(707);
});

test("garbage in the middle fails what is under way, and the next command has a new connection", async () => {
  let isMad = true;
  const { address } = await welcoming((socket) => socket.write(isMad ? "\u0001\u0002garbage" : "+fine\r\n"));
  const redis = clientOf().redis(address);
  const [first, second] = await Promise.all([redis.set("a", "1"), redis.set("b", "2")]);
  expect([first.statusCode, second.statusCode]).toEqual([707, 707]);
  isMad = false;
  expect((await redis.set("a", "1")).data).toBe("fine");
});

test("a connection that breaks under a reading is made again, under a writing it is a failure", async () => {
  let asked = 0;
  const { address } = await welcoming((socket) => (++asked % 2 === 1 ? socket.destroy() : socket.write("+fine\r\n")));
  const redis = clientOf().redis(address);
  expect((await redis.get("k")).data).toBe("fine");
  expect([asked, (await redis.set("k", "v")).statusCode, asked]).toEqual([2, 700, 3]);
  const repeatable = clientOf().redis(address, 0, undefined, { idempotent: true });
  asked = 0;
  expect([(await repeatable.set("k", "v")).data, asked]).toEqual(["fine", 2]);
});

test("a server that is loading has not been asked, and the client may ask elsewhere", async () => {
  const loading = await welcoming((socket) => socket.write("-LOADING Redis is loading the dataset in memory\r\n"));
  const well = await welcoming((socket) => socket.write(":1\r\n"));
  const client = clientOf({ aliases: { "@two": ["redis", [`${loading.address} 1000`, well.address]] } });
  const results = await Promise.all(Array.from({ length: 20 }, () => client.redis("@two").incr("n")));
  expect(results.map(({ data }) => data)).toEqual(Array.from({ length: 20 }, () => 1));
});

test("a timed-out command's late answer goes to nobody else", async () => {
  const waiting: Socket[] = [];
  const { address, sockets } = await welcoming((socket, text) => {
    if (/slow/.test(text)) waiting.push(socket);
    else socket.write("+second\r\n");
  });
  const redis = clientOf().redis(address);
  expect((await redis.get("first")).data).toBe("second");
  const slow = redis.get("slow");
  await eventually(() => waiting.length === 1);
  slow.abort();
  expect((await slow).statusCode).toBe(712);
  const next = redis.get("next");
  await eventually(() => waiting.length === 1);
  waiting[0]!.write("+late\r\n");
  expect([(await next).data, sockets.size]).toEqual(["second", 1]);
});

test("a connection from which nothing came within the time limit is used no more", async () => {
  let isSilent = true;
  const { address, sockets } = await welcoming((socket) => !isSilent && socket.write("+fine\r\n"));
  const redis = clientOf().redis(address);
  const [first, second] = await Promise.all([redis.set("a", "1").getwait(40), redis.set("b", "1").getwait(40)]);
  expect([first.status, second.status]).toEqual([1, 1]);
  isSilent = false;
  expect((await redis.set("a", "1")).data).toBe("fine");
  await eventually(() => sockets.size === 1);
});

test("an answer that nobody asked for is given to no later command", async () => {
  const { address, sockets } = await welcoming((socket, command) =>
    socket.write(/first/.test(command) ? "+first\r\n+unasked\r\n" : "+second\r\n"),
  );
  const redis = clientOf().redis(address);
  expect((await redis.get("first")).data).toBe("first");
  await eventually(() => sockets.size === 0);
  expect((await redis.get("other")).data).toBe("second");
});

test("a closed client closes its connections, and says so to what is under way", async () => {
  const { address, sockets } = await welcoming(() => {});
  const client = createClient();
  const redis = client.redis(address);
  const [waiting, blocked] = [redis.get("k"), redis.blpop("k", 0)];
  await eventually(() => sockets.size === 2);
  await client.close();
  expect([(await waiting).error, (await blocked).error]).toEqual([
    expect.objectContaining({ code: "SKITAI_AQUESTS_CLOSED" }),
    expect.objectContaining({ code: "SKITAI_AQUESTS_CLOSED" }),
  ]);
  await eventually(() => sockets.size === 0);
});

test("a member that is taken out has no connections any more", async () => {
  const { address, sockets } = await welcoming((socket) => socket.write("+fine\r\n"));
  const client = clientOf({ aliases: { "@one": ["redis", [address, "127.0.0.1:1"]] } });
  const cluster = client.upstreams.get("one")!;
  await client.redis.map("@one").get("k");
  expect(sockets.size).toBe(1);
  await cluster.remove(address);
  await eventually(() => sockets.size === 0);
});

describeWith(
  "redis",
  (service) => {
    const address = (): string => `${service.host}:${service.port}`;
    const admin = async (use: (client: Client) => Promise<void>): Promise<void> => {
      await using client = createClient();
      await use(client);
    };

    test("a wrong password is told by the server's own words, without the password", async () => {
      await admin(async (client) => void (await client.redis(address()).acl("SETUSER", "ann", "on", ">s3cret-pass", "~*", "+@all").wait()));
      const client = clientOf();
      const ok = await client.redis(address(), 0, ["ann", "s3cret-pass"]).ping();
      expect(ok.data).toBe("PONG");
      const rs = await client.redis(address(), 0, ["ann", "wr0ng-pass"]).ping();
      expect([rs.status, rs.statusCode]).toEqual([2, 500]);
      expect(rs.error?.message).toMatch(/WRONGPASS/);
      const { inspect } = await import("node:util");
      expect(inspect(rs, { depth: 10, showHidden: true })).not.toContain("wr0ng-pass");
      expect(rs.url).not.toContain("ann");
    });

    test("a database that is not there is an error, and not the first one", async () => {
      const rs = await clientOf().redis(address(), 5000).set("k", "v");
      expect([rs.status, rs.statusCode]).toEqual([2, 500]);
      expect(rs.error?.message).toMatch(/out of range/);
    });

    test("a paused server is a time-out, and answers again when it goes on", async () => {
      const redis = clientOf().redis(address());
      await redis.set("k", "v").wait();
      await service.pause();
      const during = await Promise.all([redis.get("k").getwait(60), redis.set("k", "w").getwait(60), redis.blpop("q", 0).getwait(60)]);
      await service.resume();
      expect(during.map(({ status }) => status)).toEqual([1, 1, 1]);
      expect((await redis.get("k")).status).toBe(3);
    });

    test("a blocking command that is given up leaves the server", async () => {
      const client = clientOf();
      const redis = client.redis(address());
      const waiting = redis.blpop("never", 0);
      const blocked = async (): Promise<number> => {
        const { data } = await redis.info("clients");
        return Number(/blocked_clients:(\d+)/.exec(data as string)?.[1]);
      };
      await eventually(async () => (await blocked()) === 1);
      waiting.abort();
      await eventually(async () => (await blocked()) === 0);
      expect((await redis.ping()).data).toBe("PONG");
    });

    test("a command of a blocking client that waits for its turn can be given up", async () => {
      const redis = clientOf().redis(address(), 0, undefined, { poolSize: 1 });
      const [first, second, third] = [redis.blpop("turns", 5), redis.blpop("turns", 5), redis.blpop("turns", 5)];
      second.abort();
      expect((await second).statusCode).toBe(712);
      await redis.rpush("turns", 1, 2);
      expect([(await first).data, (await third).data]).toEqual([
        ["turns", "1"],
        ["turns", "2"],
      ]);
    });
  },
  { own: true },
);

test("a server that is killed in the middle of commands comes back", async () => {
  const own = await acquire("redis", { own: true });
  onTestFinished(() => own.stop());
  const client = clientOf({ timeout: "5s" });
  const redis = client.redis(`${own.host}:${own.port}`);
  await redis.set("k", "v").wait();
  const blocked = redis.blpop("q", 0);
  await eventually(async () => ((await redis.info("clients")).data as string).includes("blocked_clients:1"));
  await redis.client("PAUSE", 60_000).wait();
  const during = Array.from({ length: 10 }, (_, i) => redis.set(`k${i}`, "v"));
  await own.stop();
  const failed = await Promise.all([blocked, ...during]);
  expect(failed.map(({ status }) => status)).toEqual(Array.from({ length: 11 }, () => 2));
  expect(failed.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 11 }, () => 700));
  expect((await redis.get("k")).statusCode).toBe(714);
  const again = await acquire("redis", { own: true, port: own.port });
  onTestFinished(() => again.stop());
  expect((await redis.get("k")).data).toBeNull();
  expect((await redis.set("k", "new")).data).toBe("OK");
});

test("readings go to the other member when one is stopped, and so do writings that were not sent", async () => {
  const [first, second] = await Promise.all([acquire("redis", { own: true }), acquire("redis", { own: true })]);
  onTestFinished(async () => void (await Promise.all([first.stop(), second.stop()])));
  const addresses = [first, second].map(({ host, port }) => `${host}:${port}`);
  const client = clientOf({ aliases: { "@two": ["redis", addresses] } });
  const redis = client.redis("@two");
  await client.redis.map("@two").set("k", "v").wait();
  await first.stop();
  const results = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? redis.get("k") : redis.set("k", "w"))));
  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 3));
  expect(new Set(results.map(({ node }) => node))).toEqual(new Set([addresses[1]]));
});

test("map asks both members, and tells which one has failed", async () => {
  const [first, second] = await Promise.all([acquire("redis", { own: true }), acquire("redis", { own: true })]);
  onTestFinished(async () => void (await Promise.all([first.stop(), second.stop()])));
  const client = clientOf({ aliases: { "@two": ["redis", [first, second].map(({ host, port }) => `${host}:${port}`)] } });
  await client.redis(`${first.host}:${first.port}`).set("who", "first").wait();
  await client.redis(`${second.host}:${second.port}`).set("who", "second").wait();
  const all = client.redis.map("@two");
  expect((await all.get("who")).data).toEqual(["first", "second"]);
  expect((await all.multi((tx) => [tx.get("who"), tx.incr("n")])).data).toEqual([
    ["first", 1],
    ["second", 1],
  ]);
  await second.stop();
  const results = await all.get("who");
  expect([results.status, results.data]).toEqual([
    [3, 2],
    ["first", null],
  ]);
});

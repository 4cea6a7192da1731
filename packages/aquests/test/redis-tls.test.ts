import { describeWith } from "@skitai-internal/services/vitest";
import { expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { openTlsFront } from "./support/tls-front.ts";

describeWith("redis", (service) => {
  test.each(["127.0.0.1", "localhost"])("a certificate for %s is trusted by its authority", async (name) => {
    const { port, ca } = await openTlsFront(name, service.host, service.port, "at once");
    const client = clientOf();
    const redis = client.redis(`rediss://${name}:${port}/${service.database}`, undefined, undefined, { ca });
    expect((await redis.ping()).reraise().data).toBe("PONG");
    const waiting = redis.blpop("q", 5);
    await redis.rpush("q", "over tls");
    expect((await waiting).data).toEqual(["q", "over tls"]);
    expect((await client.redis(`${name}:${port}`, 0, undefined, { ssl: true, ca }).ping()).data).toBe("PONG");
  });

  test.each([
    ["that nobody vouches for", "127.0.0.1", false],
    ["for another name", "cache.example", true],
  ])("a certificate %s is not trusted", async (_, name, isKnown) => {
    const { port, ca } = await openTlsFront(name, service.host, service.port, "at once");
    const rs = await clientOf()
      .redis(`127.0.0.1:${port}`, 0, undefined, { ssl: true, ...(isKnown && { ca }) })
      .ping();
    expect([rs.status, rs.statusCode]).toEqual([2, 713]);
  });

  test("insecure: true trusts anybody", async () => {
    const { port } = await openTlsFront("cache.example", service.host, service.port, "at once");
    expect((await clientOf().redis(`127.0.0.1:${port}`, 0, undefined, { ssl: true, insecure: true }).ping()).data).toBe("PONG");
  });

  test("an alias with ssl speaks TLS, and verifies", async () => {
    const { port, ca } = await openTlsFront("127.0.0.1", service.host, service.port, "at once");
    const client = clientOf({ aliases: { "@cache": ["redis", `127.0.0.1:${port}`, { ssl: true }] } });
    expect((await client.redis("@cache").ping()).statusCode).toBe(713);
    expect((await client.redis("@cache", { ca }).ping()).data).toBe("PONG");
  });

  test("a server without TLS is not spoken to in the clear", async () => {
    const rs = await clientOf().redis(`${service.host}:${service.port}`, 0, undefined, { ssl: true, connectTimeout: 100 }).ping();
    expect([rs.status, rs.statusCode]).toEqual([2, 714]);
  });
});

import { describeWith } from "@skitai-internal/services/vitest";
import { expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { openTlsFront } from "./support/tls-front.ts";

describeWith("mongodb", (service) => {
  test.each(["127.0.0.1", "localhost"])("a certificate for %s is trusted by its authority", async (name) => {
    const { port, ca } = await openTlsFront(name, service.host, service.port, "at once");
    const db = clientOf().mongodb(`${name}:${port}`, service.database, undefined, { ssl: true, ca });
    expect((await db.command({ ping: 1 })).reraise().data).toMatchObject({ ok: 1 });
  });

  test.each([
    ["that nobody vouches for", "127.0.0.1", false],
    ["for another name", "db.example", true],
  ])("a certificate %s is not trusted", async (_, name, isKnown) => {
    const { port, ca } = await openTlsFront(name, service.host, service.port, "at once");
    const rs = await clientOf()
      .mongodb(`127.0.0.1:${port}`, service.database, undefined, { ssl: true, ...(isKnown && { ca }) })
      .count("c");
    expect([rs.status, rs.statusCode]).toEqual([2, 713]);
  });

  test("insecure: true trusts anybody", async () => {
    const { port } = await openTlsFront("db.example", service.host, service.port, "at once");
    const db = clientOf().mongodb(`127.0.0.1:${port}`, service.database, undefined, { ssl: true, insecure: true });
    expect((await db.count("c")).data).toBe(0);
  });

  test("an alias with ssl speaks TLS, and verifies", async () => {
    const { port, ca } = await openTlsFront("127.0.0.1", service.host, service.port, "at once");
    const client = clientOf({ aliases: { "@m": ["mongodb", `127.0.0.1:${port}/${service.database}`, { ssl: true }] } });
    expect((await client.mongodb("@m").count("c")).statusCode).toBe(713);
    expect((await client.mongodb("@m", { ca }).count("c")).data).toBe(0);
  });
});

import { describeWith } from "../../../tools/services/src/vitest.ts";
import { expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { openTlsFront } from "./support/tls-front.ts";

describeWith("postgres", (service) => {
  test.each(["127.0.0.1", "localhost"])("a certificate for %s is trusted by its authority", async (name) => {
    const { port, ca } = await openTlsFront(name, service.host, service.port);
    const db = clientOf().postgresql(`${name}:${port}`, service.database, [service.user, service.password], { ssl: true, ca });
    expect((await db.execute("SELECT 1 AS x")).reraise().data).toEqual([{ x: 1 }]);
  });

  test("a certificate that nobody vouches for is not trusted, and nothing is sent", async () => {
    const { port } = await openTlsFront("127.0.0.1", service.host, service.port);
    const rs = await clientOf()
      .postgresql(`127.0.0.1:${port}`, service.database, [service.user, service.password], { ssl: true })
      .execute("SELECT 1");
    expect([rs.status, rs.statusCode]).toEqual([2, 713]);
  });

  test("a certificate for another name is not trusted", async () => {
    const { port, ca } = await openTlsFront("db.example", service.host, service.port);
    const rs = await clientOf()
      .postgresql(`127.0.0.1:${port}`, service.database, [service.user, service.password], { ssl: true, ca })
      .execute("SELECT 1");
    expect([rs.status, rs.statusCode]).toEqual([2, 713]);
  });

  test("insecure: true trusts anybody", async () => {
    const { port } = await openTlsFront("db.example", service.host, service.port);
    const db = clientOf().postgresql(`127.0.0.1:${port}`, service.database, [service.user, service.password], {
      ssl: true,
      insecure: true,
    });
    expect((await db.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("an alias with ssl speaks TLS, and verifies", async () => {
    const { port, ca } = await openTlsFront("127.0.0.1", service.host, service.port);
    const member = `${service.user}:${encodeURIComponent(service.password)}@127.0.0.1:${port}/${service.database}`;
    const client = clientOf({ aliases: { db: ["postgresql", member, { ssl: true }] } });
    expect((await client.postgresql("@db").execute("SELECT 1 AS x")).statusCode).toBe(713);
    expect((await client.postgresql("@db", { ca }).execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("a server without TLS is not spoken to in the clear", async () => {
    const rs = await clientOf().postgresql(service.url, undefined, undefined, { ssl: true }).execute("SELECT 1");
    expect([rs.status, rs.statusCode]).toEqual([2, 713]);
  });

  test("a time-out stops the statement at the server over TLS too", async () => {
    const { port, ca } = await openTlsFront("127.0.0.1", service.host, service.port);
    const client = clientOf();
    const plain = client.postgresql(service.url);
    const db = client.postgresql(`127.0.0.1:${port}`, service.database, [service.user, service.password], { ssl: true, ca });
    const call = db.execute("SELECT pg_sleep(30) -- over tls", [], { timeout: 200 });
    expect((await call).status).toBe(1);
    const ask = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%-- over tls' AND pid <> pg_backend_pid()";
    await eventually(async () => (await plain.execute(ask)).data.length === 0);
  });
});

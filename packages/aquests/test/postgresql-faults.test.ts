import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describeWith } from "../../../tools/services/src/vitest.ts";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createClient, type Client, type PostgresqlOptions, type SqlDatabase } from "../src/index.ts";
import { eventually } from "./support/eventually.ts";
import { openRelay } from "./support/relay.ts";

describeWith("postgres", (service) => {
  let client: Client;
  let watcher: SqlDatabase;
  const open = (options: PostgresqlOptions = {}): SqlDatabase =>
    client.postgresql(service.url, undefined, undefined, { poolSize: 1, ...options });

  beforeAll(async () => {
    client = createClient();
    watcher = client.postgresql(service.url, undefined, undefined, { poolSize: 2 });
    const body = "BEGIN RAISE EXCEPTION 'own' USING ERRCODE = state; END";
    await watcher.execute(`CREATE FUNCTION complain(state text) RETURNS void LANGUAGE plpgsql AS $$${body}$$`).wait();
  });
  afterAll(() => client.close());

  /** Connections that are at work on a statement with this comment. */
  const running = async (mark: string): Promise<number> => {
    const rs = await watcher.execute<{ n: number }>(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1 AND pid <> pg_backend_pid()",
      [`%${mark}%`],
    );
    return rs.reraise().data[0]!.n;
  };

  test("a wrong password is told by the server's own error", async () => {
    const rs = await client.postgresql(`${service.host}:${service.port}`, service.database, [service.user, "wrong"]).execute("SELECT 1");
    expect([rs.status, rs.statusCode]).toEqual([2, 500]);
    expect(rs.error?.cause).toMatchObject({ code: "28P01" });
    expect(rs.error?.message).not.toContain("wrong");
  });

  test("a missing password fails the call, and leaves no connection that is half open", async () => {
    const relay = await openRelay(service.host, service.port);
    const rs = await client.postgresql(`127.0.0.1:${relay.port}`, service.database, [service.user]).execute("SELECT 1");
    expect([rs.status, rs.statusCode]).toEqual([2, 500]);
    await eventually(() => relay.connections === 0);
  });

  test("a wrong database is told by the server's own error", async () => {
    const rs = await client.postgresql(`${service.host}:${service.port}`, "nowhere", [service.user, service.password]).execute("SELECT 1");
    expect(rs.error?.cause).toMatchObject({ code: "3D000" });
  });

  test.each([
    ["one value too many", "SELECT $1::int", [1, 2], "08P01"],
    ...["08000", "08006", "57P01", "57P03", "53300", "25P03"].map((state) => [
      `an error of its own with the state ${state}`,
      "SELECT complain($1)",
      [state],
      state,
    ]),
  ] as [string, string, unknown[], string][])(
    "%s is the database's refusal, and the connection lives on",
    async (_, text, params, state) => {
      const other = createClient({
        aliases: {
          db: ["postgresql", `${service.user}:${encodeURIComponent(service.password)}@${service.host}:${service.port}/${service.database}`],
        },
      });
      onTestFinished(() => other.close());
      const db = other.postgresql("@db", { poolSize: 1 });
      const pid = async (): Promise<unknown> => (await db.execute("SELECT pg_backend_pid() AS pid")).data[0]?.["pid"];
      const before = await pid();
      const rs = await db.execute(text, params);
      expect(rs).toMatchObject({ status: 2, statusCode: 500, error: { code: "SKITAI_AQUESTS_DATABASE", cause: { code: state } } });
      expect(await pid()).toBe(before);
      expect(other.upstreams.get("db")?.members[0]?.state).toBe("up");
    },
  );

  test.each([
    ["is full", "53300"],
    ["is starting up", "57P03"],
  ])("a server that %s is a failed connection, in whatever language it says so", async (_, state) => {
    const refusal = Buffer.from(`SSCHWERWIEGEND\0C${state}\0Mnein\0\0`);
    const head = Buffer.alloc(5, "E");
    head.writeInt32BE(refusal.length + 4, 1);
    const server = createServer((socket) => socket.on("error", () => {}).end(Buffer.concat([head, refusal]))).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const rs = await client.postgresql(`127.0.0.1:${(server.address() as AddressInfo).port}`, "d", ["u", "p"]).execute("SELECT 1");
    expect(rs).toMatchObject({ status: 2, statusCode: 714, error: { cause: { code: state } } });
  });

  test("a port where nobody listens is a failed connection", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    const rs = await client.postgresql(`127.0.0.1:${port}`, "d", ["u", "p"]).execute("SELECT 1");
    expect([rs.status, rs.statusCode, rs.node]).toEqual([2, 714, `127.0.0.1:${port}`]);
  });

  test("a server that accepts and stays silent fails the connection in time", async () => {
    const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const rs = await client.postgresql(`127.0.0.1:${port}`, "d", ["u", "p"], { connectTimeout: 30 }).execute("SELECT 1");
    expect([rs.status, rs.statusCode]).toEqual([2, 714]);
  });

  test("a server that does not speak PostgreSQL fails the call", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const rs = await client.postgresql(`127.0.0.1:${(server.address() as AddressInfo).port}`, "d", ["u", "p"]).execute("SELECT 1");
    expect(rs.status).toBe(2);
  });

  test("after a time-out the statement is stopped at the server and the pool is well", async () => {
    const db = open();
    const rs = await db.execute("SELECT pg_sleep(30) -- slow one", [], { timeout: 150 });
    expect([rs.status, rs.statusCode]).toEqual([1, 730]);
    expect((await db.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
    await eventually(async () => (await running("slow one")) === 0);
  });

  test("an abort stops the statement at the server", async () => {
    const db = open();
    const controller = new AbortController();
    const call = db.execute("SELECT pg_sleep(30) -- aborted", [], { signal: controller.signal });
    await eventually(async () => (await running("aborted")) === 1);
    controller.abort(new Error("changed my mind"));
    expect((await call).error).toMatchObject({ code: "SKITAI_AQUESTS_ABORTED" });
    await eventually(async () => (await running("aborted")) === 0);
  });

  test("a call that gives up while it waits for a connection leaves the others in line", async () => {
    const db = open();
    const first = db.execute("SELECT pg_sleep(0.1)");
    const second = db.execute("SELECT 2 AS x", [], { timeout: 20 });
    const third = db.execute("SELECT 3 AS x");
    expect((await second).status).toBe(1);
    expect((await first).status).toBe(3);
    expect((await third).data).toEqual([{ x: 3 }]);
  });

  test("a server process that is killed in mid-statement is a broken connection, and another takes its place", async () => {
    const db = open();
    const [{ pid } = { pid: 0 }] = (await db.execute<{ pid: number }>("SELECT pg_backend_pid() AS pid")).data;
    const call = db.execute("SELECT pg_sleep(30) -- killed");
    await eventually(async () => (await running("killed")) === 1);
    await watcher.execute("SELECT pg_terminate_backend($1)", [pid]).wait();
    const rs = await call;
    expect([rs.status, rs.statusCode]).toEqual([2, 700]);
    expect(rs.error).toMatchObject({ code: "SKITAI_AQUESTS_DISCONNECTED", cause: { code: "57P01" } });
    expect((await db.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("a connection that was closed while nobody used it is replaced unnoticed", async () => {
    const db = open();
    const [{ pid } = { pid: 0 }] = (await db.execute<{ pid: number }>("SELECT pg_backend_pid() AS pid")).data;
    await watcher.execute("SELECT pg_terminate_backend($1)", [pid]).wait();
    await eventually(async () => {
      const rs = await watcher.execute("SELECT 1 FROM pg_stat_activity WHERE pid = $1", [pid]);
      return rs.data.length === 0;
    });
    // It leaves the list of the server before it closes its connection, of which this process has to hear.
    await eventually(() => !existsSync(`/proc/${pid}`));
    await delay(20);
    const rs = await db.execute("SELECT 1 AS x");
    expect(rs.data).toEqual([{ x: 1 }]);
  });

  test("a server that falls silent fails calls by time-out, and answers again when it is back", async () => {
    const relay = await openRelay(service.host, service.port);
    const db = client.postgresql(`127.0.0.1:${relay.port}`, service.database, [service.user, service.password], { poolSize: 2 });
    await db.execute("SELECT 1").wait();
    relay.pause();
    const calls = Array.from({ length: 5 }, () => db.execute("SELECT 1", [], { timeout: 60 }));
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([1, 1, 1, 1, 1]);
    relay.resume();
    expect((await db.execute("SELECT 1 AS x")).data).toEqual([{ x: 1 }]);
  });

  test("no more connections are opened than the pool may have", async () => {
    const db = open({ poolSize: 3, idleTimeout: "10s" });
    const rs = await Promise.all(
      Array.from({ length: 20 }, () => db.execute<{ pid: number }>("SELECT pg_backend_pid() AS pid, pg_sleep(0.005)")),
    );
    expect(new Set(rs.map(({ data }) => data[0]?.pid)).size).toBe(3);
  });

  test("an idle connection is closed after a while", async () => {
    const db = open({ idleTimeout: 20 });
    const [{ pid } = { pid: 0 }] = (await db.execute<{ pid: number }>("SELECT pg_backend_pid() AS pid")).data;
    await eventually(async () => (await watcher.execute("SELECT 1 FROM pg_stat_activity WHERE pid = $1", [pid])).data.length === 0);
  });

  test("closing the client fails what is under way and stops it at the server", async () => {
    const other = createClient();
    const call = other.postgresql(service.url).execute("SELECT pg_sleep(30) -- closed");
    await eventually(async () => (await running("closed")) === 1);
    await other.close();
    expect((await call).error).toMatchObject({ code: "SKITAI_AQUESTS_CLOSED" });
    await eventually(async () => (await running("closed")) === 0);
  });

  test("100,000 rows arrive whole", async () => {
    const rs = await watcher.execute<{ x: number }>("SELECT x FROM generate_series(1, 100000) AS x");
    expect([rs.data.length, rs.data.at(-1)?.x]).toEqual([100_000, 100_000]);
  });
});

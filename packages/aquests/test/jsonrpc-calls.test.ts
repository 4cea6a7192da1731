import { describeWith } from "@skitai-internal/services/vitest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, JsonRpcFault, type Client, type JsonRpcOptions, type Plan, type Remote } from "../src/index.ts";
import { bodyOf, serve, type Served } from "./support/serve.ts";

/** What the peer offers. */
interface Methods {
  add(a: number, b: number): number;
  divide(a: number, b: number): number;
  echo(value: unknown): unknown;
  sleep(seconds: number): number;
  note(text: string): number;
  notes(): string[];
  bbs: { query(text: string): { title: string; year: number }[] };
}

let client: Client;
beforeEach(() => (client = createClient({ timeout: "5s" })));
afterEach(() => client.close());

describeWith("jsonrpc", (service) => {
  const peer = (options: JsonRpcOptions = {}): Remote<Methods> => client.jsonrpc<Methods>(service.url, options);

  test("a method is called with parameters by position", async () => {
    const rs = await peer().add(1, 3);
    expect(rs.reraise().data).toBe(4);
    expect(rs).toMatchObject({ status: 3, statusCode: 200, ok: true, method: "add" });
  });

  test("a method is called with parameters by name", async () => {
    const rs = await client.jsonrpc<{ add(params: { a: number; b: number }): number }>(service.url, { by: "name" }).add({ a: 1, b: 3 });
    expect(rs.reraise().data).toBe(4);
  });

  test("dotted names are methods too", async () => {
    expect((await peer().bbs.query("Beethoven")).reraise().data[0]?.title).toBe("Beethoven No. 1");
  });

  test.each([[null], [false], [0], [""], ["서울 😀"], [{ a: [1, { b: null }] }], [[1, [2]]]])("%j comes back as it was", async (value) => {
    expect((await peer().echo(value)).reraise().data).toEqual(value);
  });

  test("an error object is an answer, and the data of its result", async () => {
    const rs = await client.jsonrpc(service.url).no!.such!.method!();
    expect(rs).toMatchObject({ status: 3, ok: false, data: { code: -32_601 } });
    expect(rs.data).toBeInstanceOf(JsonRpcFault);
    expect(rs.error).toBe(rs.data);
  });

  test("an exception of the server is a fault", async () => {
    expect((await peer().divide(1, 0)).error?.message).toContain("ZeroDivisionError");
  });

  test("a notification is taken without an answer", async () => {
    const text = `note ${performance.now()}`;
    const rs = await client.jsonrpc.notify<Methods>(service.url).note(text);
    expect(rs).toMatchObject({ status: 3, data: null });
    await expect.poll(async () => (await peer().notes()).data).toContain(text);
  });

  test("a batch has the values and faults of its calls, and null for notifications", async () => {
    const rs = await client.jsonrpc.batch(service.url, (call: Plan<Methods>, notify) => [
      call.add(1, 3),
      notify.note!("in a batch"),
      call.divide(1, 0),
      call.bbs.query("Bach"),
    ]);
    const [sum, none, fault, posts] = rs.reraise().data;
    expect([sum, none]).toEqual([4, null]);
    expect(fault).toBeInstanceOf(JsonRpcFault);
    expect(posts).toHaveLength(2);
  });

  test("a batch of notifications has no answer at all", async () => {
    const rs = await client.jsonrpc.batch(service.url, (_call, notify) => [notify.note!("a"), notify.note!("b")]);
    expect(rs.reraise().data).toEqual([null, null]);
  });

  test("an alias is asked, one member or all", async () => {
    client.alias("@calc", "http", [`127.0.0.1:${service.port}`, `localhost:${service.port}`]);
    expect((await client.jsonrpc.lb<Methods>("@calc").add(1, 2)).reraise().data).toBe(3);
    expect((await client.jsonrpc.map<Methods>("@calc").add(2, 2)).data).toEqual([4, 4]);
  });

  test("a result is kept by method and parameters", async () => {
    (await peer().add(2, 2)).cache(60);
    expect([(await peer().add(2, 2)).cached, (await peer().add(2, 3)).cached]).toEqual([true, false]);
  });

  test("a method that takes too long ends in time, and the next call goes well", async () => {
    expect(await peer({ timeout: 60 }).sleep(3)).toMatchObject({ status: 1, statusCode: 730 });
    expect((await peer().add(1, 1)).data).toBe(2);
  });
});

describe("what is sent", () => {
  const answering = async (seen: unknown[]): Promise<Served> =>
    await serve(async (req, res) => {
      const message = JSON.parse((await bodyOf(req)).toString()) as { id?: number };
      seen.push(req.headers["content-type"], message);
      res.end(message.id === undefined ? "" : JSON.stringify({ jsonrpc: "2.0", result: "ok", id: message.id }));
    });

  test("is JSON-RPC 2.0 with a content type of its own", async () => {
    const seen: unknown[] = [];
    await using server = await answering(seen);
    expect((await client.jsonrpc(server.url).a!.b!(1)).reraise().data).toBe("ok");
    expect((await client.jsonrpc(server.url, { headers: { "Content-Type": "application/json" } }).now!()).reraise().data).toBe("ok");
    await client.jsonrpc.notify(server.url).log!("x");
    expect(seen).toEqual([
      "application/json-rpc; charset=utf-8",
      { jsonrpc: "2.0", method: "a.b", params: [1], id: 1 },
      "application/json",
      { jsonrpc: "2.0", method: "now", id: 1 },
      "application/json-rpc; charset=utf-8",
      { jsonrpc: "2.0", method: "log", params: ["x"] },
    ]);
  });

  test.each([
    ["a bigint", () => client.jsonrpc("http://127.0.0.1:1/").add!(1n), /BigInt/],
    ["two objects by name", () => client.jsonrpc("http://127.0.0.1:1/", { by: "name" }).add!({}, {}), /one object/],
    ["an array by name", () => client.jsonrpc("http://127.0.0.1:1/", { by: "name" }).add!([]), /one object/],
    ["a plan of nothing", () => client.jsonrpc.batch("http://127.0.0.1:1/", () => []), /no call in the plan/],
    ["a plan of something else", () => client.jsonrpc.batch("http://127.0.0.1:1/", () => [1] as never), /no list of calls/],
  ])("cannot be %s", (_, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_REQUEST", statusCode: 731 }));
    expect(call).toThrow(message);
  });

  test("takes no option that nobody reads", () => {
    expect(() => client.jsonrpc("http://127.0.0.1:1/", { named: true } as never)).toThrow(/named/);
    expect(() => client.jsonrpc("http://127.0.0.1:1/", { by: "names" } as never)).toThrow(/by cannot be "names"/);
  });
});

describe("what comes back", () => {
  test.each([
    ["nothing", ""],
    ["a page", "<html>"],
    ["half of it", '{"jsonrpc":"2.0","result":'],
    ["an array", "[]"],
    ["of version 1", '{"result":1,"error":null,"id":1}'],
    ["the answer to another call", '{"jsonrpc":"2.0","result":1,"id":2}'],
  ])("is no answer when it is %s", async (_, content) => {
    await using server = await serve((req, res) => void req.resume().once("end", () => res.end(content)));
    expect(await client.jsonrpc(server.url).add!(1)).toMatchObject({
      status: 2,
      statusCode: 709,
      data: null,
      error: { code: "SKITAI_AQUESTS_BAD_CONTENT" },
    });
  });

  test("is the error object of an HTTP error, or its page", async () => {
    let content = '{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"},"id":null}';
    await using server = await serve((_, res) => res.writeHead(400).end(content));
    expect(await client.jsonrpc(server.url).add!(1)).toMatchObject({ status: 3, statusCode: 400, data: { code: -32_600, message: "no" } });
    content = "not here";
    expect(await client.jsonrpc(server.url).add!(1)).toMatchObject({ status: 3, statusCode: 400, data: Buffer.from("not here") });
  });
});

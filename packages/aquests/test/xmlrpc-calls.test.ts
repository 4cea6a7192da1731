import { startFaultyPeer } from "@skitai-internal/services";
import { describeWith } from "@skitai-internal/services/vitest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, XmlRpcFault, type Client, type Plan, type Remote } from "../src/index.ts";
import { bodyOf, serve } from "./support/serve.ts";

/** What the peer offers. */
interface Methods {
  add(a: number, b: number): number;
  divide(a: number, b: number): number;
  echo<Value>(value: Value): Value;
  sleep(seconds: number): number;
  nothing(): null;
  big(count: number): Record<string, { id: number; name: string; tags: string[] }>;
  fault(code: number, text: string): never;
  types(): Record<string, unknown>;
  typeof(value: unknown): string;
  bbs: { query(text: string): { title: string; year: number }[] };
}

let client: Client;
beforeEach(() => (client = createClient({ timeout: "5s" })));
afterEach(() => client.close());

describeWith("xmlrpc", (service) => {
  const peer = (options = {}): Remote<Methods> => client.rpc<Methods>(service.url, options);

  test("a method is called, and its value comes back", async () => {
    const rs = await peer().add(1, 3);
    expect(rs.reraise().data).toBe(4);
    expect(rs).toMatchObject({ status: 3, statusCode: 200, ok: true, method: "add", url: service.url, node: `127.0.0.1:${service.port}` });
  });

  test("dotted names are methods too", async () => {
    const rs = await peer().bbs.query("Beethoven");
    expect(rs.reraise().data.map(({ title }) => title)).toEqual(["Beethoven No. 1", "Beethoven No. 2"]);
  });

  test("without types, any name is a method", async () => {
    expect((await client.rpc(service.url).bbs!.query!("Mozart")).data).toMatchObject([{ year: 1801 }, { year: 1802 }]);
  });

  test("Python's values of every type are read", async () => {
    expect((await peer().types()).reraise().data).toEqual({
      int: -2_147_483_648,
      double: 0.5,
      true: true,
      false: false,
      string: "Grüße & <tags> \u4E2D",
      empty: "",
      nil: null,
      date: new Date("2026-02-03T04:05:06Z"),
      bytes: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      array: [1, "two", [3.5], []],
      struct: { a: { b: {} } },
    });
  });

  test.each([
    [1, "int"],
    [2 ** 40, "int"],
    [0.5, "float"],
    [true, "bool"],
    ["a", "str"],
    [null, "NoneType"],
    [undefined, "NoneType"],
    [new Date(0), "datetime"],
    [Buffer.of(1), "bytes"],
    [[1], "list"],
    [{ a: 1 }, "dict"],
  ])("%j arrives in Python as %s", async (value, type) => {
    expect((await peer().typeof(value)).reraise().data).toBe(type);
  });

  test.each([["  blanks\tand\r\nlines "], ["<&>]]>"], ["서울 😀"], [{ "a b": { "": [] } }], [-0.000_001], [-2_147_483_648]])(
    "%j comes back through Python as it was",
    async (value) => {
      expect((await peer().echo(value as unknown)).reraise().data).toEqual(value);
    },
  );

  test("a bigint goes as an integer, however large, which Python can read but not write", async () => {
    expect((await peer().typeof(2n ** 62n)).reraise().data).toBe("int");
    expect((await peer().echo(12n)).reraise().data).toBe(12);
  });

  test("a struct of 5,000 structs is read", async () => {
    const { data } = (await peer().big(5_000)).reraise();
    expect(Object.keys(data).length).toBe(5_000);
    expect(data["member4999"]).toEqual({ id: 4_999, name: "Näme <4999> & more", tags: ["a", "b"] });
  });

  test("a fault is an answer, and the data of its result", async () => {
    const rs = await peer().fault(42, "it is <broken>");
    expect(rs).toMatchObject({ status: 3, statusCode: 200, ok: false });
    expect(rs.data).toBeInstanceOf(XmlRpcFault);
    expect(rs.data).toMatchObject({ faultCode: 42, faultString: "it is <broken>" });
    expect(rs.error).toBe(rs.data);
    expect(rs.reraise()).toBe(rs);
    expect(() => rs.raiseForStatus()).toThrow("it is <broken>");
  });

  test("an exception of the server is a fault", async () => {
    expect((await peer().divide(1, 0)).error?.message).toContain("ZeroDivisionError");
  });

  test("several calls go in one request, each with its value or its fault", async () => {
    const rs = await client.rpc.multicall(service.url, (calls: Plan<Methods>) => [
      calls.add(1, 3),
      calls.fault(7, "no"),
      calls.bbs.query("Bach"),
    ]);
    const [sum, fault, posts] = rs.reraise().data;
    expect(sum).toBe(4);
    expect(fault).toEqual(new XmlRpcFault(7, "no"));
    expect(posts).toHaveLength(2);
    expect(rs.method).toBe("system.multicall");
  });

  test("an alias is asked, one member or all", async () => {
    client.alias("@calc", "http", [`127.0.0.1:${service.port}`, `localhost:${service.port}`]);
    expect((await client.rpc.lb<Methods>("@calc/RPC2").add(1, 2)).reraise().data).toBe(3);
    const all = await client.rpc.map<Methods>("@calc/RPC2").bbs.query("Haydn");
    expect(all.data.flat().length).toBe(4);
  });

  test("a result is kept by method and parameters", async () => {
    (await peer().add(2, 2)).cache(60);
    expect([(await peer().add(2, 2)).cached, (await peer().add(2, 3)).cached, (await peer({ useCache: false }).add(2, 2)).cached]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("a method that takes too long ends in time, and the next call goes well", async () => {
    expect(await peer({ timeout: 60 }).sleep(3)).toMatchObject({ status: 1, statusCode: 730 });
    expect((await peer().add(1, 1)).data).toBe(2);
  });
});

describe("what is sent", () => {
  test("is a POST of text/xml to the URL as it is given", async () => {
    let seen: unknown;
    await using server = await serve(async (req, res) => {
      seen = [
        req.method,
        req.url,
        req.headers["content-type"],
        req.headers["accept"],
        req.headers["x-key"],
        (await bodyOf(req)).toString(),
      ];
      res.end("<methodResponse><params><param><value>ok</value></param></params></methodResponse>");
    });
    const rs = await client.rpc(`${server.url}/rpc2?v=1`, { headers: { "X-Key": "k" } }).a!.b!("c");
    expect(rs.data).toBe("ok");
    expect(seen).toEqual([
      "POST",
      "/rpc2?v=1",
      "text/xml; charset=utf-8",
      "text/xml, application/xml;q=0.9",
      "k",
      '<?xml version="1.0" encoding="UTF-8"?>\n<methodCall><methodName>a.b</methodName><params><param><value><string>c</string></value></param></params></methodCall>',
    ]);
  });

  test.each([
    ["a function", () => client.rpc("http://127.0.0.1:1/").add!(() => 1), /params\[0\].*it is a function/],
    ["a value that holds itself", () => client.rpc("http://127.0.0.1:1/").add!(circle()), /nested too deep/],
    ["no method", () => client.rpc("http://127.0.0.1:1/")(1), /no name/],
    ["a plan of nothing", () => client.rpc.multicall("http://127.0.0.1:1/", () => []), /no call in the plan/],
  ])("cannot be %s", (_, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_REQUEST", statusCode: 731 }));
    expect(call).toThrow(message);
  });

  test("takes no option that nobody reads", () => {
    expect(() => client.rpc("http://127.0.0.1:1/", { header: {} } as never)).toThrow(/Did you mean headers/);
    expect(() => client.rpc("http://127.0.0.1:1/", { stream: true } as never)).toThrow(/stream/);
    expect(() => client.rpc("http://127.0.0.1:1/", { idempotent: 1 } as never)).toThrow(/idempotent cannot be 1/);
  });
});

const circle = (): unknown[] => {
  const value: unknown[] = [];
  value.push(value);
  return value;
};

describe("what comes back", () => {
  const laughs = `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "${"&a;".repeat(50)}">]><methodResponse><params><param><value>&b;</value></param></params></methodResponse>`;
  const value = (inner: string): string => `<methodResponse><params><param><value>${inner}</value></param></params></methodResponse>`;

  test.each([
    ["nothing", ""],
    ["a page", "<html><body>hello</body></html>"],
    ["half a document", "<methodResponse><params><param>"],
    ["entities of its own", laughs],
    ["a value of no type", value("<money>1</money>")],
    ["bytes that are no UTF-8", Buffer.from([0x3c, 0xff, 0xfe])],
    ["a hundred thousand arrays in each other", value("<array><data><value>".repeat(100_000))],
  ])("is no answer when it is %s", async (_, content) => {
    await using server = await serve((req, res) => void req.resume().once("end", () => res.end(content)));
    expect(await client.rpc(server.url).add!(1)).toMatchObject({
      status: 2,
      statusCode: 709,
      data: null,
      error: { code: "SKITAI_AQUESTS_BAD_CONTENT" },
    });
  });

  test("may be in another encoding", async () => {
    await using server = await serve((_, res) =>
      res.writeHead(200, { "Content-Type": "text/xml; charset=iso-8859-1" }).end(Buffer.from(value("é"), "latin1")),
    );
    expect((await client.rpc(server.url).add!()).reraise().data).toBe("é");
  });

  test("is the page of an HTTP error, or the fault in it", async () => {
    let content = "not here";
    await using server = await serve((_, res) => res.writeHead(404).end(content));
    expect(await client.rpc(server.url).add!()).toMatchObject({ status: 3, statusCode: 404, data: Buffer.from("not here") });
    content =
      "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>1</int></value></member><member><name>faultString</name><value>no</value></member></struct></value></fault></methodResponse>";
    expect(await client.rpc(server.url).add!()).toMatchObject({ status: 3, statusCode: 404, data: { faultCode: 1 } });
  });

  test("may be a redirect that keeps the call; one that would make it a GET is refused", async () => {
    let statusCode = 308;
    await using server = await serve((req, res) => {
      if (req.url === "/rpc2") res.writeHead(statusCode, { Location: "/rpc2/" }).end();
      else res.end(value(req.method ?? ""));
    });
    expect((await client.rpc(`${server.url}/rpc2`).add!()).reraise().data).toBe("POST");
    statusCode = 301;
    expect(await client.rpc(`${server.url}/rpc2`).add!()).toMatchObject({ status: 2, statusCode: 711 });
  });

  test("is given up when it is larger than the limit", async () => {
    await using server = await serve((_, res) => res.end(value("x".repeat(100_000))));
    expect(await client.rpc(server.url, { maxSize: "64kb" }).add!()).toMatchObject({ status: 2, statusCode: 719 });
  });

  test.each([
    ["silent", 730],
    ["reset", 700],
    ["reset-in-body", 700],
    ["broken-gzip", 709],
  ] as const)("may be the fault %s: %i in time, and the call was made once", async (fault, statusCode) => {
    await using peer = await startFaultyPeer(fault);
    const rs = await client.rpc(peer.url, { timeout: 200 }).add!(1);
    expect(rs.statusCode).toBe(statusCode);
    expect(peer.requests.length).toBe(1);
    peer.fault = "none";
    expect(await client.rpc(peer.url).add!(1)).toMatchObject({ statusCode: 709 });
  });
});

describe("members of an alias", () => {
  test("are not asked twice for what may have had an effect, unless it is said to have none", async () => {
    await using first = await startFaultyPeer("reset");
    await using second = await startFaultyPeer("reset");
    const members = [first, second].map(({ port }) => `127.0.0.1:${port}`);
    client.alias("@one", "http", members);
    expect((await client.rpc.lb("@one/").add!(1)).status).toBe(2);
    expect(first.requests.length + second.requests.length).toBe(1);
    client.alias("@two", "http", members);
    expect((await client.rpc.lb("@two/", { idempotent: true }).add!(1)).status).toBe(2);
    expect(first.requests.length + second.requests.length).toBe(3);
  });
});

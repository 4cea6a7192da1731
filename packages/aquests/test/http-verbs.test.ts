import type { IncomingHttpHeaders } from "node:http";
import { describe, expect, test } from "vitest";
import { AquestsError, type BodyData, type Client, type Result } from "../src/index.ts";
import { createRuntime } from "../src/client/client.ts";
import { queryVerb } from "../src/http/verbs.ts";
import { clientOf } from "./support/client-of.ts";
import { bodyOf, json, serve, type Served } from "./support/serve.ts";

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const echo = (): Promise<Served> =>
  serve(async (req, res) => json(res, { method: req.method, url: req.url, headers: req.headers, body: (await bodyOf(req)).toString() }));

describe("a request without a body", () => {
  test.each(["get", "delete", "options", "trace"] as const)("%s says its method and has no length", async (verb) => {
    await using server = await echo();
    const { data } = await clientOf()[verb]<Echo>(server.url);
    expect(data).toMatchObject({ method: verb.toUpperCase(), body: "" });
    expect(data.headers).not.toHaveProperty("content-length");
  });

  test("HEAD has the headers of the answer and no content, and is no failure for it", async () => {
    await using server = await serve(
      (_, res) => void res.writeHead(200, { "Content-Type": "application/json", "Content-Length": 20 }).end(),
    );
    const rs = await clientOf().head(server.url);
    expect(rs).toMatchObject({ status: 3, statusCode: 200, headers: { "content-length": "20" } });
    expect(rs.content).toHaveLength(0);
  });

  test("HEAD is answered even if the content would be too large to read", async () => {
    await using server = await serve((_, res) => void res.writeHead(200, { "Content-Length": 10 ** 12 }).end());
    expect(await clientOf({ maxSize: "1kb" }).head(server.url)).toMatchObject({ status: 3, statusCode: 200 });
  });

  test("says who asks and what it takes", async () => {
    await using server = await echo();
    const { headers } = (await clientOf().get<Echo>(server.url)).data;
    expect(headers).toMatchObject({ "user-agent": "aquests (Skitai)", accept: "*/*", "accept-encoding": "gzip, deflate, br, zstd" });
    expect(headers.host).toBe(server.address);
  });

  test("adds parameters to the query, a blank as %20, several of one name one by one", async () => {
    await using server = await echo();
    const rs = await clientOf().get<Echo>(`${server.url}/find?lang=ko`, { q: "Hans Roh&Co", tag: ["a", "b"], none: null, n: 0 }, {});
    expect(rs.data.url).toBe("/find?lang=ko&q=Hans%20Roh%26Co&tag=a&tag=b&n=0");
    expect(rs.url).toBe(`${server.url}/find?lang=ko&q=Hans%20Roh%26Co&tag=a&tag=b&n=0`);
  });

  test("takes parameters among its options too", async () => {
    await using server = await echo();
    expect((await clientOf().get<Echo>(server.url, { params: { q: "ä" } })).data.url).toBe("/?q=%C3%A4");
  });

  test("sends no fragment, and blanks of a path percent-encoded", async () => {
    await using server = await echo();
    expect((await clientOf().get<Echo>(`${server.url}/a b/../c#d`)).data.url).toBe("/c");
  });

  test("of an alias reaches its member with path and query", async () => {
    await using server = await echo();
    const client = clientOf();
    client.alias("@search", "http", [server.address]);
    expect((await client.get<Echo>("@search/find?q=1")).data.url).toBe("/find?q=1");
    expect((await client.get<Echo>("@search")).data.url).toBe("/");
  });

  test("getJson and getXml ask for their types", async () => {
    await using server = await serve((req, res) => void res.writeHead(200, { "Content-Type": req.headers.accept }).end());
    const client = clientOf();
    expect((await client.getJson(server.url)).headers["content-type"]).toBe("application/json");
    expect((await client.getXml(server.url)).headers["content-type"]).toBe("text/xml");
  });
});

describe("a body of", () => {
  const form = "application/x-www-form-urlencoded; charset=utf-8";
  const cases: readonly [what: string, send: (client: Client, url: string) => PromiseLike<Result<Echo>>, type: string, body: string][] = [
    ["an object by post", (client, url) => client.post<Echo>(url, { user: "Hans Roh", n: [1, 2] }), form, "user=Hans%20Roh&n=1&n=2"],
    ["an object by putForm", (client, url) => client.putForm<Echo>(url, { a: true }), form, "a=true"],
    ["text by post", (client, url) => client.post<Echo>(url, "a=1&b=2"), form, "a=1&b=2"],
    ["parameters of a URL", (client, url) => client.post<Echo>(url, new URLSearchParams({ a: "b c" })), form, "a=b+c"],
    [
      "an object by postJson",
      (client, url) => client.postJson<Echo>(url, { a: [1, null] }),
      "application/json; charset=utf-8",
      '{"a":[1,null]}',
    ],
    ["null by patchJson", (client, url) => client.patchJson<Echo>(url, null), "application/json; charset=utf-8", "null"],
    ["text by putJson", (client, url) => client.putJson<Echo>(url, "é"), "application/json; charset=utf-8", '"é"'],
    [
      "text by postXml",
      (client, url) => client.postXml<Echo>(url, "<a>é</a>", { headers: { accept: "*/*" } }),
      "text/xml; charset=utf-8",
      "<a>é</a>",
    ],
    ["bytes by post", (client, url) => client.post<Echo>(url, Buffer.from("bytes")), "application/octet-stream", "bytes"],
    [
      "a part of bytes",
      (client, url) => client.post<Echo>(url, Buffer.from("0bytes0").subarray(1, 6)),
      "application/octet-stream",
      "bytes",
    ],
    ["a blob", (client, url) => client.post<Echo>(url, new Blob(["blob"], { type: "text/plain" })), "text/plain", "blob"],
  ];
  test.each(cases)("%s is sent with its type", async (_, send, type, body) => {
    await using server = await echo();
    const { headers, body: sent } = (await send(clientOf(), server.url)).json();
    expect(sent).toBe(body);
    expect(headers["content-type"]).toBe(type);
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
  });

  test("nothing has the length 0", async () => {
    await using server = await echo();
    const client = clientOf();
    for (const verb of ["post", "put", "patch"] as const) {
      const { headers } = (await client[verb]<Echo>(server.url)).data;
      expect(headers["content-length"]).toBe("0");
      expect(headers).not.toHaveProperty("content-type");
    }
  });

  test("the type that the call's headers say is kept", async () => {
    await using server = await echo();
    const { data } = await clientOf().post<Echo>(server.url, "a,b", { headers: { "Content-Type": "text/csv" } });
    expect(data.headers["content-type"]).toBe("text/csv");
  });

  test.each<[string, BodyData]>([
    ["a list as a form", [1, 2]],
    ["a nested object as a form", { a: { b: 1 } }],
    ["a number as a form", 5],
  ])("%s is refused", (_, data) => {
    expect(() => clientOf().post("http://127.0.0.1:1/", data)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_REQUEST" }));
  });

  test("what JSON cannot say is refused", () => {
    expect(() => clientOf().postJson("http://127.0.0.1:1/")).not.toThrow();
    expect(() => clientOf().postJson("http://127.0.0.1:1/", () => {})).toThrow(AquestsError);
    expect(() => clientOf().postXml("http://127.0.0.1:1/", { a: 1 })).toThrow(AquestsError);
  });
});

describe("headers", () => {
  test("of the call go before those of the client, in any case", async () => {
    await using server = await echo();
    const { data } = await clientOf({ userAgent: "mine/1.0" }).get<Echo>(server.url, {
      headers: { ACCEPT: "application/json", "X-Tag": ["a", "b"] },
    });
    expect(data.headers).toMatchObject({ "user-agent": "mine/1.0", accept: "application/json", "x-tag": "a, b" });
  });

  test.each([
    ["a line end in a value", { "x-a": "1\r\nx-b: 2" }],
    ["a line end in a name", { "x-a\r\nx-b": "1" }],
    ["a null byte", { "x-a": "\0" }],
    ["a character that is no byte", { "x-a": "가" }],
    ["a header of the connection", { "Transfer-Encoding": "chunked" }],
    ["a length of one's own", { "Content-Length": "5" }],
  ])("with %s are refused before anything is sent", async (_, headers) => {
    await using server = await echo();
    expect(() => clientOf().get(server.url, { headers })).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_REQUEST" }));
    expect(server.requests).toHaveLength(0);
  });

  test("of a transaction go with each request, and each has its own", async () => {
    await using server = await echo();
    let count = 0;
    const runtime = createRuntime({});
    const get = queryVerb({ runtime, headers: () => ({ "X-Ltxn-Id": String(++count) }) }, "GET");
    const results = await Promise.all([get<Echo>(server.url), get<Echo>(server.url, { headers: { "X-A": "1" } })]);
    expect(results.map(({ data }) => data.headers["x-ltxn-id"])).toEqual(["1", "2"]);
    expect(results[1].data.headers["x-a"]).toBe("1");
    await runtime.close();
  });

  test("useCache: false asks caches on the way for the original", async () => {
    await using server = await echo();
    expect((await clientOf().get<Echo>(server.url, { useCache: false })).data.headers["cache-control"]).toBe("no-cache");
  });
});

describe("what cannot be asked", () => {
  test.each(["", "no url", "/path", "ftp://host/", "http://", "http://user:secret@"])("%j is refused", (url) => {
    expect(() => clientOf().get(url)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  });

  test("an address with a password is refused without showing it", () => {
    expect(() => clientOf().get("htp://user:secret@host/")).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("secret") }),
    );
  });

  test("an option that nobody reads is refused, with the one that was meant", () => {
    expect(() => clientOf().get("http://127.0.0.1:1/", { header: {} } as object)).toThrow(/Did you mean headers/);
  });

  test("credentials of the wrong shape are refused without showing them", () => {
    const auth = "secret" as unknown as [string];
    expect(() => clientOf().get("http://127.0.0.1:1/", { auth })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("secret") }),
    );
  });
});

import { Readable } from "node:stream";
import { describeWith } from "@skitai-internal/services/vitest";
import { describe, expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { bodyOf, json, serve, type Served } from "./support/serve.ts";

/** `/301` and the like lead to `/end`; `/to?<url>` leads there by 302; the rest tells what was asked. */
const guide = (): Promise<Served> =>
  serve(async (req, res) => {
    const body = (await bodyOf(req)).toString();
    const [path = "", query = ""] = req.url!.split("?");
    if (/^\/30\d$/.test(path)) return void res.writeHead(Number(path.slice(1)), { Location: "/end" }).end("moved");
    if (path === "/to") return void res.writeHead(302, { Location: decodeURIComponent(query) }).end();
    if (path === "/count") return void res.writeHead(302, { Location: `/count?${Number(query) + 1}` }).end();
    json(res, { method: req.method, url: req.url, headers: req.headers, body });
  });

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly headers: Record<string, string | undefined>;
}

describe("a redirect by", () => {
  test.each([
    ["301", "get", "GET"],
    ["302", "get", "GET"],
    ["303", "get", "GET"],
    ["307", "get", "GET"],
    ["308", "get", "GET"],
    ["301", "post", "GET"],
    ["302", "post", "GET"],
    ["303", "post", "GET"],
    ["307", "post", "POST"],
    ["308", "post", "POST"],
    ["301", "put", "PUT"],
    ["303", "put", "GET"],
    ["308", "put", "PUT"],
    ["303", "delete", "GET"],
    ["302", "delete", "DELETE"],
  ] as const)("%s makes %s a %s", async (status, verb, method) => {
    await using server = await guide();
    const client = clientOf();
    const url = `${server.url}/${status}`;
    const rs = await (verb === "get" || verb === "delete" ? client[verb]<Seen>(url) : client[verb]<Seen>(url, { a: 1 }));
    expect(rs.data).toMatchObject({ method, url: "/end", body: method === "GET" || method === "DELETE" ? "" : "a=1" });
    expect(rs.data.headers["content-type"]).toBe(
      method === "POST" || method === "PUT" ? "application/x-www-form-urlencoded; charset=utf-8" : undefined,
    );
    expect(rs.url).toBe(`${server.url}/end`);
    expect(rs.history).toMatchObject([{ statusCode: Number(status), url, headers: { location: "/end" } }]);
  });

  test("303 leaves HEAD a HEAD", async () => {
    await using server = await guide();
    await clientOf().head(`${server.url}/303`);
    expect(server.requests).toEqual(["HEAD /303", "HEAD /end"]);
  });
});

describe("redirects", () => {
  test("are relative to where they come from", async () => {
    await using server = await guide();
    const rs = await clientOf().get<Seen>(`${server.url}/to?${encodeURIComponent("sub/../end?a=1#part")}`);
    expect(rs.data.url).toBe("/end?a=1");
  });

  test("are followed six times, and the seventh ends in 711", async () => {
    await using server = await guide();
    const rs = await clientOf().get(`${server.url}/count?0`);
    expect(rs).toMatchObject({ status: 2, statusCode: 711, error: { code: "SKITAI_AQUESTS_REDIRECT" } });
    expect(server.requests).toHaveLength(7);
    expect(rs.history.map(({ statusCode, url }) => `${statusCode} ${url.slice(server.url.length)}`)).toHaveLength(7);
    expect(rs.history[0]).toMatchObject({ statusCode: 302, url: `${server.url}/count?0` });
    expect(await clientOf({ redirects: 1 }).get(`${server.url}/count?0`)).toMatchObject({ statusCode: 711 });
    expect(server.requests).toHaveLength(9);
  });

  test("are answers where none is to be followed", async () => {
    await using server = await guide();
    expect(await clientOf().get(`${server.url}/302`, { redirects: 0 })).toMatchObject({ status: 3, statusCode: 302, text: "moved" });
  });

  test("without a location, and 304, are answers", async () => {
    await using server = await serve((req, res) => void res.writeHead(req.url === "/304" ? 304 : 302).end());
    const client = clientOf();
    expect(await client.get(server.url)).toMatchObject({ status: 3, statusCode: 302 });
    expect(await client.get(`${server.url}/304`)).toMatchObject({ status: 3, statusCode: 304 });
  });

  test("to themselves end in 711 at once", async () => {
    await using server = await serve((req, res) => void res.writeHead(302, { Location: req.url }).end());
    expect(await clientOf().get(`${server.url}/loop`)).toMatchObject({ statusCode: 711 });
    expect(server.requests).toHaveLength(1);
  });

  test.each(["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "javascript:alert(1)"])("to %s end in 711", async (location) => {
    await using server = await guide();
    const rs = await clientOf().get(`${server.url}/to?${encodeURIComponent(location)}`);
    expect(rs).toMatchObject({ status: 2, statusCode: 711, reason: "Redirect Error" });
  });

  test("that want a stream again end in 711", async () => {
    await using server = await guide();
    const rs = await clientOf().post(`${server.url}/307`, Readable.from(["once"]));
    expect(rs).toMatchObject({ status: 2, statusCode: 711 });
    expect(rs.error?.message).toContain("cannot be sent again");
    expect(await clientOf().post(`${server.url}/303`, Readable.from(["once"]))).toMatchObject({ status: 3 });
  });

  test("show no credentials to another server", async () => {
    await using other = await guide();
    await using server = await guide();
    const url = `${server.url}/to?${encodeURIComponent(`${other.url.replace("http://", "http://us:pw@")}/end`)}`;
    const headers = { Cookie: "id=1", "Proxy-Authorization": "x", "X-Kept": "1", Host: "shop.test" };
    const client = clientOf();
    for (const options of [{ auth: ["token"] as const }, { headers: { Authorization: "Bearer token" } }]) {
      const { data } = await client.get<Seen>(url, { ...options, headers: { ...headers, ...options.headers } });
      expect(data.headers).toMatchObject({ host: other.address, "x-kept": "1" });
      for (const name of ["authorization", "cookie", "proxy-authorization"]) expect(data.headers).not.toHaveProperty(name);
    }
  });

  test("keep them at the same server", async () => {
    await using server = await guide();
    const { data } = await clientOf().get<Seen>(`${server.url}/302`, { auth: ["token"], headers: { Cookie: "id=1" } });
    expect(data.headers).toMatchObject({ authorization: "Bearer token", cookie: "id=1" });
  });

  test("of a member of an alias stay with it where they name no other server", async () => {
    await using server = await guide();
    const client = clientOf();
    client.alias("@pages", "http", [`us:pw@${server.address}`]);
    expect(await client.get<Seen>("@pages/302")).toMatchObject({ status: 3, node: server.address, data: { url: "/end" } });
  });

  test("of a member to a server that is not there do not speak against the member", async () => {
    const gone = await guide();
    await gone.stop();
    await using server = await guide();
    const client = clientOf();
    client.alias("@pages", "http", [server.address]);
    const rs = await client.get(`@pages/to?${encodeURIComponent(gone.url)}`);
    expect(rs).toMatchObject({ status: 2, statusCode: 711 });
    expect(client.upstreams.get("pages")!.members[0]!.state).toBe("up");
  });
});

describeWith("nginx", (nginx) => {
  test.each([301, 302, 303, 307, 308])("nginx is followed by %i", async (status) => {
    const rs = await clientOf().get(`${nginx.url}/redirect/${status}`);
    expect(rs).toMatchObject({ statusCode: 200, text: "GET /echo HTTP/1.1 \n", history: [{ statusCode: status }] });
  });

  test("nginx that leads to itself ends in 711", async () => {
    expect(await clientOf().get(`${nginx.url}/loop`)).toMatchObject({ statusCode: 711 });
  });

  test("nginx under another name sees no credentials", async () => {
    const rs = await clientOf().get(`${nginx.url}/elsewhere`, { auth: ["secret"] });
    expect(rs).toMatchObject({ statusCode: 200, text: "GET /echo HTTP/1.1 \n" });
  });
});

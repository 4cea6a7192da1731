import { CookieJar } from "tough-cookie";
import { describe, expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { serve, type Served } from "./support/serve.ts";

/** `/set?<cookie>` sets one, `/login` sets one and redirects; the rest shows what it got. */
const shop = (): Promise<Served> =>
  serve((req, res) => {
    const [path, query = ""] = req.url!.split("?");
    if (path === "/set") return void res.writeHead(200, { "Set-Cookie": query.split("&").map(decodeURIComponent) }).end();
    if (path === "/login") return void res.writeHead(302, { "Set-Cookie": "session=1; HttpOnly", Location: "/home" }).end();
    res.end(req.headers.cookie ?? "none");
  });

describe("a client without cookies", () => {
  test("keeps none, and shows those of an answer", async () => {
    await using server = await shop();
    const client = clientOf();
    expect((await client.get(`${server.url}/set?a=1`)).headers["set-cookie"]).toEqual(["a=1"]);
    expect((await client.get(server.url)).text).toBe("none");
  });
});

describe("a client with cookies", () => {
  test("takes from its cache only what was said to the same cookies", async () => {
    await using server = await serve((req, res) =>
      res.writeHead(200, { "Cache-Control": "max-age=60", Vary: "Cookie" }).end(req.headers.cookie ?? "none"),
    );
    const cookies = new CookieJar();
    const client = clientOf({ cookies, cache: { memory: "1mb" } });
    expect((await client.get(server.url)).text).toBe("none");
    cookies.setCookieSync("user=1", server.url);
    expect((await client.get(server.url)).text).toBe("user=1");
    expect(await client.get(server.url)).toMatchObject({ text: "user=1", cached: true });
  });

  test("sends back what it got", async () => {
    await using server = await shop();
    const client = clientOf({ cookies: true });
    await client.get(`${server.url}/set?a=1&b=2`);
    expect((await client.get(server.url)).text).toBe("a=1; b=2");
    expect((await clientOf({ cookies: true }).get(server.url)).text).toBe("none");
  });

  test("keeps those of a redirect for the request that follows", async () => {
    await using server = await shop();
    expect((await clientOf({ cookies: true }).get(`${server.url}/login`)).text).toBe("session=1");
  });

  test("minds path and age", async () => {
    await using server = await shop();
    const client = clientOf({ cookies: true });
    const cookies = ["here=1; Path=/set", "old=1; Max-Age=0", "gone=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "ok=1; Path=/"];
    await client.get(`${server.url}/set?${cookies.map(encodeURIComponent).join("&")}`);
    expect((await client.get(server.url)).text).toBe("ok=1");
  });

  test("sends what is for TLS alone to no server without it", async () => {
    await using proxy = await serve(
      (req, res) => void res.writeHead(200, { "Set-Cookie": "safe=1; Secure" }).end(req.headers.cookie ?? "none"),
    );
    const client = clientOf({ cookies: true, proxy: proxy.url });
    await client.get("http://shop.test/");
    expect((await client.get("http://shop.test/")).text).toBe("none");
  });

  test("takes none that is meant for another server, or for all of a country", async () => {
    await using server = await shop();
    const client = clientOf({ cookies: true });
    for (const domain of ["example.com", "com", "co.uk", "0.0.1"])
      await client.get(`${server.url}/set?${encodeURIComponent(`a=1; Domain=${domain}`)}`);
    expect((await client.get(server.url)).text).toBe("none");
  });

  test("survives cookies that are none", async () => {
    await using server = await shop();
    const client = clientOf({ cookies: true });
    expect(
      await client.get(`${server.url}/set?${["", ";;;", "=", "a=1; Domain=..", "b=2"].map(encodeURIComponent).join("&")}`),
    ).toMatchObject({ status: 3 });
    expect((await client.get(server.url)).text).toContain("b=2");
  });

  test("adds them to the ones that a call says itself", async () => {
    await using server = await shop();
    const client = clientOf({ cookies: true });
    await client.get(`${server.url}/set?a=1`);
    expect((await client.get(server.url, { headers: { Cookie: "mine=1" } })).text).toBe("mine=1; a=1");
  });

  test("keeps them where it is told to", async () => {
    await using server = await shop();
    const jar = new CookieJar();
    await clientOf({ cookies: jar }).get(`${server.url}/set?a=1`);
    expect(jar.getCookieStringSync(server.url)).toBe("a=1");
    expect((await clientOf({ cookies: jar }).get(server.url)).text).toBe("a=1");
  });

  test("refuses what is no jar", () => {
    expect(() => clientOf({ cookies: {} as never })).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_OPTION" }));
  });
});

import { connect } from "node:http2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine } from "../../src/index.ts";
import { http2Get } from "./http2-get.ts";
import { suiteDirectory } from "./temporary-directory.ts";

/** What every foreign app in these tests answers below its mount point. */
export interface ForeignKind {
  readonly name: string;
  /**
   * Makes the app:
   * - `GET /` "root", `GET /hello/:name` "hello <name>", `HEAD` likewise
   * - `GET /where` JSON `{ url, originalUrl, baseUrl }`, what it does not know left out
   * - `POST /json` and `POST /form` JSON of the fields
   * - `POST /raw` the body, streamed back
   * - `GET /stream` "a", "b", "c" with time in between
   * - `GET /redirect` to its own `/hello/you`
   * - `GET /cookies` sets a=1 and b=2
   * - `GET /fail` throws, `GET /fail-later` after a timer
   * - `GET /was` JSON of {@link wasReport} after awaits and a timer; `POST /was` the same after the body was read
   * - `GET /file.txt` from fixtures/foreign
   */
  make(): object | Promise<object>;
  /** The status of an error that nobody handled, and whether the page is the engine's. @default 500 and true */
  readonly failure?: { readonly ownPage: boolean };
  /** The text of its own 404; undefined when it leaves that to the engine. */
  readonly notFound?: RegExp;
}

type Ask = (path: string, init?: { method?: string; headers?: Record<string, string>; body?: string }) => Promise<Response>;

/** The directory with the file that apps serve by their own means. */
export const ownFiles: string = new URL("../fixtures/foreign/", import.meta.url).pathname;

export const describeForeign = (kind: ForeignKind): void => {
  for (const point of ["/x", "/"]) {
    describe(`${kind.name} at ${point}`, () => {
      const base = point === "/" ? "" : point;
      let engine: Engine;
      let port: number;
      const logPath = suiteDirectory();
      beforeAll(async () => {
        engine = new Engine({ requestLog: false, serverHeader: false, logPath });
        engine.mount(point, await kind.make());
        ({ port } = await engine.listen({ port: 0 }));
      });
      afterAll(() => engine.close({ timeout: 0 }));

      const transports: Record<string, Ask> = {
        "HTTP/1.1": (path, init) => fetch(`http://127.0.0.1:${port}${base}${path}`, { redirect: "manual", ...init }),
        "HTTP/2": (path, init) => http2Get(`http://127.0.0.1:${port}${base}${path}`, init),
        memory: (path, init) => engine.request(`http://127.0.0.1:${port}${base}${path}`, init),
      };
      for (const [transport, ask] of Object.entries(transports)) describe(transport, () => cases(kind, base, ask, () => port));

      test("a client that leaves an HTTP/2 stream leaves the others alone", async () => {
        const session = connect(`http://127.0.0.1:${port}`);
        const left = session.request({ ":path": `${base}/stream` });
        left.close(8);
        await new Promise((resolve) => left.once("close", resolve));
        const stream = session.request({ ":path": `${base}/` });
        stream.setEncoding("utf8");
        let text = "";
        for await (const chunk of stream) text += chunk;
        expect(text).toBe("root");
        session.destroy();
      });
    });
  }
};

const cases = (kind: ForeignKind, base: string, ask: Ask, port: () => number): void => {
  const text = async (...request: Parameters<Ask>): Promise<string> => (await ask(...request)).text();

  test("routes below the mount point", async () => {
    expect(await text("/")).toBe("root");
    expect(await text("/hello/you?a=1")).toBe("hello you");
  });

  test("HEAD has no body", async () => {
    const res = await ask("/hello/you", { method: "HEAD" });
    expect([res.status, await res.text()]).toEqual([200, ""]);
  });

  test("knows where it is mounted", async () => {
    const where = (await (await ask("/where?a=b%20c")).json()) as Record<string, string>;
    const expected = { url: "/where?a=b%20c", originalUrl: `${base}/where?a=b%20c`, baseUrl: base };
    expect(expected).toMatchObject(where);
    expect(where).toHaveProperty("url");
  });

  test("reads JSON and forms", async () => {
    const json = await ask("/json", { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1,"b":"é"}' });
    expect(await json.json()).toEqual({ a: 1, b: "é" });
    const form = await ask("/form", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "a=1&b=%C3%A9",
    });
    expect(await form.json()).toEqual({ a: "1", b: "é" });
  });

  test("streams a request body back", async () => {
    const body = "0123456789".repeat(50_000);
    expect((await text("/raw", { method: "POST", headers: { "content-type": "application/octet-stream" }, body })) === body).toBe(true);
  });

  test("streams an answer", async () => {
    expect(await text("/stream")).toBe("abc");
  });

  test("redirects within itself", async () => {
    const res = await ask("/redirect");
    const location = res.headers.get("location")!;
    expect([res.status, location.replace(`http://127.0.0.1:${port()}`, "")]).toEqual([302, `${base}/hello/you`]);
  });

  test("sets several cookies", async () => {
    expect((await ask("/cookies")).headers.getSetCookie().map((cookie) => cookie.slice(0, 3))).toEqual(["a=1", "b=2"]);
  });

  test("serves its own files", async () => {
    const res = await ask("/file.txt");
    expect([res.status, await res.text()]).toEqual([200, "a file of the app\n"]);
  });

  test("reaches was by import, across awaits, timers and bodies", async () => {
    const expected = { point: base, baseUrl: base, host: `127.0.0.1:${port()}`, gtxid: "GTID-test", same: true };
    const headers = { "x-gtxn-id": "GTID-test" };
    expect(await (await ask("/was", { headers })).json()).toEqual(expected);
    const posted = await ask("/was", { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: '{"a":1}' });
    expect(await posted.json()).toEqual(expected);
  });

  test("many requests at once do not see the was of each other", async () => {
    const ids = Array.from({ length: 20 }, (_, at) => `GTID-${at}`);
    const found = await Promise.all(
      ids.map(async (id) => ((await (await ask("/was", { headers: { "x-gtxn-id": id } })).json()) as { gtxid: string }).gtxid),
    );
    expect(found).toEqual(ids);
  });

  test("errors end in a 500", async () => {
    for (const path of ["/fail", "/fail-later"]) {
      const res = await ask(path);
      const page = await res.text();
      expect(res.status).toBe(500);
      expect(page.includes("<footer>Skitai</footer>")).toBe(!kind.failure?.ownPage);
    }
  });

  test("what it does not know is 404", async () => {
    const res = await ask("/nowhere");
    expect(res.status).toBe(404);
    expect(await res.text()).toMatch(kind.notFound ?? /<footer>Skitai<\/footer>/);
  });
};

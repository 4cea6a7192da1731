import { Agent, get, request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askHttp1, askHttp2 } from "../../../tools/checks/lib/answers.ts";
import { startDemo, type Demo } from "./support/demo.ts";

let demo: Demo;
let url: string;

beforeAll(async () => {
  demo = await startDemo();
  ({ url } = demo);
});
afterAll(() => demo[Symbol.asyncDispose]());

const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url + path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual", headers });

const postJson = (path: string, data: unknown): Promise<Response> =>
  fetch(url + path, { method: "POST", body: JSON.stringify(data), headers: { "content-type": "application/json" } });

const pageOf = async (path: string): Promise<string> => (await fetch(url + path)).text();

describe("pages", () => {
  test.each([
    ["/", "New links"],
    ["/top", "Top links"],
    ["/search?q=HTTP", "Links about “HTTP”"],
    ["/submit", "Submit a link"],
    ["/about", "What runs here"],
    ["/status", "Status"],
    ["/links/1", "Express: a minimalist web framework"],
  ])("%s shows “%s”", async (path, heading) => {
    const answer = await fetch(url + path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(await answer.text()).toMatch(new RegExp(`<h1>(<a [^>]+>)?${heading}`));
  });

  test("an empty search goes back to the list", async () => {
    const answer = await fetch(`${url}/search?q=+`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  });

  test("a page number that is none shows the first page", async () => {
    expect(await pageOf("/?page=x")).toContain("<h1>New links</h1>");
    expect(await pageOf("/?page=-1&utm_source=mail")).toContain("<h1>New links</h1>");
  });

  test("the status page tells of this worker, of what is mounted and of the links", async () => {
    const page = await pageOf("/status");
    expect(page).toMatch(/<th scope="row">worker<\/th><td>W[01]<\/td>/);
    expect(page).toContain("<h2>links</h2>");
    expect(page).toMatch(/<td>point \/ · directory [^<]+static<\/td>/);
  });
});

describe("submitting", () => {
  test("a link is added, redirected to with 303, and the newest of the list", async () => {
    const answer = await post("/submit", { url: "https://example.com/new", title: "A new link", note: "Fresh." });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toMatch(/^\/links\/\d+$/);
    const link = await pageOf(answer.headers.get("location") ?? "");
    expect(link).toContain("A new link");
    expect((await pageOf("/")).indexOf("A new link")).toBeLessThan((await pageOf("/")).indexOf("Share something"));
  });

  test("the same address leads to the link that is there", async () => {
    const first = await post("/submit", { url: "https://example.com/twice", title: "First" });
    const second = await post("/submit", { url: "https://EXAMPLE.com/twice", title: "Second" });
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
  });

  test("what is wrong is said beside the fields, which keep what was written", async () => {
    const answer = await post("/submit", { url: "javascript:alert(1)", title: '"><img src=x onerror=alert(1)>', note: "kept" });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Only http:// and https:// links can be shared.");
    expect(page).toContain('value="javascript:alert(1)"');
    expect(page).toContain(">kept</textarea>");
    expect(page).not.toContain("<img src=x");
  });

  test("markup in a title is shown as text", async () => {
    const { headers } = await post("/submit", { url: "https://example.com/?a=\"'<b>", title: "<script>alert(1)</script>", note: "<b>&" });
    for (const path of ["/", headers.get("location") ?? "", "/search?q=%3Cscript%3E", "/hono/feed.xml"]) {
      const page = await pageOf(path);
      expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
      expect(page).not.toContain("<script>alert");
    }
  });

  test.each(["https://evil.example", "null", "http://127.0.0.1:1"])("a form of %s is refused", async (origin) => {
    const answer = await post("/submit", { url: "https://example.com/evil", title: "Not from here" }, { origin });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("That came from somewhere else");
    expect(await pageOf("/")).not.toContain("Not from here");
  });

  test("a form of this site is taken", async () => {
    const answer = await post("/submit", { url: "https://example.com/own", title: "From here" }, { origin: url });
    expect(answer.status).toBe(303);
  });

  test("a body beyond the limit is refused", async () => {
    const answer = await post("/submit", { url: "https://example.com/", title: "x".repeat(20_000) });
    expect(answer.status).toBe(413);
  });

  test("a vote counts, and a second one takes it back", async () => {
    const vote = async (): Promise<unknown> =>
      (await fetch(`${url}/links/2/vote`, { method: "POST", headers: { accept: "application/json" } })).json();
    expect(await vote()).toEqual({ votes: 1, voted: true });
    expect(await vote()).toEqual({ votes: 0, voted: false });
    const form = await post("/links/2/vote", {});
    expect([form.status, form.headers.get("location")]).toEqual([303, "/links/2"]);
  });
});

describe("the API", () => {
  test("lists links with their total", async () => {
    const answer = await fetch(`${url}/api/links?q=sqlite&size=5`);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toMatchObject({
      total: 1,
      page: 1,
      size: 5,
      links: [{ id: 4, url: "https://www.sqlite.org/wal.html", href: "/api/links/4" }],
    });
  });

  test("adds a link and says where it is", async () => {
    const answer = await postJson("/api/links", { url: "https://example.com/api", title: "By a program" });
    expect(answer.status).toBe(201);
    const link = await (await fetch(url + answer.headers.get("location"))).json();
    expect(link).toMatchObject({ url: "https://example.com/api", title: "By a program", note: "", votes: 0 });
  });

  test.each([
    ["/api/links?size=many", "The argument size must be a whole number"],
    ["/api/links?colour=red", "The argument colour is unknown"],
    ["/api/links?order=best", "The argument order must be"],
    ["/api/links?size=1000", "1 to 100 links"],
  ])("GET %s is 400: %s", async (path, reason) => {
    const answer = await fetch(url + path);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining(reason) });
  });

  test.each([
    [{ title: "No address" }, "The argument url is missing"],
    [{ url: "https://example.com/", title: ["a", "list"] }, "The argument title must be a text"],
    [{ url: "https://example.com/", title: "Fine", admin: true }, "The argument admin is unknown"],
    [{ url: "ftp://example.com/", title: "Fine" }, "This link cannot be added"],
    [["https://example.com/", "A list"], "The argument url is missing"],
  ])("POST %j is 400", async (data, reason) => {
    const answer = await postJson("/api/links", data);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining(reason) });
  });

  test("takes JSON only", async () => {
    expect((await post("/api/links", { url: "https://example.com/", title: "A form" })).status).toBe(415);
  });

  test("a link that is not there is 404 as JSON", async () => {
    const answer = await fetch(`${url}/api/links/99999`);
    expect([answer.status, await answer.json()]).toEqual([404, { code: 404, message: "There is no link 99999." }]);
  });
});

describe("errors", () => {
  test.each([
    ["/nowhere", 404, "There is nothing here"],
    ["/links/99999", 404, "There is nothing here"],
    ["/broken", 500, "Something broke"],
  ])("GET %s is %i, in the looks of the site and without details of the program", async (path, status, heading) => {
    const answer = await fetch(url + path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
    const page = await answer.text();
    expect(page).toContain(`<h1>${heading}</h1>`);
    expect(page).toContain("/css/board.css");
    expect(page).not.toContain("on purpose");
  });

  test("a wrong method is 405 and says which are right", async () => {
    const answer = await fetch(`${url}/about`, { method: "DELETE" });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toContain("GET");
  });
});

describe("files", () => {
  test("have a type, a tag and an age", async () => {
    const { headers } = await fetch(`${url}/css/board.css`);
    expect(headers.get("content-type")).toMatch(/^text\/css/);
    expect(headers.get("cache-control")).toBe("max-age=60");
    expect((await fetch(`${url}/images/logo.svg`)).headers.get("cache-control")).toBe("max-age=3600");
    const again = await fetch(`${url}/css/board.css`, { headers: { "if-none-match": headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
  });

  test("nothing beside them is served", async () => {
    const port = Number(new URL(url).port);
    for (const path of [
      "/../board.ts",
      "/%2e%2e/board.ts",
      "/css/..%2f..%2fboard.ts",
      "/board.ts",
      "/templates/layout.html",
      "/.gitignore",
    ]) {
      const { status, body } = await askHttp1(port, { path });
      expect([400, 404]).toContain(status);
      expect(body).not.toContain("import");
    }
  });
});

describe("the apps beside the board", () => {
  test("Express knows its mount point and has was by import", async () => {
    const page = await pageOf("/express/");
    expect(page).toContain("<code>req.baseUrl</code></th><td>/express</td>");
    expect(page).toMatch(/was\.txnid\(\)<\/code><\/th><td>GTID-/);
  });

  test("Express reads a form and redirects below its mount point", async () => {
    const answer = await post("/express/greet", { name: "<Ada>" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/express/?name=%3CAda%3E"]);
    expect(await pageOf("/express/?name=%3CAda%3E")).toContain("<h1>Hello, &lt;Ada&gt;!</h1>");
    expect((await post("/express/greet", { name: "Eve" }, { origin: "https://evil.example" })).status).toBe(403);
  });

  test("Hono answers below its mount point", async () => {
    expect(await pageOf("/hono/")).toContain("<code>was.baseUrl</code></th><td>/hono</td>");
    expect(await (await postJson("/hono/echo", { a: [1] })).json()).toEqual({ received: { a: [1] } });
    expect((await postJson("/hono/echo", undefined)).status).toBe(400);
  });

  test("Hono makes a feed of the board's links", async () => {
    const answer = await fetch(`${url}/hono/feed.xml`);
    expect(answer.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
    const feed = await answer.text();
    expect(feed).toContain(`<id>${url}/links/1</id>`);
    expect(feed).toContain(`<link rel="self" href="${url}/hono/feed.xml"/>`);
  });

  test("a mount point without its slash leads to it, query and all", async () => {
    const answer = await fetch(`${url}/express?name=Ada`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([308, "/express/?name=Ada"]);
  });
});

test("all of it is there over HTTP/2 on the same port", async () => {
  const port = Number(new URL(url).port);
  expect((await askHttp2(port, { path: "/" })).body).toContain("<h1>New links</h1>");
  expect((await askHttp2(port, { path: "/express/" })).body).toContain("An Express app");
  expect((await askHttp2(port, { path: "/hono/" })).body).toContain("A Hono app");
});

test("two workers answer, and both see what one of them added", async () => {
  await post("/submit", { url: "https://example.com/both", title: "Seen by both" });
  // Connections that are held at the same time are spread over the workers.
  const agent = new Agent({ keepAlive: true });
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      get(url, { agent }, (answer) => void text(answer).then(resolve, reject)).on("error", reject);
    });
  const pages = await Promise.all(Array.from({ length: 8 }, ask));
  agent.destroy();
  const workers = new Set(pages.map((page) => /Served by worker (W\d)/.exec(page)?.[1]));
  expect(workers).toEqual(new Set(["W0", "W1"]));
  for (const page of pages) expect(page).toContain("Seen by both");
});

test("Ctrl-C ends it soon, with a browser's connections open, and leaves no process", async () => {
  await using own = await startDemo();
  await expect.poll(() => own.program.count()).toBe(3);
  await expect.poll(() => own.program.printed).toContain(`Serving ${own.url} (2 workers)`);
  const agent = new Agent({ keepAlive: true });
  await new Promise<IncomingMessage>((resolve, reject) => {
    request(own.url, { agent }, (answer) => void answer.resume().on("end", () => resolve(answer)))
      .on("error", reject)
      .end();
  });
  // By itself it takes a second at most; the rest is for a busy machine.
  await own.program.interrupt(3_000);
  expect(await own.program.count()).toBe(0);
  agent.destroy();
});

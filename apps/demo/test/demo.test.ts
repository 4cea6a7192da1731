import { Agent, get } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "@skitai-internal/services/vitest";
import { memberOf, startDemo, type Demo } from "./support/demo.ts";
import { bothWorkers } from "./support/workers.ts";

/** What people and programs meet, whatever the database. */
const cases = (start: () => Promise<Demo>): void => {
  let demo: Demo;
  let url: string;

  beforeAll(async () => {
    demo = await start();
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
      ["/overview", "Overview"],
      ["/checkup", "Check-up"],
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

    test("the status page tells of this worker, of what is mounted and of whom it asks", async () => {
      const page = await pageOf("/status");
      expect(page).toMatch(/<th scope="row">worker<\/th><td>W[01]<\/td>/);
      expect(page).toContain("<h2>upstreams</h2>");
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

  describe("pages that are made of several calls", () => {
    test("the overview has links, days and what the Express app tells", async () => {
      const page = await pageOf("/overview");
      expect(page).toContain(`<td>${process.version}</td>`);
      expect(page).toMatch(/<h2>Newest<\/h2>[^]+<a href="\/links\/\d+">[^]+<h2>Most votes<\/h2>[^]+<a href="\/links\/\d+">/);
      expect(page).toMatch(/<th scope="row">\d{4}-\d\d-\d\d<\/th><td>\d+<\/td>/);
      expect(page).not.toContain("Not available");
    });

    test("a search has links of all three services, the newest first, in pages", async () => {
      const titles = Array.from({ length: 25 }, (_, n) => `Zebra ${String(n).padStart(2, "0")}`);
      for (const title of titles) await postJson("/api/links", { url: `https://zebra.example/${title}`, title });
      const found = (page: string): string[] => [...page.matchAll(/>(Zebra \d\d)<\/a>/g)].map(([, title]) => title!);
      const [first, second] = [await pageOf("/search?q=ZEBRA"), await pageOf("/search?q=ZEBRA&page=2")];
      expect(first).toContain("25 links");
      expect([...found(first), ...found(second)]).toEqual(titles.toReversed());
    });

    test("the check-up tells of each part that it answers", async () => {
      const page = await pageOf("/checkup");
      expect(page.match(/answers after \d+ ms/g)).toHaveLength(6);
      expect(page.trim()).toMatch(/<\/html>$/);
    });
  });

  describe("what a worker keeps", () => {
    test("is shown again while nothing changes", async () => {
      const [one, other] = await bothWorkers(url);
      using _one = one;
      using _other = other;
      const hits = async (): Promise<number> => Number(/<th scope="row">hits<\/th><td>(\d+)/.exec(await one.get("/status"))?.[1]);
      await one.get("/top");
      const before = await hits();
      await one.get("/top");
      expect(await hits()).toBe(before + 2);
    });

    test("is never shown once the other worker has changed it, round after round", async () => {
      const [one, other] = await bothWorkers(url);
      using _one = one;
      using _other = other;
      for (let round = 0; round < 40; round++) {
        const [reader, writer] = round % 2 === 0 ? [one, other] : [other, one];
        const votes = 1 - (round % 2);
        expect(await writer.post("/links/3/vote")).toEqual({ votes, voted: votes === 1 });
        expect(await reader.get("/links/3")).toContain(`<span data-votes>${votes}</span>`);
      }
    });

    test("a search shows what was added just now by the other worker", async () => {
      const [one, other] = await bothWorkers(url);
      using _one = one;
      using _other = other;
      expect(await one.get("/search?q=giraffe")).toContain("No link has all of these words.");
      await postJson("/api/links", { url: "https://giraffe.example/", title: "A giraffe" });
      for (const visitor of [one, other]) expect(await visitor.get("/search?q=giraffe")).toContain("1 link<");
    });
  });

  test("Hono makes a feed of the board's links", async () => {
    const answer = await fetch(`${url}/hono/feed.xml`);
    expect(answer.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
    const feed = await answer.text();
    expect(feed).toContain(`<id>${url}/links/`);
    expect(feed).toContain(`<link rel="self" href="${url}/hono/feed.xml"/>`);
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
};

describe("with SQLite", () => cases(() => startDemo()));
describeWith("postgres", (pg) => cases(() => startDemo({ pgsql: memberOf(pg) })));

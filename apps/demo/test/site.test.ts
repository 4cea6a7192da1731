import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { describeWith } from "@skitai-internal/services/vitest";
import { askHttp1, askHttp2 } from "../../../tools/checks/lib/answers.ts";
import { run } from "../../../tools/checks/lib/command.ts";
import { memberOf, startDemo, type Demo } from "./support/demo.ts";
import { bothWorkers } from "./support/workers.ts";

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

/** A directory of data that outlives a demo. */
const dataDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), "skitai-demo-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

/** Nobody listens at any of these ports any more. */
const silent = async (ports: readonly number[]): Promise<boolean> => {
  const answers = await Promise.allSettled(ports.map((port) => fetch(`http://127.0.0.1:${port}/`)));
  return answers.every(({ status }) => status === "rejected");
};

test("a search and the check-up do without a service that hangs, say so, and are whole again when the master has replaced it", async () => {
  const data = await dataDirectory();
  await using own = await startDemo({ data });
  const search = async (): Promise<string> => (await fetch(`${own.url}/search?q=http`)).text();
  expect(await search()).not.toContain("did not answer");
  const master = (await readFile(join(data, "app.pid"), "utf8")).split("\n")[0];
  const processes = (await run("ps", ["-A", "-o", "pid=,ppid=,args="], { cwd: "/" })).split("\n");
  const service = processes.map((line) => line.trim().split(/\s+/)).find(([, parent, ...args]) => parent === master && args.at(-1) === "1");
  const pid = Number(service?.[0]);
  process.kill(pid, "SIGSTOP");
  try {
    // What both workers kept is no longer good for this.
    await fetch(`${own.url}/links/1/vote`, { method: "POST" });
    const page = await search();
    expect(page).toContain("1 of 3 search services did not answer");
    expect(page).toContain("<article");

    // The check-up shows what it has while it waits for the rest.
    const { body } = await fetch(`${own.url}/checkup`);
    let shown = "";
    let early = "";
    for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
      shown += piece;
      if (!shown.includes("Search service 2")) early = shown;
    }
    expect(early).toMatch(/The Hono app<\/th><td>answers/);
    expect(shown).toMatch(/Search service 2<\/th><td>\s*<span class="problem">does not answer: 730/);
    expect(shown.match(/answers after \d+ ms/g)).toHaveLength(5);
  } finally {
    process.kill(pid, "SIGKILL");
  }
  await expect.poll(search, { timeout: 15_000 }).not.toContain("did not answer");
});

describeWith(
  "postgres",
  (pg) => {
    test("a page shows what is there or kept when the database has gone, and the check-up tells what is wrong", async () => {
      await using own = await startDemo({ pgsql: memberOf(pg) });
      const [one, other] = await bothWorkers(own.url);
      using _one = one;
      using _other = other;
      expect(await one.get("/overview")).not.toContain("Not available");
      await pg.stop();
      expect(await one.get("/overview")).not.toContain("Not available");
      const page = await other.get("/overview");
      expect(page.match(/Not available right now/g)).toHaveLength(3);
      expect(page).toContain(`<td>${process.version}</td>`);
      expect(await other.get("/links/7")).toContain("Something broke");
      const checkup = await other.get("/checkup");
      expect(checkup).toMatch(/The database<\/th><td>\s*<span class="problem">does not answer/);
      expect(checkup).toMatch(/The Express app<\/th><td>answers/);
    });
  },
  { own: true },
);

test("what was added is there after a restart", async () => {
  const data = await dataDirectory();
  const link = { url: "https://example.com/kept", title: "Kept over a restart" };
  {
    await using first = await startDemo({ data });
    const headers = { "content-type": "application/json" };
    await fetch(`${first.url}/api/links`, { method: "POST", body: JSON.stringify(link), headers });
  }
  await using second = await startDemo({ data });
  const { links } = (await (await fetch(`${second.url}/api/links?size=1`)).json()) as { links: unknown[] };
  expect(links).toMatchObject([link]);
});

test("nothing goes on when the master is killed", async () => {
  await using own = await startDemo();
  own.program.kill();
  await expect.poll(() => silent([Number(new URL(own.url).port), ...own.searchPorts]), { timeout: 5_000 }).toBe(true);
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
  expect(await silent(own.searchPorts)).toBe(true);
  agent.destroy();
});

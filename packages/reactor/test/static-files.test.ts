import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { FileStore } from "../src/static/file-store.ts";
import { StaticFiles } from "../src/static/static-files.ts";
import { each, staticServer, writeTree } from "./support/static-server.ts";

describe.each([
  ["HTTP/1.1", false],
  ["HTTP/2", true],
])("over %s", (_, http2) => {
  test("a file is sent with its type, length and validators", async () => {
    const { ask, directory } = await staticServer({ "100.htm": "<p>hello</p>" }, { http2, serverHeader: "Skitai" });
    utimesSync(join(directory, "100.htm"), 1_000_000_000, 1_000_000_000);
    const { status, headers, text } = await ask("/100.htm?v=2");
    expect(status).toBe(200);
    expect(text).toBe("<p>hello</p>");
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-length": "12",
      "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT",
      etag: expect.stringMatching(/^"[^"]+"$/),
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      server: "Skitai",
      date: expect.stringMatching(/GMT$/),
    });
    for (const absent of ["cache-control", "expires", "vary", "content-encoding", "transfer-encoding"])
      expect(headers).not.toHaveProperty(absent);
  });

  test("HEAD has the headers of GET and no body", async () => {
    const { ask } = await staticServer(
      { "a.css": "a {}", "big.bin": Buffer.alloc(5_000) },
      { http2, maxCachedFile: 1_000, maxAge: [{ prefix: "/", seconds: 9 }] },
    );
    for (const path of ["/a.css", "/big.bin"]) {
      const get = await ask(path);
      const head = await ask(path, {}, "HEAD");
      expect(head.status).toBe(200);
      expect(head.body).toHaveLength(0);
      expect({ ...head.headers, date: "" }).toEqual({ ...get.headers, date: "" });
    }
  });

  test("a directory redirects to its form with a slash, query included, and shows its index file", async () => {
    const { ask } = await staticServer(
      { "docs/index.html": "index", "both/index.htm": "htm", "both/index.html": "html", "index.html": "root" },
      { http2 },
    );
    const redirect = await ask("/docs?a=b&c=%2F");
    expect(redirect.status).toBe(308);
    expect(redirect.headers.location).toBe("/docs/?a=b&c=%2F");
    expect(redirect.headers["content-length"]).toBe("0");
    expect((await ask("/docs/")).text).toBe("index");
    expect((await ask("/both/")).text).toBe("htm");
    expect((await ask("/?x")).text).toBe("root");
  });

  test("middleware in front keeps its headers", async () => {
    const { ask } = await staticServer({ "a.txt": "a" }, { http2, before: (_req, res) => void res.setHeader("X-Outer", "1") });
    expect((await ask("/a.txt")).headers).toMatchObject({ "x-outer": "1", "content-length": "1" });
  });
});

test.each([
  ["a.js", "text/javascript; charset=utf-8"],
  ["a.mjs", "text/javascript; charset=utf-8"],
  ["a.css", "text/css; charset=utf-8"],
  ["A.TXT", "text/plain; charset=utf-8"],
  ["a.json", "application/json"],
  ["a.svg", "image/svg+xml"],
  ["a.wasm", "application/wasm"],
  ["a.woff2", "font/woff2"],
  ["favicon.ico", "image/vnd.microsoft.icon"],
  ["a.tar.gz", "application/gzip"],
  ["LICENSE", "application/octet-stream"],
  ["html", "application/octet-stream"],
  ["a.unheard-of", "application/octet-stream"],
])("%s is of type %s", async (name, type) => {
  const { ask } = await staticServer({ [name]: "x" });
  expect((await ask(`/${name}`)).headers["content-type"]).toBe(type);
});

test("a small file is answered from memory the second time, and what is no file at once", async () => {
  const { ask, returned } = await staticServer({ "a.txt": "hello" });
  for (const path of ["/a.txt", "/a.txt", "/none"]) await ask(path);
  expect(returned[0]).toBeInstanceOf(Promise);
  expect(returned.slice(1)).toEqual([true, false]);
});

test("a file that changed a moment ago is not kept, because it may change again unseen", async () => {
  const { ask, returned, directory } = await staticServer({});
  writeTree(directory, { "a.txt": "one" });
  // The file system's clock is the real one.
  vi.setSystemTime(Date.now() - 60_000);
  for (let turn = 0; turn < 2; turn++) expect((await ask("/a.txt")).text).toBe("one");
  expect(returned[1]).toBeInstanceOf(Promise);
});

test("what is no file is left to the app: nothing there, a directory without index, a file name with a slash", async () => {
  const { statuses } = await staticServer({ "a.txt": "a", "empty/x.txt": "x", "deep/index.html/x.txt": "x" });
  const paths = ["/none", "/a.txt/", "/a.txt/b", "/empty/", "/deep/", `/${"x".repeat(300)}`, "*"];
  expect(await statuses(...paths)).toEqual(each(paths, 404));
});

test("names that need encoding are found", async () => {
  const { ask } = await staticServer({
    "a b.txt": "blank",
    "100%.txt": "percent",
    "ж.txt": "zhe",
    "q?x#y.txt": "signs",
    "a+b;c=d,e@f.txt": "plain",
  });
  expect((await ask("/a%20b.txt")).text).toBe("blank");
  expect((await ask("/100%25.txt")).text).toBe("percent");
  expect((await ask("/%d0%b6.txt")).text).toBe("zhe");
  expect((await ask("/q%3Fx%23y.txt")).text).toBe("signs");
  expect((await ask("/a+b;c=d,e@f.txt")).text).toBe("plain");
});

test("an empty file is an answer of no bytes", async () => {
  const { ask } = await staticServer({ "empty.txt": "" });
  for (let turn = 0; turn < 2; turn++)
    expect(await ask("/empty.txt")).toMatchObject({ status: 200, text: "", headers: { "content-length": "0" } });
});

describe("on the disk", () => {
  test("files that appear, change and vanish are noticed at once", async () => {
    const { ask, directory } = await staticServer({ "a.txt": "one" });
    expect((await ask("/a.txt")).text).toBe("one");
    expect((await ask("/new/b.txt")).status).toBe(404);
    writeTree(directory, { "a.txt": "two", "new/b.txt": "b" });
    expect((await ask("/a.txt")).text).toBe("two");
    expect((await ask("/new/b.txt")).text).toBe("b");
    rmSync(join(directory, "a.txt"));
    expect((await ask("/a.txt")).status).toBe(404);
  });

  test("a file replaced by one of the same size and time is noticed", async () => {
    const { ask, directory } = await staticServer({ "a.txt": "one", "next.txt": "two" });
    for (const name of ["a.txt", "next.txt"]) utimesSync(join(directory, name), 1_000_000_000, 1_000_000_000);
    expect((await ask("/a.txt")).text).toBe("one");
    expect((await ask("/a.txt")).text).toBe("one");
    renameSync(join(directory, "next.txt"), join(directory, "a.txt"));
    expect((await ask("/a.txt")).text).toBe("two");
  });

  test("a time in the future is not told", async () => {
    const { ask, directory } = await staticServer({ "a.txt": "a" });
    utimesSync(join(directory, "a.txt"), 4_000_000_000, 4_000_000_000);
    const { headers } = await ask("/a.txt");
    expect(Date.parse(headers["last-modified"]!)).toBeLessThanOrEqual(Date.now());
  });

  test("links are followed inside the directory and refused where they lead out", async () => {
    const { ask, statuses, directory } = await staticServer({ "public/a.txt": "a", "secret/b.txt": "b" }, { mounts: [["", "public"]] });
    const link = (target: string, name: string): void => symlinkSync(target, join(directory, "public", name));
    link("a.txt", "inside.txt");
    link("../secret/b.txt", "outside.txt");
    link("../secret", "dir");
    link("loop", "loop");
    link("nowhere", "broken");
    expect((await ask("/inside.txt")).text).toBe("a");
    const paths = ["/outside.txt", "/dir/b.txt", "/dir", "/loop", "/broken"];
    expect(await statuses(...paths)).toEqual(each(paths, 404));
    // From what is remembered.
    expect(await statuses(...paths)).toEqual(each(paths, 404));
  });

  test("a link that is turned outwards is refused from then on, and the other way round", async () => {
    const { ask, directory } = await staticServer({ "public/a.txt": "a", "secret.txt": "b" }, { mounts: [["", "public"]] });
    const link = join(directory, "public/link.txt");
    for (const [target, status] of [
      ["a.txt", 200],
      ["../secret.txt", 404],
      ["a.txt", 200],
    ] as const) {
      rmSync(link, { force: true });
      symlinkSync(target, link);
      expect((await ask("/link.txt")).status).toBe(status);
      expect((await ask("/link.txt")).status).toBe(status);
    }
  });

  test("a link allowed below one mount is not allowed below a narrower one", async () => {
    const { ask, directory } = await staticServer(
      { "all/img/a.txt": "a", "all/other.txt": "o" },
      {
        mounts: [
          ["/wide", "all"],
          ["/narrow", "all/img"],
        ],
      },
    );
    symlinkSync("../other.txt", join(directory, "all/img/link.txt"));
    expect((await ask("/wide/img/link.txt")).text).toBe("o");
    expect((await ask("/narrow/link.txt")).status).toBe(404);
    expect((await ask("/wide/img/link.txt")).text).toBe("o");
  });

  test("the mounted directory may be a link itself and be switched", async () => {
    const { ask, directory } = await staticServer({ "v1/a.txt": "1", "v2/a.txt": "2" }, { mounts: [["", "current"]] });
    symlinkSync("v1", join(directory, "current"));
    expect((await ask("/a.txt")).text).toBe("1");
    symlinkSync("v2", join(directory, "next"));
    renameSync(join(directory, "next"), join(directory, "current"));
    expect((await ask("/a.txt")).text).toBe("2");
  });

  test("what is neither file nor directory is never opened", async () => {
    const { ask, directory } = await staticServer({});
    execFileSync("mkfifo", [join(directory, "pipe")]);
    expect((await ask("/pipe")).status).toBe(404);
  });
});

describe("mounts", () => {
  test("several directories on one point are tried in their order, and again at each request", async () => {
    const { ask, directory } = await staticServer(
      { "one/a.txt": "1", "two/a.txt": "2", "two/b.txt": "b", "two/d/index.html": "d" },
      {
        mounts: [
          ["", "one"],
          ["", "two"],
        ],
      },
    );
    expect((await ask("/a.txt")).text).toBe("1");
    expect((await ask("/b.txt")).text).toBe("b");
    expect((await ask("/d/")).text).toBe("d");
    writeTree(directory, { "one/b.txt": "new" });
    expect((await ask("/b.txt")).text).toBe("new");
  });

  test("after a refused link the next directory is tried", async () => {
    const { ask, directory } = await staticServer(
      { "two/a.txt": "2", "secret.txt": "s" },
      {
        mounts: [
          ["", "one"],
          ["", "two"],
        ],
      },
    );
    mkdirSync(join(directory, "one"));
    symlinkSync("../secret.txt", join(directory, "one/a.txt"));
    for (let turn = 0; turn < 2; turn++) expect((await ask("/a.txt")).text).toBe("2");
  });

  test("the longest point that is a whole-segment prefix wins, with no falling back", async () => {
    const mounts: [string, string][] = [
      ["", "root"],
      ["/img", "img"],
      ["/img/big", "big"],
    ];
    const { ask } = await staticServer(
      { "root/img/a.txt": "root", "root/imgs/a.txt": "imgs", "img/b.txt": "img", "big/c.txt": "big", "img/big/d.txt": "no" },
      { mounts },
    );
    expect((await ask("/img/a.txt")).status).toBe(404);
    expect((await ask("/imgs/a.txt")).text).toBe("imgs");
    expect((await ask("/img/b.txt")).text).toBe("img");
    expect((await ask("/img/big/c.txt")).text).toBe("big");
    expect((await ask("/img/big/d.txt")).status).toBe(404);
    expect(await ask("/img")).toMatchObject({ status: 308, headers: { location: "/img/" } });
  });

  test("files that begin with a dot are hidden, but not /.well-known at the root of the host", async () => {
    const files = {
      ".env": "x",
      ".git/config": "x",
      "a/.b/c.txt": "x",
      ".well-known/acme": "ok",
      ".well-known/.x": "x",
      "a/.well-known/y": "x",
      "a.b/c..d": "dots",
    };
    const { ask, statuses } = await staticServer(files);
    const hidden = ["/.env", "/.git/config", "/.git", "/a/.b/c.txt", "/.well-known/.x", "/a/.well-known/y", "/%2eenv", "/.well-known%2f.x"];
    expect(await statuses(...hidden)).toEqual(each(hidden, 404));
    expect((await ask("/.well-known/acme")).text).toBe("ok");
    expect((await ask("/a.b/c..d")).text).toBe("dots");
  });

  test("a mount point with a dot in it is what its owner wanted", async () => {
    const { ask } = await staticServer({ "w/token": "t", "w/.x": "x" }, { mounts: [["/.well-known/acme-challenge", "w"]] });
    expect((await ask("/.well-known/acme-challenge/token")).text).toBe("t");
    expect((await ask("/.well-known/acme-challenge/.x")).status).toBe(404);
  });

  test("a redirect never leaves the host, whatever an outer server took from the path", async () => {
    const { ask } = await staticServer({ "d/x": "x", "e f#ж/x": "x" }, { before: (req) => Reflect.set(req, "baseUrl", "//evil.example") });
    expect((await ask("/d?//x")).headers.location).toBe("/evil.example/d/?//x");
    const inner = await staticServer({ "d/x": "x", "e f#ж/x": "x" }, { before: (req) => Reflect.set(req, "baseUrl", "/outer") });
    expect((await inner.ask("/d")).headers.location).toBe("/outer/d/");
    expect((await inner.ask("/e%20f%23%d0%b6?%d0%b6")).headers.location).toBe("/outer/e%20f%23%D0%B6/?%d0%b6");
  });
});

describe("max-age", () => {
  const files = { "a.txt": "a", "js/a.js": "a", "images/a.gif": "a", "imagesx/a.gif": "a", "images/private/a.gif": "a" };
  const maxAge = [
    ["/", 300],
    ["/js", 0],
    ["/images/", 3600],
    ["/images/private/a.gif", 1.5],
  ].map(([prefix, seconds]) => ({ prefix: String(prefix), seconds: Number(seconds) }));

  test.each([
    ["/a.txt", 300],
    ["/js/a.js", 0],
    ["/images/a.gif", 3600],
    ["/imagesx/a.gif", 300],
    ["/images/private/a.gif", 1],
    ["/%69mages/a.gif", 3600],
  ])("of %s is %i seconds, by the longest prefix", async (path, seconds) => {
    const { ask } = await staticServer(files, { maxAge });
    const { headers } = await ask(path);
    expect(headers["cache-control"]).toBe(seconds === 0 ? undefined : `max-age=${seconds}`);
    expect(headers.expires).toBe(seconds === 0 ? undefined : new Date(Math.floor(Date.now() / 1000 + seconds) * 1000).toUTCString());
  });

  test("moves Expires along with the time, from memory too", async () => {
    const { ask, returned } = await staticServer(files, { maxAge });
    const first = (await ask("/a.txt")).headers.expires!;
    vi.setSystemTime(Date.now() + 5_000);
    const second = (await ask("/a.txt")).headers.expires!;
    expect(Date.parse(second) - Date.parse(first)).toBe(5_000);
    expect(returned[1]).toBe(true);
  });

  test("of one file under two paths is told apart", async () => {
    const { ask } = await staticServer(files, {
      mounts: [
        ["/a", "."],
        ["/b", "."],
      ],
      maxAge: [
        { prefix: "/a", seconds: 10 },
        { prefix: "/b", seconds: 20 },
      ],
    });
    for (let turn = 0; turn < 2; turn++) {
      expect((await ask("/a/a.txt")).headers["cache-control"]).toBe("max-age=10");
      expect((await ask("/b/a.txt")).headers["cache-control"]).toBe("max-age=20");
    }
  });

  test.each([
    ["images", 1],
    ["/", -1],
    ["/", Number.NaN],
  ])("of %j and %d seconds is refused", (prefix, seconds) => {
    const responses = { server: undefined, compressFrom: 0, debug: false };
    expect(() => new StaticFiles({ mounts: [], maxAge: [{ prefix, seconds }], responses })).toThrow(
      expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }),
    );
  });
});

describe("memory", () => {
  test("that is too small, or none, changes nothing but the speed", async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}.txt`, `${at}`.repeat(1_000)]));
    for (const cacheSize of [0, 100, 5_000]) {
      const { ask } = await staticServer(files, { cacheSize });
      for (let turn = 0; turn < 2; turn++)
        for (const [name, content] of Object.entries(files)) expect((await ask(`/${name}`)).text).toBe(content);
    }
  });

  test("is filled once for many who ask for a new file together", async () => {
    const { ask, directory, returned } = await staticServer({ "a.txt": "one" });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("/a.txt")));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(["one"]));
    writeFileSync(join(directory, "a.txt"), "changed");
    expect((await ask("/a.txt")).text).toBe("changed");
    for (const served of returned) expect(await served).toBe(true);
  });

  test("may be shared by hosts, each with its own max-age", async () => {
    const store = new FileStore({ server: undefined });
    const one = await staticServer({ "a.txt": "a" }, { store, maxAge: [{ prefix: "/", seconds: 1 }] });
    const two = await staticServer({}, { store, mounts: [["", one.directory]], maxAge: [{ prefix: "/", seconds: 2 }] });
    for (let turn = 0; turn < 2; turn++) {
      expect((await one.ask("/a.txt")).headers["cache-control"]).toBe("max-age=1");
      expect((await two.ask("/a.txt")).headers["cache-control"]).toBe("max-age=2");
    }
    expect(two.returned).toEqual([true, true]);
  });
});

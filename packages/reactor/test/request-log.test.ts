import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Log } from "../src/log/logger.ts";
import { RequestLog, type RequestLogOptions, type RequestRecord } from "../src/log/request-log.ts";

const moment = new Date(2026, 10, 20, 20, 27, 32).getTime();

const plain: RequestRecord = {
  remoteAddress: "127.0.0.1",
  host: "127.0.0.1:5055",
  method: "GET",
  url: "/hello/a?b=c",
  version: "HTTP/1.1",
  requestBytes: 0,
  status: 200,
  replyBytes: 130,
  gtxid: "GTID-421a-C61-R62",
  ltxid: 1000,
  userAgent: "curl/7.88.1",
  worker: "W0",
  activeSockets: 3,
  handlingMs: 1.9,
  transferMs: 0.2,
};

const lineOf = (record: Partial<RequestRecord>, options: RequestLogOptions = {}): string => {
  const lines: string[] = [];
  const log: Log = { name: "request", log: () => {}, write: (line) => void lines.push(line) };
  new RequestLog(log, { now: () => moment, ...options }).write({ ...plain, ...record });
  expect(lines).toHaveLength(1);
  return lines[0]!;
};

/** Timestamp and 19 fields; what a quoted field holds has no quote in it. */
const shape = new RegExp(
  String.raw`^\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d ` +
    String.raw`(\S+) (\S+) ([A-Z]+) (\S+) (HTTP/\d\.\d) (\d+) (\d+) (\d+) (\S+) (\d+|-) ("[^"]*"|-) ([\w-]+) ("[^"]*"|-) ("[^"]*"|-) (\S+) (M|W\d+) (\d+) (\d+) (\d+)\n$`,
);

const fieldsOf = (line: string): string[] => {
  const match = shape.exec(line);
  if (match === null) throw new Error(`not a request line: ${line}`);
  return match.slice(1);
};

test("a line is the local time and 19 fields", () => {
  expect(lineOf({})).toBe(
    '2026.11.20 20:27:32 127.0.0.1 127.0.0.1:5055 GET /hello/a?b=c HTTP/1.1 0 200 130 GTID-421a-C61-R62 1000 - - - "curl/7.88.1" - W0 3 1 0\n',
  );
});

test("every field has its place", () => {
  const line = lineOf({
    method: "POST",
    requestBytes: 4122,
    user: "admin",
    token: "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiaGFucyJ9.c2lnbmF0dXJl",
    referer: "http://localhost/a b",
    forwardedFor: "10.0.0.1, 10.0.0.2",
    worker: "M",
  });
  expect(fieldsOf(line)).toEqual([
    "127.0.0.1",
    "127.0.0.1:5055",
    "POST",
    "/hello/a?b=c",
    "HTTP/1.1",
    "4122",
    "200",
    "130",
    "GTID-421a-C61-R62",
    "1000",
    '"admin"',
    "eyJ1c2VyIjoiaGFucyJ9",
    '"http://localhost/a b"',
    '"curl/7.88.1"',
    "10.0.0.1,10.0.0.2",
    "M",
    "3",
    "1",
    "0",
  ]);
});

test("what is absent or empty is a dash", () => {
  const line = lineOf({
    remoteAddress: undefined,
    host: undefined,
    gtxid: undefined,
    ltxid: undefined,
    userAgent: "",
    user: "",
    token: "",
    forwardedFor: "",
  });
  expect(line).toBe("2026.11.20 20:27:32 - - GET /hello/a?b=c HTTP/1.1 0 200 130 - - - - - - - W0 3 1 0\n");
});

test("numbers that make no sense are zero", () => {
  const fields = fieldsOf(lineOf({ handlingMs: Number.NaN, transferMs: -3, replyBytes: Infinity }));
  expect([fields[17], fields[18], fields[7]]).toEqual(["0", "0", "0"]);
});

test("a transfer of weeks is written in full", () => {
  expect(fieldsOf(lineOf({ transferMs: 5_000_000_000.7 }))[18]).toBe("5000000000");
});

describe("no value can forge another or a line", () => {
  const hostile = [
    "a b",
    'a" "b',
    'a\\" - "b',
    "\\",
    "a\r\n2026.11.20 20:27:32 6.6.6.6 - GET /forged HTTP/1.1",
    "a\nb",
    "a\tb",
    "a\u0000b",
    "\u001B[2Jb",
    "\u007F",
    "\u0085b",
    "\u009B31m",
    "caf\u00E9",
    "\u00C3\u00A9",
    "\u2028forged",
    "\u202Egnp.exe",
    "\uD83D\uDE00",
    "\uD800",
    " ",
    '"',
  ];
  const places: [keyof RequestRecord, number][] = [
    ["remoteAddress", 0],
    ["host", 1],
    ["url", 3],
    ["gtxid", 8],
    ["user", 10],
    ["token", 11],
    ["referer", 12],
    ["userAgent", 13],
    ["forwardedFor", 14],
  ];
  test.each(places)("%s", (name, index) => {
    const expected = fieldsOf(lineOf({ [name]: "harmless" }));
    for (const value of hostile) {
      const line = lineOf({ [name]: value });
      expect(line).toMatch(/^[ -~]+\n$/);
      const found = fieldsOf(line);
      expect(found.toSpliced(index, 1)).toEqual(expected.toSpliced(index, 1));
      expect(found[index]).not.toBe("-");
      expect(found[index]).toMatch(/^("?)(?:[^"\\]|\\x[0-9a-f]{2}|\\u[0-9a-f]{4})+\1$/);
    }
  });

  test("the method and the worker's name are escaped as well", () => {
    expect(lineOf({ method: "GET / HTTP/1.1\n", worker: "W 0" })).toContain(" GET\\x20/\\x20HTTP/1.1\\x0a /hello");
  });

  test("escapes are \\xHH for bytes and \\uHHHH beyond", () => {
    const fields = fieldsOf(lineOf({ url: '/a b"\\\u0007\u00E9\u2028', referer: 'a b"\\\n\uD83D\uDE00' }));
    expect(fields[3]).toBe("/a\\x20b\\x22\\x5c\\x07\\xe9\\u2028");
    expect(fields[12]).toBe('"a b\\x22\\x5c\\x0a\\ud83d\\ude00"');
  });
});

const tokenField = (token: string): string | undefined => fieldsOf(lineOf({ token }))[11];

const fingerprint = (token: string): string => createHash("sha256").update(token).digest("hex").slice(0, 8);

describe("a bearer token", () => {
  test("that is a JWT shows its claims and neither header nor signature", () => {
    const line = lineOf({ token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.U0lHTkFUVVJF" });
    expect(line).toContain(" eyJzdWIiOiIxIn0 ");
    expect(line).not.toContain("U0lHTkFUVVJF");
    expect(line).not.toContain("eyJhbGciOiJIUzI1NiJ9");
  });

  test.each([
    "s3cr3t-opaque",
    "secret.middle.part",
    "eyJh.secret.sig",
    "a.b",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig.extra.parts",
    "eyJh.eyJ\n.x",
  ])("%j shows only the start of its SHA-256", (token) => {
    expect(tokenField(token)).toBe(fingerprint(token));
  });
});

describe("as JSON lines", () => {
  test("a line is one object with the fields by name", () => {
    const line = lineOf({ user: "admin", token: "opaque", referer: 'say "hi"\n\\', handlingMs: 4.7 }, { json: true });
    expect(line.endsWith("}\n")).toBe(true);
    expect(JSON.parse(line)).toEqual({
      ...plain,
      time: new Date(moment).toISOString(),
      user: "admin",
      token: createHash("sha256").update("opaque").digest("hex").slice(0, 8),
      referer: 'say "hi"\n\\',
      forwardedFor: null,
      handlingMs: 4,
      transferMs: 0,
    });
  });

  test("whatever a client sent comes back from one ASCII line", () => {
    const nasty = 'x","status":999,"y":"\r\n\u0000\u001B\u0085\u00E9\u2028\uD83D\uDE00\\';
    const line = lineOf(
      { url: nasty, userAgent: nasty, host: nasty, forwardedFor: nasty, gtxid: undefined, ltxid: undefined },
      { json: true },
    );
    expect(line).toMatch(/^[ -~]+\n$/);
    expect(JSON.parse(line)).toMatchObject({
      url: nasty,
      userAgent: nasty,
      host: nasty,
      forwardedFor: nasty,
      status: 200,
      gtxid: null,
      ltxid: null,
    });
  });
});

const silent = (): RequestLog => new RequestLog({ name: "request", log: () => {}, write: () => {} });

const excluded = (patterns: string[], url: string): boolean => {
  const log = silent();
  for (const pattern of patterns) log.logOff(pattern);
  return log.excluded(url);
};

describe("logOff", () => {
  test.each<[patterns: string[], url: string, isOff: boolean]>([
    [[], "/a", false],
    [["*.css"], "/site.css", true],
    [["*.css"], "/site.css?v=1", false],
    [["*.css"], "/?file=a.css", true],
    [["*.css"], "/site.CSS", false],
    [["*v=1"], "/site.css?v=1", true],
    [["/static/"], "/static/a.png", true],
    [["/static/"], "/static", false],
    [["/static/"], "/other/static/", false],
    [["/static/*"], "/static/a.png", true],
    [["/static/*"], "/stat", false],
    [["/a/private"], "/a/private-2", true],
    [["/a/private"], "/a/public", false],
    [["/"], "/", false],
    [["/"], "/x", true],
    [["/*"], "/", false],
    [["*"], "/", false],
    [["*"], "/x?y", true],
    [["*/"], "/", false],
    [["/a", "*.js"], "/b.js", true],
    [["/a", "*.js"], "/a.txt", true],
    [["/a", "*.js"], "/b.txt", false],
  ])("%j and %s: excluded is %s", (patterns, url, isOff) => {
    expect(excluded(patterns, url)).toBe(isOff);
  });

  test("a rule for one file does not switch its directory", () => {
    const log = silent();
    log.logOff("/img/logo");
    expect(log.excluded("/img/logo.png")).toBe(true);
    expect(log.excluded("/img/photo.png")).toBe(false);
    expect(log.excluded("/img/logo.png")).toBe(true);
  });

  test.each(["", "/a*b", "*x*", "/a**"])("the pattern %j is refused", (pattern) => {
    expect(() => excluded(["/fine", pattern], "/x")).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
  });

  test("a refused call adds none of its patterns", () => {
    const log = silent();
    expect(() => log.logOff("/a", "")).toThrow("logOff cannot be");
    expect(log.excluded("/a")).toBe(false);
  });
});

import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Engine } from "../src/engine/engine.ts";
import { parseAlias } from "../src/upstream/alias.ts";
import { Cluster } from "../src/upstream/cluster.ts";
import { parseMember, type UpstreamKind } from "../src/upstream/member.ts";
import { Upstreams } from "../src/upstream/upstreams.ts";

describe("member", () => {
  test.each([
    ["10.0.0.1:5001", "http", { host: "10.0.0.1", port: 5001, weight: 1 }],
    ["10.0.0.1", "http", { port: 80 }],
    ["a.example", "https", { port: 443 }],
    ["a.example", "redis", { port: 6379 }],
    ["a.example/app", "mongodb", { port: 27_017, database: "app" }],
    ["u:p@10.0.0.1:5001 20", "http", { user: "u", password: "p", port: 5001, weight: 20 }],
    ["u%40d:p%40w@h", "http", { user: "u@d", password: "p@w", host: "h" }],
    ["u@h:1/db 3", "postgresql", { user: "u", password: "", host: "h", port: 1, database: "db", weight: 3 }],
    ["[::1]:5000", "http", { host: "[::1]", port: 5000 }],
    ["/var/my data/app.db 2", "sqlite3", { database: "/var/my data/app.db", weight: 2 }],
  ] as [string, UpstreamKind, object][])("%s of kind %s is read", (text, kind, expected) => {
    expect(parseMember(text, kind)).toMatchObject(expected);
  });

  test.each(["", "h:0", "h:65536", "h:x", "a b c", "h 0", "u:p@", "%zz@h", "http://h", "h;rm"])("%j is refused", (text) => {
    expect(() => parseMember(text, "http")).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_ALIAS" }));
  });

  test.each(["user:hunter2@h:99999", "user:se:hunter2@h:99999", "user:p@hunter2@h", "user:p @hunter2@h"])(
    "an error about %s never shows the password",
    (text) => {
      const shown = (): string => {
        try {
          return JSON.stringify(parseMember(text, "http"));
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(shown()).toMatch(/^"user:\*\*\*@h/);
    },
  );
});

test.each([
  [
    "postgresql://us:pw@127.0.0.1:1/db",
    "postgresql",
    '"postgresql://us:***@127.0.0.1:1/db" is not an alias definition: leave "postgresql://" out',
  ],
  ["http://us:pw@host/", "http", '"http://us:***@host/" is not an alias definition: leave "http://" out'],
  ["http://token:pw", "http", '"http://token:***" is not'],
  ["token:secretpw", "http", '"token:***" is not'],
  ["us:secretpw h", "redis", '"us:***" is not'],
  ["us:1234567", "redis", '"us:***" is not'],
  ["h:99999", "http", '"h:99999" is not'],
] as [string, UpstreamKind, string][])("the member %s is refused, and its password is not shown", (text, kind, message) => {
  expect(() => parseMember(text, kind)).toThrow(message);
});

test("a member's password can be read, and is not shown where members are", () => {
  const alias = parseAlias("db", "postgresql", "us:hunter2@h/db");
  const [member] = new Cluster(alias).members;
  expect([alias.members[0]?.password, member?.password]).toEqual(["hunter2", "hunter2"]);
  for (const shown of [alias, member, new Upstreams().define(alias)])
    expect(JSON.stringify(shown) + inspect(shown, { depth: 20 })).not.toContain("hunter2");
});

describe("alias", () => {
  test("has its name without the leading @, and each member once with its last weight", () => {
    const alias = parseAlias("@members", "http", ["a:1 5", "b:2", "a:1 7"], { role: "admin, staff", source: "172.30.1.0/24" });
    expect(alias).toMatchObject({ name: "members", kind: "http", roles: ["admin", "staff"], sources: ["172.30.1.0/24"], ssl: false });
    expect(alias.members.map(({ host, weight }) => [host, weight])).toEqual([
      ["a", 7],
      ["b", 1],
    ]);
  });

  test("takes one member as a string, and kinds by all their names", () => {
    expect(parseAlias("db", "*postgresql", "h").kind).toBe("postgresql");
    expect(parseAlias("db", "pgsql", "h").kind).toBe("postgresql");
    expect(parseAlias("s", "https", "h").ssl).toBe(true);
  });

  test.each([
    ["", "http", ["h"], {}],
    ["a/b", "http", ["h"], {}],
    ["a", "gopher", ["h"], {}],
    ["a", "constructor", ["h"], {}],
    ["a", "http", [], {}],
    ["a", "http", [5], {}],
    ["a", "http", [undefined], {}],
    ["a", "http", undefined, {}],
    ["a", undefined, ["h"], {}],
    [5, "http", ["h"], {}],
    ["a", "http", ["h"], { source: "nowhere" }],
    ["a", "http", ["h"], { source: "10.0.0.0/99" }],
    ["a", "http", ["h"], { source: "10.0.0.0/" }],
    ["a", "http", ["h"], { source: "10.0.0.0/8/8" }],
    ["a", "http", ["h"], { source: "10.0.0.0/1e1" }],
  ] as [string, string, string[], object][])("(%j, %j, %j, %j) is refused", (name, kind, members, options) => {
    expect(() => parseAlias(name, kind, members, options)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_ALIAS" }));
  });
});

test("the status shows no password where a member has none", () => {
  const engine = new Engine();
  engine.alias("@files", "sqlite3", "/srv/files.db").alias("@members", "http", "10.0.0.1:5001");
  expect(JSON.stringify(engine.status("aliases"))).not.toContain("password");
});

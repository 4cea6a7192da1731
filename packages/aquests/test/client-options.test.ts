import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createClient, type ClientOptions } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";

/** What untyped programs give. */
const given = (options: object): ClientOptions => options;

test.each([
  [{ insecure: "no" }, "insecure cannot be"],
  [{ http2: "yes" }, "http2 cannot be"],
  [{ h2c: 1 }, "h2c cannot be"],
  [{ ca: 5 }, "ca cannot be"],
  [{ ca: [5] }, "ca cannot be"],
  [{ cert: 5, key: "k" }, "cert cannot be"],
  [{ cert: "c", key: { secret: "hunter2" } }, "key cannot be"],
  [{ servername: 5 }, "servername cannot be"],
  [{ userAgent: 5 }, "userAgent cannot be"],
  [{ report: 5 }, "report cannot be"],
  [{ aliases: [] }, "aliases cannot be"],
  [{ aliases: { "@a": "http" } }, "The alias @a cannot be"],
  [{ aliases: { "@a": ["http"] } }, "The alias @a cannot be"],
  [{ aliases: { "@a": { secret: "hunter2" } } }, "The alias @a cannot be"],
])("%j is refused with its name and a way out", (options, message) => {
  const make = (): unknown => createClient(given(options));
  expect(make).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_OPTION", message: expect.stringContaining(message) }));
  expect(make).toThrow(/\. (Use|Write) /);
  expect(make).not.toThrow("hunter2");
});

test("certificates may be texts, Buffers and lists of them", () => {
  for (const ca of ["pem", Buffer.from("pem"), ["pem", Buffer.from("pem")]]) expect(() => clientOf({ ca })).not.toThrow();
});

test("a database server that is no text, or of another scheme, is refused, and its password is not shown", () => {
  const client = clientOf();
  expect(() => client.postgresql(5 as never)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  expect(() => client.sqlite3(5 as never)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  expect(() => client.backend(5 as never)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  expect(() => client.db(5 as never, "d", undefined, { dbtype: "postgresql" })).toThrow(
    expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }),
  );
  expect(() => client.redis(5 as never)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  expect(() => client.mongodb(5 as never)).toThrow(expect.objectContaining({ code: "SKITAI_AQUESTS_BAD_TARGET" }));
  expect(() => client.postgresql("http://us:pw@h/")).toThrow('leave "http://" out');
  expect(() => client.postgresql("http://us:pw@h/")).not.toThrow("pw");
  expect(() => client.postgresql("us:secretpw")).not.toThrow("secretpw");
});

test("a client that is printed shows no password", () => {
  const client = clientOf({ aliases: { db: ["postgresql", "us:hunter2@h/db"] } });
  expect(client.upstreams.get("db")?.members[0]?.password).toBe("hunter2");
  expect(inspect(client, { depth: 20 }) + inspect(client.upstreams.aliases, { depth: 20 })).not.toContain("hunter2");
});

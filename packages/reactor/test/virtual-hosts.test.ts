import { describe, expect, test } from "vitest";
import { hostName, parseHostRule } from "../src/host/host-rule.ts";
import { HostTable } from "../src/host/host-table.ts";
import { VirtualHost } from "../src/host/virtual-host.ts";

describe("host rules", () => {
  test.each(["", "a b!", "http://x.com", "x.com/y", "*", "*.*.com", "a..b", "*x.com"])("refuse %j", (rule) => {
    expect(() => parseHostRule(rule)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_HOST" }));
  });

  test.each([
    ["WWW.Site.com:8080", "www.site.com"],
    ["site.com.", "site.com"],
    ["[::1]:5000", "[::1]"],
    ["localhost", "localhost"],
  ])("read %s as %s", (header, name) => {
    expect(hostName(header)).toBe(name);
  });
});

describe("the host table", () => {
  const table = new HostTable();
  for (const rule of ["default", "www.a.com", "b.com www.b.com", ".c.com", "*.d.com", "x.d.com", ".deep.c.com"]) table.of(rule);

  test.each([
    ["www.a.com", "www.a.com"],
    ["WWW.A.COM:5000", "www.a.com"],
    ["ww.a.com", "default"],
    ["a.com", "default"],
    ["b.com", "b.com www.b.com"],
    ["www.b.com", "b.com www.b.com"],
    ["c.com", ".c.com"],
    ["x.c.com", ".c.com"],
    ["y.x.c.com", ".c.com"],
    ["a.deep.c.com", ".deep.c.com"],
    ["xc.com", "default"],
    ["d.com", "default"],
    ["y.d.com", "*.d.com"],
    ["x.d.com", "x.d.com"],
    ["", "default"],
  ])("sends %s to %s", (host, rule) => {
    expect(table.find(host)?.name).toBe(rule);
  });

  test("has no host for a stranger when there is no default one", () => {
    const only = new HostTable();
    only.of("a.com");
    expect(only.find("b.com")).toBeUndefined();
    expect(only.only).toBeUndefined();
  });

  test("takes the same names in another case for the same host", () => {
    expect(table.of("WWW.a.com")).toBe(table.of("www.a.com"));
  });
});

describe("mounts of a host", () => {
  const host = new VirtualHost("default");
  const app = { target: {}, handle: (): void => {} };
  for (const point of ["/a", "", "/a/b", "/ab"]) host.add({ point, host: "default", name: point || "root", app });

  test.each([
    ["/", ""],
    ["/x", ""],
    ["/a", "/a"],
    ["/a/", "/a"],
    ["/a/c", "/a"],
    ["/a/b", "/a/b"],
    ["/a/b/c", "/a/b"],
    ["/a/bc", "/a"],
    ["/ab", "/ab"],
    ["/abc", ""],
    ["/A", ""],
  ])("%s belongs to the longest whole-segment point %j", (path, point) => {
    expect(host.match(path)?.point).toBe(point);
  });

  test("give way to a later app at the same point", () => {
    const table = new VirtualHost("default");
    const first = { point: "/x", host: "default", name: "one", app };
    const second = { ...first, name: "two" };
    expect(table.add(first)).toBeUndefined();
    expect(table.add(second)).toBe(first);
    expect(table.match("/x/y")).toBe(second);
  });

  test("match nothing outside their points when none is at the root", () => {
    const table = new VirtualHost("default");
    table.add({ point: "/x", host: "default", name: "x", app });
    expect(table.match("/y")).toBeUndefined();
  });
});

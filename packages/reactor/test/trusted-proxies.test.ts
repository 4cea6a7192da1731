import { describe, expect, test } from "vitest";
import { TrustedProxies } from "../src/http/trusted-proxies.ts";
import type { NodeRequest } from "../src/http/types.ts";

const request = (remoteAddress: string, headers: Record<string, string> = {}, encrypted = false): NodeRequest =>
  ({ headers: { host: "Inner.example:5000", ...headers }, socket: { remoteAddress, encrypted } }) as never;

const forwarded = { "x-forwarded-for": "1.1.1.1, 2.2.2.2, 10.0.0.9", "x-forwarded-proto": "https", "x-forwarded-host": "Outer.example" };

describe("without trusted addresses", () => {
  const nobody = new TrustedProxies([]);

  test("forwarded headers are ignored", () => {
    const req = request("127.0.0.1", forwarded);
    expect([nobody.clientAddress(req), nobody.scheme(req), nobody.host(req)]).toEqual(["127.0.0.1", "http", "inner.example:5000"]);
  });
});

describe("with trusted addresses", () => {
  const proxies = new TrustedProxies(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]);

  test("the client is the last address that is not trusted", () => {
    expect(proxies.clientAddress(request("127.0.0.1", forwarded))).toBe("2.2.2.2");
  });

  test("a stranger's headers are ignored", () => {
    const req = request("9.9.9.9", forwarded);
    expect([proxies.clientAddress(req), proxies.scheme(req), proxies.host(req)]).toEqual(["9.9.9.9", "http", "inner.example:5000"]);
  });

  test("scheme and host come from the trusted peer", () => {
    const req = request("::ffff:10.1.2.3", forwarded);
    expect([proxies.scheme(req), proxies.host(req)]).toEqual(["https", "outer.example"]);
  });

  test("an address list that is no list ends at what can be read", () => {
    expect(proxies.clientAddress(request("127.0.0.1", { "x-forwarded-for": "1.1.1.1, unknown, 10.0.0.1" }))).toBe("10.0.0.1");
    expect(proxies.clientAddress(request("fd00::1", { "x-forwarded-for": "<script>" }))).toBe("fd00::1");
  });

  test("a scheme that is none is ignored", () => {
    expect(proxies.scheme(request("127.0.0.1", { "x-forwarded-proto": "gopher" }, true))).toBe("https");
  });
});

test.each(["10.0.0.0/33", "10.0.0/8", "localhost", "", "10.0.0.0/", "::/129", "1.2.3.4/8/8"])(
  "%j is refused as a trusted address",
  (address) => {
    expect(() => new TrustedProxies([address])).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_BAD_OPTION" }));
  },
);

import { expect, test } from "vitest";
import { mayChange } from "../same-origin.ts";

const site = "http://127.0.0.1:5000";

test.each([
  ["a page of this site", site, "same-origin", true],
  ["a page of another site", "http://evil.example", "cross-site", false],
  ["another port of this machine", "http://127.0.0.1:5001", "same-site", false],
  ["the same name over TLS", "https://127.0.0.1:5000", undefined, false],
  ["a sandboxed frame", "null", "cross-site", false],
  ["a browser that hides the origin", undefined, "cross-site", false],
  ["an address typed by hand", undefined, "none", true],
  ["a program", undefined, undefined, true],
] as const)("POST from %s", (_who, origin, fetchSite, allowed) => {
  expect(mayChange({ method: "POST", origin, fetchSite, site })).toBe(allowed);
});

test.each(["GET", "HEAD", "OPTIONS"])("%s changes nothing and may come from everywhere", (method) => {
  expect(mayChange({ method, origin: "http://evil.example", fetchSite: "cross-site", site })).toBe(true);
});

import { expect, test } from "vitest";
import { parseTarget } from "../src/http/request-target.ts";

test.each([
  ["/", "/", undefined, "/"],
  ["/a/b?c=/d%20", "/a/b", undefined, "/a/b?c=/d%20"],
  ["/%61%2Db/%7Ex", "/a-b/~x", undefined, "/%61%2Db/%7Ex"],
  ["/%2e%2e/%2Fx", "/%2e%2e/%2Fx", undefined, "/%2e%2e/%2Fx"],
  ["/%%32e/%2%35x", "/%%32e/%2%35x", undefined, "/%%32e/%2%35x"],
  ["*", "*", undefined, "*"],
  ["http://a.com/x?y", "/x", "a.com", "/x?y"],
  ["HTTP://a.com:80", "/", "a.com:80", "/"],
  ["http://a.com?y", "/", "a.com", "/?y"],
  ["//evil.com/x", "//evil.com/x", undefined, "//evil.com/x"],
])("%s asks for the path %s", (url, path, authority, origin) => {
  expect(parseTarget(url)).toEqual({ path, authority, url: origin });
});

test.each(["", "a.com:443", "a", "http://", "http://u@a.com/", "ftp://a.com/", "http:///x", "?x"])(
  "%j is no request target of a server",
  (url) => {
    expect(parseTarget(url)).toBeUndefined();
  },
);

import { expect, test } from "vitest";
import { respond } from "../src/response/respond.ts";
import { rawClient } from "./support/raw-client.ts";
import { wasServer } from "./support/was-server.ts";

test("a string is sent with its length in bytes and with the date", async () => {
  await using server = await wasServer((was) => respond(was, 200, ["Content-Type", "text/plain"], "héllo"));
  const res = await fetch(server.url);
  expect(res.status).toBe(200);
  expect(res.headers.get("content-length")).toBe("6");
  expect(res.headers.get("content-type")).toBe("text/plain");
  expect(res.headers.has("date")).toBe(true);
  expect(res.headers.has("server")).toBe(false);
  expect(await res.text()).toBe("héllo");
});

test("a small answer is one write", async () => {
  await using server = await wasServer((was) => respond(was, 200, [], "hello"));
  const client = await rawClient(server.port);
  const first = new Promise<string>((resolve) => client.socket.once("data", (chunk) => resolve(chunk.toString())));
  client.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await first).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Length: 5\r\n[^]*\r\n\r\nhello$/);
  client.socket.destroy();
});

test("a string or bytes need no promise", async () => {
  const returned: unknown[] = [];
  await using server = await wasServer((was) => {
    returned.push(respond(was, 200, [], was.path === "/bytes" ? new TextEncoder().encode("bytes") : "text"));
  });
  expect(await (await fetch(`${server.url}/bytes`)).text()).toBe("bytes");
  expect(await (await fetch(server.url)).text()).toBe("text");
  expect(returned).toEqual([undefined, undefined]);
});

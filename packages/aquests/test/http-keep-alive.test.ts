import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../src/index.ts";

/** A server that names no time, and says when its connections end. */
const silentAboutTimes = async (): Promise<{ url: string; ended: Promise<void>; opened: () => number }> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let opened = 0;
  const server = createServer({ keepAliveTimeout: 0 }, (_, res) => res.end("hello"));
  server.on("connection", (socket) => {
    opened++;
    socket.once("close", () => resolve());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close(() => {}).closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ended: promise, opened: () => opened };
};

test("an idle connection ends after the time of the client", async () => {
  const { url, ended, opened } = await silentAboutTimes();
  await using client = createClient({ keepAlive: "30ms" });
  await client.get(url);
  await client.get(url);
  expect(opened()).toBe(1);
  await ended;
});

test("no time at all is refused", () => {
  expect(() => createClient({ keepAlive: 0 })).toThrow("keepAlive cannot be 0");
});

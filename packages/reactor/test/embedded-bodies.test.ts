import { createServer as createHttp1, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttp2, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { Engine, type NodeListener } from "../src/index.ts";
import { http2Get } from "./support/http2-get.ts";

/** Tells how long a body is. */
const measure = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
  res.end(String((await text(req)).length));
};

/** An engine that allows bodies of a kilobyte. */
const limited = (): NodeListener => {
  const engine = new Engine({ requestLog: false, maxPostBodySize: "1kb" }).mount("/", measure);
  onTestFinished(() => engine.close());
  return engine.listener();
};

const listening = async (server: Server | Http2Server): Promise<string> => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const upload = async (url: string, size: number): Promise<[number, string]> => {
  const chunks = Array.from({ length: size / 256 }, () => Buffer.alloc(256, "x"));
  const res = await fetch(url, { method: "POST", body: ReadableStream.from(chunks), duplex: "half" });
  return [res.status, res.status === 200 ? await res.text() : ""];
};

test("a server's own request that comes in chunks is limited too", async () => {
  const url = await listening(createHttp1(limited()));
  expect(await upload(url, 1024)).toEqual([200, "1024"]);
  expect((await upload(url, 1280))[0]).toBe(413);
  expect(await upload(url, 512)).toEqual([200, "512"]);
});

test("so is one of which something has come before", async () => {
  const listener = limited();
  const url = await listening(
    createHttp1(async (req, res) => {
      // As middleware in front does that asks somebody else first.
      while (!req.complete && req.readableLength <= 1024) await turn();
      listener(req, res);
    }),
  );
  expect(await upload(url, 1024)).toEqual([200, "1024"]);
  expect((await upload(url, 1280))[0]).toBe(413);
});

test("so is one of HTTP/2", async () => {
  const url = await listening(createHttp2(limited()));
  const post = (size: number): Promise<Response> => http2Get(url, { method: "POST", body: "x".repeat(size) });
  expect(await (await post(1024)).text()).toBe("1024");
  expect((await post(1025)).status).toBe(413);
});

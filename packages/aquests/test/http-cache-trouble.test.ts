import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Engine, was } from "@skitai/reactor";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../../reactor/test/support/temporary-directory.ts";
import { aquests } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { serve } from "./support/serve.ts";

/** A place where no directory can be made. */
const occupied = (): string => {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  return file;
};

describe("a disk cache that cannot be used", () => {
  test("is told once, and calls do without it", async () => {
    await using server = await serve((_, res) => res.writeHead(200, { "Cache-Control": "max-age=60" }).end("text"));
    const told: unknown[] = [];
    const client = clientOf({ cache: { disk: "1mb", path: occupied() }, report: (message, error) => told.push([message, error]) });
    for (let at = 0; at < 3; at++) expect(await client.get(server.url)).toMatchObject({ text: "text", cached: false });
    expect(told).toEqual([["The HTTP cache is in trouble", expect.objectContaining({ code: "SKITAI_REACTOR_CACHE_UNUSABLE" })]]);
  });

  test("is told to whom its options name", async () => {
    await using server = await serve((_, res) => res.end("text"));
    const [told, reported]: [unknown[], unknown[]] = [[], []];
    const onError = (error: unknown): void => void told.push(error);
    const client = clientOf({ cache: { disk: "1mb", path: occupied(), onError }, report: (_, error) => reported.push(error) });
    await client.get(server.url);
    expect([told.length, reported.length]).toEqual([1, 0]);
  });

  test("is in the log of an engine when it begins, in one line", async () => {
    const lines: string[] = [];
    const engine = new Engine({ requestLog: false, varPath: temporaryDirectory() });
    onTestFinished(() => engine.close({ timeout: 0 }));
    engine.use(aquests({ cache: { disk: "1mb", path: occupied() } })).mount("/", (_, res) => void res.end("text"));
    engine.logs.get("app").log = (message: string): void => void lines.push(message);
    await engine.request("http://localhost/");
    await expect.poll(() => lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^The HTTP cache is in trouble: Cannot keep a cache in .*skitai-cache-1: .* \(SKITAI_REACTOR_CACHE_UNUSABLE\)$/,
    );
  });
});

test("the status page shows what became of the HTTP cache, where there is one", async () => {
  await using server = await serve((_, res) => res.writeHead(200, { "Cache-Control": "max-age=60" }).end("text"));
  const engine = new Engine({ requestLog: false }).use(aquests({ cache: { memory: "1mb" } }));
  onTestFinished(() => engine.close({ timeout: 0 }));
  engine.mount("/", { fetch: async () => new Response((await was.get(server.url)).text) });
  for (let at = 0; at < 2; at++) await (await engine.request("http://localhost/")).text();
  expect(engine.status("http-cache")).toMatchObject({ "http-cache": { misses: 1, memoryHits: 1, store: { kind: "memory", entries: 1 } } });
  const without = new Engine({ requestLog: false }).use(aquests());
  onTestFinished(() => without.close({ timeout: 0 }));
  without.mount("/", (_, res) => void res.end());
  await without.prepare();
  expect(without.status()).not.toHaveProperty("http-cache");
});

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { DiskStore } from "../src/cache/disk-store.ts";
import { headAt, putInto, textsIn } from "./support/cache-store-cases.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

interface Counts {
  readonly written: number;
  readonly found: number;
  readonly missed: number;
  readonly wrong: number;
  readonly errors: number;
}

const program = new URL("fixtures/cache/hammer.ts", import.meta.url).pathname;

/** A process that uses a directory for some time, and then says how it was. */
const hammer = async (directory: string, milliseconds: number, size: number): Promise<{ child: ChildProcess; done: Promise<Counts> }> => {
  const args = ["--conditions=skitai-source", program, directory, `${milliseconds}`, `${size}`];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], timeout: 15_000 });
  let out = "";
  const isReady = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      resolve();
    });
  });
  const done = once(child, "close").then(() => JSON.parse(out.split("\n")[1] || "{}") as Counts);
  await isReady;
  return { child, done };
};

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test("two processes that use one directory at the same time read nothing that is not whole, and stay near its size", async () => {
  const directory = temporaryDirectory();
  const processes = await Promise.all([hammer(directory, 2000, 300_000), hammer(directory, 2000, 3_000_000)]);
  const counts = await Promise.all(processes.map(({ done }) => done));
  for (const { written, found, wrong, errors } of counts) {
    expect({ wrong, errors }).toEqual({ wrong: 0, errors: 0 });
    expect(Math.min(written, found)).toBeGreaterThan(5);
  }
  expect(readdirSync(join(directory, "skitai-cache-1", "tmp"))).toEqual([]);
  let size = 0;
  for (const file of filesBelow(join(directory, "skitai-cache-1", "responses"))) size += statSync(file).size;
  // Each sees what the other one wrote when it looks, not while it writes.
  expect(size).toBeLessThanOrEqual(2 * 20 * 1024 ** 2);
}, 30_000);

test("a process that is killed while it writes leaves a directory that works, without litter", async () => {
  const directory = temporaryDirectory();
  const survivor = await hammer(directory, 6000, 500_000);
  for (let round = 0; round < 12; round++) {
    const { child } = await hammer(directory, 10_000, 5_000_000);
    // Somewhere in the middle of its work; each round elsewhere.
    await wait(5 + ((round * 7) % 45));
    child.kill("SIGKILL");
    await once(child, "close");
  }
  survivor.child.kill("SIGKILL");
  await once(survivor.child, "close");

  const errors: unknown[] = [];
  // Large enough that nothing has to go while it is looked at.
  const store = new DiskStore(directory, { maxSize: "1gb", onError: (error) => errors.push(error) });
  await store.open();
  expect(readdirSync(join(directory, "skitai-cache-1", "tmp"))).toEqual([]);
  let found = 0;
  for (let number = 0; number < 40; number++) {
    const key = `http://site/${number}`;
    for (const entry of await store.find(key, () => true)) {
      found++;
      const [text = ""] = await textsIn(store, key, ({ requestTime }) => requestTime === entry.head.requestTime);
      expect(text.length).toBe(Number(entry.head.headers[1]));
      expect(text.startsWith(`${key}#${entry.head.requestTime};`.slice(0, text.length))).toBe(true);
    }
  }
  expect(found).toBeGreaterThan(5);
  expect(errors).toEqual([]);
  expect(await putInto(store, headAt("http://site/new"), "hello")).toBe(true);
  expect(await textsIn(store, "http://site/new")).toEqual(["hello"]);
  await store.close();
}, 40_000);

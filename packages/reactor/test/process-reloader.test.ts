import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { isIgnored, Reloader } from "../src/process/reloader.ts";
import { eventually } from "./support/eventually.ts";
import { ask, load } from "./support/load.ts";
import { startService } from "./support/service.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const appThatSays = (status: number): string => `export const app = (req, res) => { res.statusCode = ${status}; res.end('{}'); };\n`;

test("a changed file brings new workers without losing a request, a broken one keeps those before and says why", async () => {
  const directory = temporaryDirectory();
  const app = join(directory, "app.mjs");
  writeFileSync(app, appThatSays(201));
  const service = await startService({ workers: 1, app, watch: [directory], engine: { directory } });
  const { result, stop } = load(service.port, { clients: 2, keepAlive: true });
  const status = async (): Promise<number> => (await ask(service.port, "/app/")).status;
  expect(await status()).toBe(201);

  writeFileSync(app, appThatSays(202));
  await eventually(async () => (await status()) === 202);
  await eventually(() => service.output().includes("[info] reloaded"));

  writeFileSync(app, "export const app = (req, res => res.end();\n");
  await eventually(() => service.output().includes("not reloaded"));
  expect(service.output()).toMatch(/\[error\] not reloaded, the workers before keep serving: .*Cannot mount/);
  expect(await status()).toBe(202);

  writeFileSync(app, appThatSays(203));
  await eventually(async () => (await status()) === 203);
  await stop();
  expect(result.failures).toEqual([]);
});

const counted = (): { reloader: Reloader; reloads: () => number } => {
  let reloads = 0;
  const reloader = new Reloader({ replace: async () => void reloads++, log: () => {} });
  return { reloader, reloads: () => reloads };
};

test("changes that come together are one reload", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { reloader, reloads } = counted();
  for (const path of ["a.ts", "b.ts", "c.ts"]) {
    reloader.changed(path);
    vi.advanceTimersByTime(99);
  }
  expect(reloads()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(reloads()).toBe(1);
});

test("changes that do not end put a reload off for a second", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { reloader, reloads } = counted();
  for (let time = 0; time < 1_100; time += 50) {
    reloader.changed("a.ts");
    vi.advanceTimersByTime(50);
  }
  expect(reloads()).toBe(1);
});

test("what nobody edits by hand is not watched, except where it is named itself", async () => {
  const directory = temporaryDirectory();
  const named = join(directory, "settings.json");
  writeFileSync(named, "{}");
  const lines: string[] = [];
  const reloader = new Reloader({ replace: async () => {}, log: (line) => lines.push(line) });
  onTestFinished(() => reloader[Symbol.asyncDispose]());
  reloader.watch([directory, named]);
  await eventually(() => {
    writeFileSync(join(directory, "other.json"), String(Math.random()));
    writeFileSync(named, String(Math.random()));
    return lines.includes(`${named} has changed, reloading`);
  });
  expect(lines.join("\n")).not.toContain("other.json");
});

test("a reload that fails is told, and the next change is seen", async () => {
  const directory = temporaryDirectory();
  const lines: string[] = [];
  const reloader = new Reloader({ replace: () => Promise.reject(new Error("broken")), log: (line) => lines.push(line) });
  onTestFinished(() => reloader[Symbol.asyncDispose]());
  reloader.watch([directory]);
  const failures = (): number => lines.filter((line) => line === "not reloaded, the workers before keep serving: broken").length;
  await eventually(() => {
    writeFileSync(join(directory, "app.ts"), String(Math.random()));
    return failures() > 1;
  });
});

test.each([
  ["/srv/shop/app.ts", true, false],
  ["/srv/shop/templates/page.html", true, false],
  ["/srv/shop/lib", false, false],
  ["/srv/shop/node_modules", false, true],
  ["/srv/shop/.git", false, true],
  ["/srv/shop/.env.ts", true, true],
  ["/srv/shop/shop.sqlite", true, true],
  ["/srv/shop/server.log", true, true],
  ["/srv/shop/unknown", undefined, false],
])("of %s (file: %s) it is said that it is ignored: %s", (path, file, ignored) => {
  expect(isIgnored(path, file)).toBe(ignored);
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask } from "./support/load.ts";
import { startService } from "./support/service.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

test("with workers: 0 one process serves, under the service's title", async () => {
  const { port, pid, children } = await startService({ workers: 0 });
  expect(await ask(port)).toMatchObject({ pid, title: "skitai(process/service)" });
  expect(children()).toEqual([]);
});

test.each([
  ["SIGTERM", 0],
  ["SIGINT", 0],
  ["SIGQUIT", 0],
  ["SIGHUP", 3],
] as const)("a single process ends on %s with exit code %i", async (signal, code) => {
  const pidFile = join(temporaryDirectory(), "pid");
  const service = await startService({ workers: 0, pidFile });
  service.signal(signal);
  expect(await service.ended).toEqual({ code, signal: null });
  expect(existsSync(pidFile)).toBe(false);
});

test.each([
  ["/restart", 3],
  ["/shutdown", 0],
])("an app that asks for it by %s ends the single process with exit code %i, after what is under way", async (path, code) => {
  const service = await startService({ workers: 0 });
  const answer = ask(service.port, "/slow");
  await ask(service.port);
  expect((await ask(service.port, path)).status).toBe(200);
  expect((await answer).status).toBe(200);
  expect(await service.ended).toEqual({ code, signal: null });
});

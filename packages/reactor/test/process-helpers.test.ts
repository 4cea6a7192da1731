import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { resolveRespawn } from "../src/process/backoff.ts";
import { Helper } from "../src/process/helpers.ts";
import { killTree } from "../src/process/kill-tree.ts";
import { eventually } from "./support/eventually.ts";
import { lives, startService } from "./support/service.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

/** A helper that writes its process id, and that of a process below it, into a file. */
const helper = (more = "") => {
  const file = join(temporaryDirectory(), "pids");
  const command = ["sh", "-c", `${more} sleep 60 & echo $$ $! > "$PIDS.new"; mv "$PIDS.new" "$PIDS"; wait`];
  const pids = (): number[] => (existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").map(Number) : []);
  onTestFinished(() => pids().forEach(killTree));
  return { options: { name: "sleeper", command, env: { PIDS: file } }, pids, file };
};

test("a helper runs beside the workers, is started again when it dies, and ends with the service", async () => {
  const { options, pids, file } = helper();
  const service = await startService({ workers: 1, helper: options });
  await eventually(() => pids().length === 2);
  const before = pids();
  writeFileSync(file, "");
  process.kill(before[0]!, "SIGKILL");
  await eventually(() => pids().length === 2 && pids()[0] !== before[0]);
  expect(service.output()).toContain("[error] helper sleeper ended by SIGKILL");
  killTree(before[1]!);
  service.signal("SIGTERM");
  expect(await service.ended).toEqual({ code: 0, signal: null });
  expect(pids().filter(lives)).toEqual([]);
});

test("a helper that does not heed TERM is killed with what it has started", async () => {
  const { options, pids } = helper("trap '' TERM;");
  const running = new Helper(options, resolveRespawn(), () => {});
  running.start();
  await eventually(() => pids().length === 2);
  await running.stop(40);
  await eventually(() => !pids().some(lives));
});

test("a helper that does not exist is tried again, with growing waits", async () => {
  const lines: string[] = [];
  const running = new Helper({ name: "ghost", command: ["/nowhere/ghost"] }, resolveRespawn({ delay: 10 }), (line) => lines.push(line));
  running.start();
  await eventually(() => lines.length > 3);
  await running.stop(40);
  expect(new Set(lines)).toEqual(new Set(["helper ghost ended at once: spawn /nowhere/ghost ENOENT"]));
});

test("a helper that reads its standard input ends when the master is killed", async () => {
  const file = join(temporaryDirectory(), "pid");
  const command = ["sh", "-c", 'echo $$ > "$PIDS.new"; mv "$PIDS.new" "$PIDS"; exec cat'];
  const service = await startService({ workers: 1, helper: { name: "cat", command, env: { PIDS: file } } });
  await eventually(() => existsSync(file));
  service.signal("SIGKILL");
  await eventually(() => !lives(Number(readFileSync(file, "utf8"))));
});

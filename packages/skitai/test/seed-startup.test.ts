import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { askHttp1 } from "../../../tools/checks/lib/answers.ts";
import { run } from "../../../tools/checks/lib/command.ts";
import { freePort, Program } from "../../../tools/checks/lib/program.ts";
import { engineIn, fixture, served } from "./support/served.ts";

const fromSource = "--conditions=skitai-source";

/** Starts a script as a user does who is somewhere else in the file system. */
const started = async (script: string): Promise<{ port: number; program: Program }> => {
  const port = await freePort();
  const program = new Program(process.execPath, script, "/", { nodeArguments: [fromSource], env: { PORT: String(port) } });
  onTestFinished(() => program.end());
  await program.ready(() => askHttp1(port, { path: "/" }));
  return { port, program };
};

test("getswd and abspath start at the script's directory, wherever it was started", async () => {
  const printed = await run(process.execPath, [fromSource, fixture("seed", "startup", "where.ts")], { cwd: "/" });
  expect(JSON.parse(printed)).toEqual({
    getswd: fixture("seed", "startup"),
    abspath: fixture("seed", "startup", "package", "monitor.ts"),
    isMain: true,
  });
});

test("the working directory of a service is its script's, so that its files are found by relative paths", async () => {
  const { port } = await started(fixture("seed", "startup", "service.ts"));
  expect(await askHttp1(port, { path: "/cwd" })).toEqual({ status: 200, body: fixture("seed", "startup") });
  expect(await askHttp1(port, { path: "/resource" })).toEqual({ status: 200, body: "a resource\n" });
  expect(await askHttp1(port, { path: "/files/resource.txt" })).toEqual({ status: 200, body: "a resource\n" });
});

test("a bootstrap may mount more", async () => {
  const { port } = await started(fixture("seed", "bootstrap", "service.ts"));
  expect(await askHttp1(port, { path: "/v1/" })).toEqual({ status: 200, body: "the app" });
  expect(await askHttp1(port, { path: "/cron-log/today.txt" })).toEqual({ status: 200, body: "what the cron job wrote\n" });
});

test("requests that were turned off are not in the request log", async () => {
  // skitai.log_off ('*.css', '/images/', '/js/')
  const logPath = await mkdtemp(join(tmpdir(), "skitai-log-off-"));
  onTestFinished(() => rm(logPath, { recursive: true, force: true }));
  const engine = engineIn(fixture("seed"), { logPath, requestLog: true });
  engine.mount("/", "max-age");
  engine.logOff("*.js", "/images/");
  const url = await served(engine);
  for (const path of ["/page.txt", "/js/app.js", "/images/photo.txt", "/imagesque/other.txt", "/"]) await (await fetch(url + path)).text();
  await engine.close({ timeout: 0 });
  const log = await readFile(join(logPath, "request.log"), "utf8");
  const paths = [...log.matchAll(/ (?:GET) (\S+) /g)].map((line) => line[1]);
  expect(paths).toEqual(["/page.txt", "/imagesque/other.txt", "/"]);
});

/** What the README says of `pnpm start`: in a terminal it serves the demo and says where, and Ctrl-C ends it with nothing left running. */
import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { askHttp1, askHttp2 } from "./lib/answers.ts";
import { run } from "./lib/command.ts";
import { freePort } from "./lib/program.ts";
import { Report } from "./lib/report.ts";
import { root } from "./lib/tarballs.ts";

const report = new Report();
const port = await freePort();
// script(1) gives the command a terminal of its own, so that Ctrl-C is a key here as well.
const terminal = spawn("script", ["-qefc", "pnpm start", "/dev/null"], {
  cwd: root,
  env: { ...process.env, PORT: String(port) },
  stdio: ["pipe", "pipe", "inherit"],
});
let printed = "";
terminal.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));

const processes = async (): Promise<{ parent: number; session: number }[]> => {
  const lines = (await run("ps", ["-A", "-o", "ppid=,sid="], { cwd: root })).trim().split("\n");
  return lines.map((line) => line.trim().split(/\s+/).map(Number)).map(([parent = 0, session = 0]) => ({ parent, session }));
};

/** Repeats a check until it passes; throws what it threw last after so many milliseconds. */
const within = async <T>(limit: number, check: () => Promise<T>): Promise<T> => {
  for (const deadline = Date.now() + limit; ; await delay(20)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline || terminal.exitCode !== null) throw new Error(`${String(error)}\n${printed}`, { cause: error });
    }
  }
};

const expectDemo = async (ask: typeof askHttp1): Promise<void> => {
  const { status } = await ask(port, { path: "/" });
  if (status !== 200) throw new Error(`The demo answers ${status}.`);
};

const session = await report.check("pnpm start serves the demo over HTTP/1.1 and HTTP/2", async () => {
  await within(60_000, () => expectDemo(askHttp1));
  await expectDemo(askHttp2);
  return (await processes()).find(({ parent }) => parent === terminal.pid)?.session;
});
await report.check("it says where", () =>
  within(2000, async () => {
    if (!printed.includes(`http://127.0.0.1:${port}`)) throw new Error("It prints no address.");
  }),
);
await report.check("Ctrl-C ends it within a second, with nothing left running", async () => {
  if (session === undefined) throw new Error("It did not serve.");
  terminal.stdin.write("\u0003");
  const deadline = Date.now() + 1000;
  while ((await processes()).some((one) => one.session === session)) {
    if (Date.now() > deadline) throw new Error(`Something is left.\n${printed}`);
    await delay(20);
  }
});
if (terminal.exitCode === null && !terminal.kill("SIGKILL")) console.log("The terminal had ended.");
report.finish();

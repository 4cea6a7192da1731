import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

interface Told {
  readonly pid: number;
  readonly notes: readonly string[];
}

test("a worker that takes the place of another runs the hooks of remounting behind those of mounting", async () => {
  const script = fileURLToPath(new URL("fixtures/service.ts", import.meta.url));
  const service = spawn(process.execPath, ["--conditions=skitai-source", script], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => service.once("exit", resolve));
  onTestFinished(async () => {
    service.kill("SIGTERM");
    await ended;
  });
  let output = "";
  service.stdout.setEncoding("utf8").on("data", (text: string) => void (output += text));
  while (!/serving .*\n/.test(output)) await wait(10);
  const port = Number(/"port":(\d+)/.exec(output)![1]);
  const ask = async (): Promise<Told> => (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Told;
  const first = await ask();
  expect(first.notes).toEqual(["beforeMount", "mounted"]);
  service.kill("SIGHUP");
  let second = first;
  while (second.pid === first.pid) {
    await wait(10);
    second = await ask();
  }
  expect(second.notes).toEqual(["beforeMount", "beforeRemount", "mounted", "remounted"]);
});

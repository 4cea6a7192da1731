import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${root}/README.md`, "utf8");

/** The blocks of a language. */
const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map((match) => match[1]!);

const [first, ticks, ...others] = blocks("ts");

/** A command of the README and what it says that comes back. */
interface Shown {
  readonly url: string;
  readonly accept: string;
  readonly answer: string;
}

const shown = (): Shown[] =>
  [...blocks("console")[0]!.matchAll(/^\$ curl (?:-H "Accept: ([^"]*)" )?"?http:\/\/127\.0\.0\.1:5000([^"\s]*)"?\n(.*)$/gm)].map(
    ([, accept, url, answer]) => ({ url: url!, accept: accept ?? "*/*", answer: answer! }),
  );

test("the example of the README answers as the README shows", async () => {
  const program = first!.replace(
    ".listen(5000);",
    '.listen(0, "127.0.0.1", function () { console.log((this.address() as { port: number }).port); });',
  );
  expect(program).toContain("listen(0");
  const child = spawn(process.execPath, ["--conditions=skitai-source", "--input-type=module-typescript", "--eval", program], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  const port = await new Promise<string>((resolve) => void child.stdout.setEncoding("utf8").once("data", resolve));
  const examples = shown();
  expect(examples).toHaveLength(3);
  for (const { url, accept, answer } of examples) {
    const response = await fetch(`http://127.0.0.1:${port.trim()}${url}`, { headers: { Accept: accept } });
    expect(await response.text(), url).toBe(answer);
  }
});

test("the event stream of the README is one", async () => {
  expect(others).toEqual([]);
  const program = `
    import { Saddle } from "@skitai/saddle";
    const app = new Saddle(import.meta);
    ${ticks!}
    const response = await app.request("/ticks");
    console.log(response.headers.get("content-type"));
    console.log(await response.text());
    await app.close();`;
  const child = spawn(process.execPath, ["--conditions=skitai-source", "--input-type=module-typescript", "--eval", program], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const printed = await text(child.stdout);
  const events = [1, 2, 3].map((tick) => `event: tick\ndata: {"tick":${tick}}\n\n`).join("");
  expect(printed).toBe(`text/event-stream\n${events}\n`);
});

test("the README stays short", () => {
  const lines = readme.split("\n").length;
  expect(lines).toBeGreaterThan(60);
  expect(lines).toBeLessThanOrEqual(151);
});

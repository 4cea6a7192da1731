import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import skitai, { type Engine, type MountTarget } from "../src/index.ts";
import { engineIn, served, told } from "./support/served.ts";

/** What somebody publishes as "unsub": a module that carries its own app for this engine. */
const unsub: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "unsub", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  "index.js": "export const lists = [];",
  "export/skitai/app.js": `
    import { Saddle } from "skitai";
    export const app = new Saddle(import.meta);
    app.route("/", (was) => ({ version: 2, urllist: was.app.config.urllist }));`,
  "export/skitai/app_v1.js": `
    import { Saddle } from "skitai";
    export const app = new Saddle(import.meta);
    app.route("/", () => ({ version: 1 }));`,
  "export/skitai/bootstrap.js": `
    import { readFileSync } from "node:fs";
    export const bootstrap = (pref) => {
      if (!pref.config.urlfile) return;
      pref.config.urllist = readFileSync(pref.config.urlfile, "utf8").trim().split("\\n").map((line) => line.split(" "));
    };`,
};

let project: string;

beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "skitai-export-")));
  for (const [name, text] of Object.entries(unsub)) {
    const file = join(project, "node_modules", "unsub", name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await symlink(join(import.meta.dirname, ".."), join(project, "node_modules", "skitai"), "dir");
  await writeFile(join(project, "urllist.txt"), "one http://one.example\n");
});
afterAll(() => rm(project, { recursive: true, force: true }));

const mounted = (target: MountTarget, options: Parameters<Engine["mount"]>[2] = {}): Promise<string> => {
  const engine = engineIn(project);
  engine.mount("/v1", target, options);
  return served(engine);
};

test("a package's app is mounted by the name of the package, after its bootstrap saw the preference", async () => {
  const pref = skitai.pref();
  pref.config.urlfile = join(project, "urllist.txt");
  const url = await mounted("unsub", { app: "app", pref });
  expect(await (await fetch(`${url}/v1/`)).json()).toEqual({ version: 2, urllist: [["one", "http://one.example"]] });
});

test("another version of it is mounted by package and file", async () => {
  const url = await mounted(["unsub", "app_v1.js"], { app: "app" });
  expect(await told(fetch(`${url}/v1/`))).toEqual([200, '{"version":1}']);
});

test("the ending of that file may be left out", async () => {
  const url = await mounted(["unsub", "app_v1"]);
  expect(await told(fetch(`${url}/v1/`))).toEqual([200, '{"version":1}']);
});

test("a package that is not installed, or exports no such file, is told", async () => {
  await expect(mounted("absent")).rejects.toMatchObject({ code: "SKITAI_REACTOR_TARGET_NOT_FOUND" });
  await expect(mounted(["unsub", "app_v9"])).rejects.toMatchObject({ code: "SKITAI_REACTOR_TARGET_NOT_FOUND" });
});

test("what fails in a bootstrap is told with the mount that it belongs to", async () => {
  const pref = skitai.pref();
  pref.config.urlfile = join(project, "absent.txt");
  await expect(mounted("unsub", { pref })).rejects.toMatchObject({
    code: "SKITAI_REACTOR_MODULE_FAILED",
    message: expect.stringMatching(/"unsub" at \/v1.*bootstrap.*absent\.txt/),
  });
});

/**
 * `pnpm smoke [--node 22,24,26]`: installs the packed packages into empty projects with npm and runs each way of using them there.
 *
 * Without `--node` the programs run under the oldest Node.js that users may have and under the one that runs this.
 */
import { deepStrictEqual } from "node:assert";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { askHttp1, askHttp2 } from "./lib/answers.ts";
import { nodeBinary } from "./lib/nodes.ts";
import { freePort, Program } from "./lib/program.ts";
import { Project } from "./lib/project.ts";
import { programsOf } from "./lib/readme.ts";
import { Report } from "./lib/report.ts";
import { scratchFolder } from "./lib/scratch.ts";
import { build, pack, publishablePackages, root, type Tarball } from "./lib/tarballs.ts";
import { setups, type Setup, type Way } from "./lib/ways.ts";

const { values } = parseArgs({ options: { node: { type: "string", default: `22,${process.versions.node.split(".")[0]}` } } });
const majors = values.node.split(",");
const report = new Report();
const scratch = scratchFolder("smoke");

const packAll = async (): Promise<Tarball[]> => {
  await build();
  const into = join(scratch, "tarballs");
  await mkdir(into);
  const tarballs: Tarball[] = [];
  for (const unit of await publishablePackages()) tarballs.push(await pack(unit, into));
  return tarballs;
};

/** Runs a program, hands its port over, and ends it with Ctrl-C. */
const during = async (
  node: string,
  project: Project,
  file: string,
  port: number,
  body: (program: Program) => Promise<void>,
): Promise<void> => {
  const program = new Program(node, file, project.folder);
  try {
    await program.ready(() => askHttp1(port, { path: "/" }));
    await body(program);
    await program.interrupt(2000);
  } finally {
    program.kill();
  }
};

const tryWay = async (node: string, project: Project, way: Way): Promise<void> => {
  const port = await freePort();
  const file = await project.rewire(way.program, port);
  await during(node, project, file, port, async (program) => {
    for (const [call, expected] of way.exchanges) {
      deepStrictEqual(await askHttp1(port, call), expected);
      if (way.http2) deepStrictEqual(await askHttp2(port, call), expected);
    }
    deepStrictEqual(await program.count(), way.processes, `${way.program} should have ${way.processes} processes.`);
  });
};

const tryReadme = async (node: string, project: Project, readme: string): Promise<void> => {
  const programs = programsOf(await readFile(join(root, readme), "utf8"));
  if (programs.length === 0) throw new Error("It shows no whole program, that is, a block of TypeScript that listens on port 5000.");
  for (const [index, text] of programs.entries()) {
    const port = await freePort();
    const file = await project.write(`readme-${index}.ts`, text, port);
    await during(node, project, file, port, async () => {
      const { status } = await askHttp1(port, { path: "/" });
      if (status >= 500) throw new Error(`Program ${index + 1} answers ${status}.`);
    });
  }
};

const tryInstallation = async (project: Project, { packages, megabytes }: NonNullable<Setup["brings"]>): Promise<void> => {
  const installed = await project.installed();
  deepStrictEqual(installed.packages, packages);
  if (installed.megabytes > megabytes) throw new Error(`It takes ${installed.megabytes.toFixed(1)} MB, more than ${megabytes} MB.`);
};

const trySetup = async (setup: Setup, tarballs: Tarball[], nodes: ReadonlyMap<string, string>): Promise<void> => {
  const { wanted } = setup;
  const folder = join(scratch, wanted.replace("@skitai/", ""));
  const project = await report.check(`${wanted} installs with npm`, () => Project.create(folder, setup, tarballs));
  if (project === undefined) return;
  if (setup.brings) await report.check(`${wanted} brings no more than it promises`, () => tryInstallation(project, setup.brings!));
  await report.check(`${wanted} has declarations that compile in ${setup.typed.join(", ")}`, () => project.checkTypes());
  for (const [major, node] of nodes) {
    for (const way of setup.ways) await report.check(`${wanted}: ${way.program} on Node ${major}`, () => tryWay(node, project, way));
    for (const readme of setup.readmes) await report.check(`${readme} on Node ${major}`, () => tryReadme(node, project, readme));
  }
};

const tarballs = await report.check("all packages build and pack", packAll);
const nodes = new Map<string, string>();
for (const major of majors) {
  const node = await report.check(`Node ${major} is there`, () => nodeBinary(major, scratch));
  if (node !== undefined) nodes.set(major, node);
}
if (tarballs !== undefined) for (const setup of setups) await trySetup(setup, tarballs, nodes);
report.finish();

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";

/** The oldest release of a major version that users may have; others are tried at their newest. */
const oldest: Record<string, string> = { 22: "22.19.0" };

/** The Node.js binary of a major version: this one's own, or that of npm's package `node`, installed below `folder`. */
export const nodeBinary = async (major: string, folder: string): Promise<string> => {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const directory = join(folder, `node-${major}`);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "package.json"), JSON.stringify({ private: true, dependencies: { node: oldest[major] ?? `^${major}` } }));
  await writeFile(join(directory, "pnpm-workspace.yaml"), "allowBuilds:\n  node: true\n");
  await run("pnpm", ["install"], { cwd: directory });
  return join(directory, "node_modules/node/bin/node");
};

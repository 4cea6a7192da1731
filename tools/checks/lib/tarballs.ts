import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run } from "./command.ts";

/** The top of the repository. */
export const root: string = resolve(import.meta.dirname, "../../..");

/** What a `package.json` says, as far as the checks look. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  description?: string;
  keywords?: string[];
  license?: string;
  type?: string;
  engines?: Record<string, string>;
  exports?: unknown;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

export interface PublishablePackage {
  directory: string;
  manifest: Manifest;
}

export interface Tarball extends PublishablePackage {
  file: string;
}

/** The packages under `packages/` that are not private, by name. */
export const publishablePackages = async (): Promise<PublishablePackage[]> => {
  const found: PublishablePackage[] = [];
  for (const name of (await readdir(join(root, "packages"))).toSorted()) {
    const directory = join(root, "packages", name);
    const manifest = await readManifest(join(directory, "package.json"));
    if (manifest.private !== true) found.push({ directory, manifest });
  }
  return found;
};

export const readManifest = async (file: string): Promise<Manifest> => JSON.parse(await readFile(file, "utf8")) as Manifest;

/** Builds every package in the order of their dependencies. */
export const build = (): Promise<string> => run("pnpm", ["build"], { cwd: root });

/** Packs a package as `pnpm publish` would. */
export const pack = async (unit: PublishablePackage, into: string): Promise<Tarball> => {
  const printed = await run("pnpm", ["pack", "--json", "--pack-destination", into], { cwd: unit.directory });
  const { filename } = JSON.parse(printed.slice(printed.indexOf("{"))) as { filename: string };
  return { ...unit, file: resolve(into, filename) };
};

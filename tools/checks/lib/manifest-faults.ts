import type { Manifest } from "./tarballs.ts";

/**
 * What is wrong with a packed package, one sentence each; empty when nothing is.
 *
 * @param files the paths inside the tarball.
 */
export const manifestFaults = (manifest: Manifest, files: ReadonlySet<string>): string[] => {
  const faults: string[] = [];
  for (const file of ["LICENSE", "README.md"]) if (!files.has(file)) faults.push(`${file} is not in the tarball.`);
  for (const file of files) {
    if (/^(src|test)\//.test(file) || file.endsWith(".tsbuildinfo")) faults.push(`${file} is in the tarball; users need it not.`);
  }

  if (!manifest.description) faults.push("The manifest has no description.");
  if (!manifest.keywords?.length) faults.push("The manifest has no keywords.");
  if (manifest.license !== "MIT") faults.push(`The licence is ${manifest.license}, not MIT.`);
  if (manifest.type !== "module") faults.push(`The type is ${manifest.type}, not module.`);
  if (manifest.engines?.["node"] !== ">=22.19") faults.push(`engines.node is ${manifest.engines?.["node"]}, not >=22.19.`);

  const dependencies = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  for (const [name, range] of Object.entries(dependencies)) {
    if (/^(workspace|catalog|link|file):/.test(range)) faults.push(`${name} is required as ${range}, which only this repository knows.`);
  }
  return [...faults, ...exportFaults(manifest.exports, files)];
};

const exportFaults = (exports: unknown, files: ReadonlySet<string>): string[] => {
  const faults: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node === "string") {
      const file = node.replace(/^\.\//, "");
      if (!files.has(file)) faults.push(`exports${path} leads to ${file}, which is not in the tarball.`);
      return;
    }
    if (typeof node !== "object" || node === null) return;
    if ("skitai-source" in node) faults.push(`exports${path} has the condition skitai-source: publishConfig.exports did not replace it.`);
    if ("default" in node && !("types" in node)) faults.push(`exports${path} has no declarations.`);
    for (const [key, value] of Object.entries(node)) visit(value, `${path}["${key}"]`);
  };
  if (typeof exports !== "object" || exports === null) faults.push("The manifest has no exports.");
  visit(exports, "");
  return faults;
};

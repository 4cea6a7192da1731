/** `pnpm packages`: builds and packs every package, and checks each tarball as a user would get it. */
import { mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./lib/command.ts";
import { manifestFaults } from "./lib/manifest-faults.ts";
import { Report } from "./lib/report.ts";
import { scratchFolder } from "./lib/scratch.ts";
import { build, pack, publishablePackages, readManifest, root, type PublishablePackage } from "./lib/tarballs.ts";

const report = new Report();
const scratch = scratchFolder("packages");

const checkPackage = async (unit: PublishablePackage): Promise<void> => {
  const { name } = unit.manifest;
  const tarball = await report.check(`${name} packs`, () => pack(unit, scratch));
  if (tarball === undefined) return;

  await report.check(`${name} has a manifest for users, a licence, a README and declarations`, async () => {
    const folder = await mkdtemp(join(scratch, "content-"));
    await run("tar", ["-xzf", tarball.file, "-C", folder, "--strip-components=1"], { cwd: scratch });
    const files = await readdir(folder, { recursive: true });
    const faults = manifestFaults(await readManifest(join(folder, "package.json")), new Set(files));
    if (faults.length > 0) throw new Error(faults.join("\n"));
  });
  await report.check(`${name} passes publint`, () => run("publint", ["run", "--strict", tarball.file], { cwd: root }));
  await report.check(`${name} has types that resolve`, () =>
    run("attw", [tarball.file, "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"], { cwd: root }),
  );
};

const built = await report.check("all packages build", build);
if (built !== undefined) for (const unit of await publishablePackages()) await checkPackage(unit);
report.finish();

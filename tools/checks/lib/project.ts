import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "./command.ts";
import { readManifest, root, type Tarball } from "./tarballs.ts";

/** A user's empty project with one of our packages in it, as npm installs it. */
export class Project {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Installs `wanted` from its tarball and others from the registry. What `wanted` itself needs of our packages comes from tarballs too,
   * and is not otherwise in reach of the project.
   */
  static async create(folder: string, wanted: string, tarballs: readonly Tarball[], others: readonly string[]): Promise<Project> {
    const files = Object.fromEntries(tarballs.map((tarball) => [tarball.manifest.name, `file:${tarball.file}`]));
    const { [wanted]: own, ...overrides } = files;
    if (own === undefined) throw new Error(`There is no package ${wanted}.`);
    await mkdir(join(folder, "static"), { recursive: true });
    await writeFile(join(folder, "static/hello.txt"), "a file\n");
    const manifest = { name: "project", version: "1.0.0", private: true, type: "module", dependencies: { [wanted]: own }, overrides };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
    await run("npm", ["install", "--no-audit", "--no-fund", ...others], { cwd: folder });
    return new Project(folder);
  }

  /** Copies a program of this directory's `programs/` into the project and makes it listen on another port than 5000. */
  async add(program: string, port: number): Promise<string> {
    const text = await readFile(join(import.meta.dirname, "../programs", program), "utf8");
    return this.write(program, text, port);
  }

  /** Writes a program that listens on port 5000 and makes it listen on another. */
  async write(name: string, text: string, port: number): Promise<string> {
    if (!/\b5000\b/.test(text)) throw new Error(`${name} does not listen on port 5000.`);
    await writeFile(join(this.folder, name), text.replace(/\b5000\b/g, String(port)));
    return name;
  }

  /** Type-checks programs as they are in this repository, the declarations of all packages included. */
  async checkTypes(programs: readonly string[]): Promise<void> {
    const { devDependencies } = (await readManifest(join(root, "package.json"))) as { devDependencies?: Record<string, string> };
    await run("npm", ["install", "--no-audit", "--no-fund", "--save-dev", `@types/node@${devDependencies?.["@types/node"]}`], {
      cwd: this.folder,
    });
    for (const program of programs) await copyFile(join(import.meta.dirname, "../programs", program), join(this.folder, basename(program)));
    const compilerOptions = { target: "es2024", module: "nodenext", strict: true, skipLibCheck: false, noEmit: true, types: ["node"] };
    await writeFile(join(this.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: programs }));
    await run(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.json", "--pretty", "false"], { cwd: this.folder });
  }
}

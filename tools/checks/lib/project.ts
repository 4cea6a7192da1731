import { copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "./command.ts";
import { readManifest, root, type Tarball } from "./tarballs.ts";
import type { Setup } from "./ways.ts";

/** A user's empty project with one of our packages in it, as npm installs it. */
export class Project {
  readonly folder: string;
  readonly #setup: Setup;

  private constructor(folder: string, setup: Setup) {
    this.folder = folder;
    this.#setup = setup;
  }

  /**
   * Installs what is wanted from its tarball, and others from the registry. What the wanted one needs of our packages comes from tarballs too,
   * and is not otherwise in reach of the project.
   */
  static async create(folder: string, setup: Setup, tarballs: readonly Tarball[]): Promise<Project> {
    const { wanted } = setup;
    const { [wanted]: own, ...overrides } = Object.fromEntries(tarballs.map(({ manifest, file }) => [manifest.name, `file:${file}`]));
    if (own === undefined) throw new Error(`There is no package ${wanted}.`);
    await mkdir(join(folder, "static"), { recursive: true });
    await writeFile(join(folder, "static/hello.txt"), "a file\n");
    const manifest = { name: "project", version: "1.0.0", private: true, type: "module", dependencies: { [wanted]: own }, overrides };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
    await run("npm", ["install", "--no-audit", "--no-fund", ...setup.others], { cwd: folder });
    const project = new Project(folder, setup);
    await project.#copyFiles();
    return project;
  }

  /** The packages that are installed, by name, and how many megabytes their files take. */
  async installed(): Promise<{ packages: string[]; megabytes: number }> {
    const { packages } = JSON.parse(await readFile(join(this.folder, "package-lock.json"), "utf8")) as {
      packages: Record<string, unknown>;
    };
    const names = Object.keys(packages).filter((path) => path !== "" && !path.startsWith("file:"));
    const files = await readdir(join(this.folder, "node_modules"), { recursive: true, withFileTypes: true });
    let bytes = 0;
    for (const file of files) if (file.isFile()) bytes += (await stat(join(file.parentPath, file.name))).size;
    return { packages: names.map((path) => path.replace(/^.*node_modules\//, "")).toSorted(), megabytes: bytes / 1e6 };
  }

  /** Makes one of the project's programs listen on another port than 5000. */
  async rewire(program: string, port: number): Promise<string> {
    const file = this.#setup.files.find((path) => basename(path) === program);
    if (file === undefined) throw new Error(`${program} is not among the files of ${this.#setup.wanted}.`);
    return this.write(program, await readFile(join(root, file), "utf8"), port);
  }

  /** Writes a program that listens on port 5000 and makes it listen on another. */
  async write(name: string, text: string, port: number): Promise<string> {
    if (!/\b5000\b/.test(text)) throw new Error(`${name} does not listen on port 5000.`);
    await writeFile(join(this.folder, name), text.replace(/\b5000\b/g, String(port)));
    return name;
  }

  /** Type-checks the project's programs as they are in this repository, the declarations of all packages included. */
  async checkTypes(): Promise<void> {
    const { devDependencies } = await readManifest(join(root, "package.json"));
    const types = `@types/node@${devDependencies?.["@types/node"]}`;
    await run("npm", ["install", "--no-audit", "--no-fund", "--save-dev", types], { cwd: this.folder });
    await this.#copyFiles();
    const compilerOptions = {
      target: "es2024",
      module: "nodenext",
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      allowImportingTsExtensions: true,
      types: ["node"],
    };
    await writeFile(join(this.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: this.#setup.typed }));
    await run(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.json", "--pretty", "false"], { cwd: this.folder });
  }

  async #copyFiles(): Promise<void> {
    for (const file of this.#setup.files) await copyFile(join(root, file), join(this.folder, basename(file)));
  }
}

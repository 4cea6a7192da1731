import { connect } from "node:net";
import type { RedisAddress, RunningService, ServiceKind, Share, Source } from "./contract.ts";
import { fromEnvironment } from "./environment.ts";
import { findProgram, freePort, scratchDirectory, ServerProgram } from "./program.ts";

const variable = "SKITAI_TEST_REDIS_URL";
const databases = 1024;

/** Redis, or what speaks its protocol. */
export const redis: ServiceKind<RedisAddress> = {
  variable,
  remedy: "install Redis (Debian: redis-server)",
  find(): Source | undefined {
    const named = fromEnvironment(variable);
    if (named !== undefined) return named.source;
    const file = findProgram(["redis-server", "valkey-server"]);
    return file === undefined ? undefined : { from: "program", file };
  },
  async start(source, { port = 0 }) {
    // A server of somebody else's has 16 databases unless told otherwise, and its first one is not ours.
    if (source.from === "environment") return new RedisServer(source.url, 1, 16);
    const chosen = port === 0 ? await freePort() : port;
    const scratch = await scratchDirectory();
    const url = new URL(`redis://127.0.0.1:${chosen}`);
    const settings = { port: chosen, bind: "127.0.0.1", dir: scratch, save: "", appendonly: "no", databases };
    const parameters = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const program = await ServerProgram.start(source.file, parameters, { scratch, cwd: scratch, answers: () => command(url, ["PING"]) });
    return new RedisServer(url, 0, databases, program);
  },
};

class RedisServer implements RunningService<RedisAddress> {
  readonly process: ServerProgram | undefined;
  readonly #url: URL;
  readonly #free: number[];

  constructor(url: URL, first: number, end: number, program?: ServerProgram) {
    this.#url = url;
    this.#free = Array.from({ length: end - first }, (_, i) => first + i);
    this.process = program;
  }

  async share(): Promise<Share<RedisAddress>> {
    const database = this.#free.shift();
    if (database === undefined) throw new Error("All databases of the Redis server are in use. Stop those that are not needed any more.");
    const empty = (): Promise<unknown> => command(this.#url, ["SELECT", String(database)], ["FLUSHDB"]);
    await empty();
    const url = new URL(this.#url);
    url.pathname = String(database);
    const address = {
      url: url.href,
      host: url.hostname,
      port: Number(url.port || 6379),
      password: decodeURIComponent(url.password),
      database,
    };
    return {
      address,
      release: async () => {
        await empty();
        this.#free.push(database);
      },
    };
  }
}

/** Sends commands on a connection of their own, after the password if there is one. @throws Error with the first refusal */
const command = (url: URL, ...commands: readonly (readonly string[])[]): Promise<void> => {
  const login = url.password === "" ? [] : [["AUTH", ...(url.username ? [url.username] : []), url.password].map(decodeURIComponent)];
  const all = [...login, ...commands];
  return new Promise((resolve, reject) => {
    let answered = "";
    const socket = connect(Number(url.port || 6379), url.hostname, () => {
      socket.write(all.map((parts) => `*${parts.length}\r\n${parts.map(bulk).join("")}`).join(""));
    });
    socket.setEncoding("utf8").on("data", (text: string) => {
      answered += text;
      const lines = answered.split("\r\n").slice(0, -1);
      const refusal = lines.find((line) => !line.startsWith("+"));
      if (refusal === undefined && lines.length < all.length) return;
      socket.destroy();
      if (refusal === undefined) resolve();
      else reject(new Error(`Redis says: ${refusal}`));
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("Redis closed the connection.")));
    socket.setTimeout(5000, () => socket.destroy(new Error("Redis does not answer.")));
  });
};

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresAddress } from "@skitai-internal/services";
import { freePort, Program } from "../../../../tools/checks/lib/program.ts";

/** The demo as its users start it, with data of its own and on ports of its own. */
export interface Demo extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  readonly searchPorts: readonly number[];
}

export interface DemoOptions {
  /** A member of an alias: keep the links in PostgreSQL. */
  readonly pgsql?: string;
  /** A directory that stays when the demo ends. */
  readonly data?: string;
}

/** A PostgreSQL server as a member of an alias. */
export const memberOf = ({ user, password, host, port, database }: PostgresAddress): string =>
  `${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;

export const startDemo = async ({ pgsql, data }: DemoOptions = {}): Promise<Demo> => {
  const own = data ?? (await mkdtemp(join(tmpdir(), "skitai-demo-")));
  const ports = new Set<number>();
  while (ports.size < 4) ports.add(await freePort());
  const [port, ...searchPorts] = ports;
  const url = `http://127.0.0.1:${port}`;
  const program = new Program(process.execPath, "app.ts", join(import.meta.dirname, "..", ".."), {
    nodeArguments: ["--conditions=skitai-source"],
    env: {
      PORT: String(port),
      SKITAI_DEMO_SEARCH_PORTS: searchPorts.join(),
      SKITAI_DEMO_DATA: own,
      ...(pgsql !== undefined && { SKITAI_DEMO_PGSQL: pgsql }),
    },
  });
  const end = async (): Promise<void> => {
    await program.end();
    if (data === undefined) await rm(own, { recursive: true, force: true });
  };
  try {
    await program.ready(async () => {
      if (!program.printed.includes("Serving")) throw new Error("Not all workers are there.");
      for (const each of ports) await (await fetch(`http://127.0.0.1:${each}/`)).text();
    });
  } catch (error) {
    await end();
    throw error;
  }
  return { program, url, searchPorts, [Symbol.asyncDispose]: end };
};

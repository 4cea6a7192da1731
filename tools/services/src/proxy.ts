import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { ProxyAddress, RunningService, ServiceKind, Source } from "./contract.ts";
import { FixedService } from "./fixed-service.ts";
import { findProgram, freePort, scratchDirectory, ServerProgram } from "./program.ts";

const remedy = "install tinyproxy (Debian: tinyproxy-bin)";

const find = (): Source | undefined => {
  const file = findProgram(["tinyproxy"]);
  return file === undefined ? undefined : { from: "program", file };
};

/** tinyproxy for everybody. */
export const proxy: ServiceKind<ProxyAddress> = { remedy, find, start: (source, { port }) => startProxy(source, port) };

/** tinyproxy for who knows the password. */
export const authproxy: ServiceKind<ProxyAddress> = {
  remedy,
  find,
  start: (source, { port }) => startProxy(source, port, { user: "hans", password: "secret" }),
};

const startProxy = async (
  source: Source,
  port = 0,
  login?: { readonly user: string; readonly password: string },
): Promise<RunningService<ProxyAddress>> => {
  if (source.from === "environment") throw new Error("A proxy has no URL in the environment.");
  const scratch = await scratchDirectory();
  const chosen = port === 0 ? await freePort() : port;
  const logFile = join(scratch, "proxy.log");
  const lines = [`Port ${chosen}`, "Listen 127.0.0.1", "Allow 127.0.0.1", "Timeout 30", `LogFile "${logFile}"`, "LogLevel Connect"];
  if (login !== undefined) lines.push(`BasicAuth ${login.user} ${login.password}`);
  await writeFile(join(scratch, "proxy.conf"), `${lines.join("\n")}\n`);
  const program = await ServerProgram.start(source.file, ["-d", "-c", join(scratch, "proxy.conf")], {
    scratch,
    answers: () => accepts(chosen),
  });
  const url = login === undefined ? `http://127.0.0.1:${chosen}` : `http://${login.user}:${login.password}@127.0.0.1:${chosen}`;
  return new FixedService({ url, host: "127.0.0.1", port: chosen, logFile }, program);
};

const accepts = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });

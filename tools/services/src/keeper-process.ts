import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Keeper } from "./keeper.ts";
import { kinds } from "./kinds.ts";
import type { KeeperRequest } from "./services.ts";

/**
 * The process that has all servers as its children. Its input is a pipe from whoever started it: when that ends, however that came,
 * the servers stop, their directories go, and then this process ends.
 */
const keeper = new Keeper(kinds);
const directory = mkdtempSync(join(tmpdir(), "skitai-keeper-"));

const answer = async (request: KeeperRequest): Promise<unknown> => {
  if (request.do === "acquire") return await keeper.acquire(request.name, request.options);
  if (request.do === "release") return await keeper.release(request.id);
  return keeper.signal(request.id, request.do === "pause" ? "SIGSTOP" : "SIGCONT");
};

const server = createServer((req, res) => {
  text(req)
    .then((question) => answer(JSON.parse(question) as KeeperRequest))
    .then((result) => res.end(JSON.stringify(result ?? {})))
    .catch((error: unknown) => {
      res.statusCode = 500;
      res.end(error instanceof Error ? error.message : String(error));
    });
});

let ending = false;
const end = (): void => {
  if (ending) return;
  ending = true;
  server.close();
  server.closeAllConnections();
  void keeper.close().then(() => {
    rmSync(directory, { recursive: true, force: true });
    process.exit();
  });
};
process.stdin.resume().once("end", end).once("error", end);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);

const socketPath = join(directory, "socket");
server.listen(socketPath, () => process.stdout.write(socketPath));

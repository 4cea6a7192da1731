import { mkdirSync, readdirSync, readlinkSync, realpathSync, writeFileSync } from "node:fs";
import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect, type ClientHttp2Session } from "node:http2";
import { dirname, join, resolve } from "node:path";
import { onTestFinished, vi } from "vitest";
import { respondError } from "../../src/response/error-page.ts";
import { StaticFiles, type StaticFilesOptions } from "../../src/static/static-files.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { wasServer, type WasServer, type WasServerOptions } from "./was-server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface StaticServer {
  readonly directory: string;
  readonly server: WasServer;
  /** What `serve` returned, in order: true and false where nothing had to be waited for. */
  readonly returned: (boolean | Promise<boolean>)[];
  /** Sends the path as it is given. */
  readonly ask: (path: string, headers?: OutgoingHttpHeaders, method?: string) => Promise<Answer>;
  /** The status of each path. */
  readonly statuses: (...paths: string[]) => Promise<Record<string, number>>;
}

export interface StaticServerOptions extends Partial<Omit<StaticFilesOptions, "mounts" | "responses">> {
  /** Mount point to directory below the server's own (or absolute); `{ "": "." }` when absent. */
  mounts?: [point: string, directory: string][];
  http2?: boolean;
  serverHeader?: string;
  before?: WasServerOptions["before"];
}

/**
 * A server of nothing but static files: what is none is answered 404. It goes away with the test.
 *
 * The clock is a minute ahead, so that the files just made count as settled.
 */
export const staticServer = async (files: Record<string, string | Buffer>, options: StaticServerOptions = {}): Promise<StaticServer> => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  onTestFinished(() => void vi.useRealTimers());
  const directory = realpathSync(temporaryDirectory());
  writeTree(directory, files);
  const { mounts = [["", "."]], http2 = false, serverHeader, before, ...rest } = options;
  const responses = { server: serverHeader, compressFrom: Number.POSITIVE_INFINITY, debug: false };
  const staticFiles = new StaticFiles({
    ...rest,
    mounts: mounts.map(([point, below]) => ({ point, directory: resolve(directory, below) })),
    responses,
  });
  const returned: (boolean | Promise<boolean>)[] = [];
  const server = await wasServer(
    async (was) => {
      const served = staticFiles.serve(was);
      returned.push(served);
      if (!(await served)) respondError(was, 404);
    },
    { http2, ...(before && { before }), settings: { server: serverHeader } },
  );
  onTestFinished(() => server[Symbol.asyncDispose]());
  const ask = http2 ? http2Client(server.url) : http1Client(server.port);
  const statuses: StaticServer["statuses"] = async (...paths) => {
    const found: Record<string, number> = {};
    for (const path of paths) found[path] = (await ask(path)).status;
    return found;
  };
  return { directory, server, returned, ask, statuses };
};

export const writeTree = (directory: string, files: Record<string, string | Buffer>): void => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
};

/** How many descriptors of this process are open on a file; Linux only. */
export const openDescriptors = (path: string): number =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;

const http1Client = (port: number): StaticServer["ask"] => {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return (path, headers = {}, method = "GET") =>
    new Promise((resolve, reject) => {
      const req = request({ host: "127.0.0.1", port, path, headers, method, agent }, (res) => {
        const chunks: Buffer[] = [];
        res.on("data", (chunk: Buffer) => chunks.push(chunk));
        res.on("error", reject);
        res.on("end", () => resolve(answerOf(res.statusCode!, res.headers, chunks)));
      });
      req.on("error", reject);
      req.end();
    });
};

const http2Client = (url: string): StaticServer["ask"] => {
  const session: ClientHttp2Session = connect(url);
  onTestFinished(() => session.destroy());
  return (path, headers = {}, method = "GET") =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ":path": path, ":method": method, ...headers });
      const chunks: Buffer[] = [];
      let received: IncomingHttpHeaders & { ":status"?: number | undefined } = {};
      stream.on("response", (head) => (received = head));
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", reject);
      stream.on("end", () => {
        const { ":status": status, ...rest } = received;
        if (status === undefined) reject(new Error("The stream ended without an answer."));
        else resolve(answerOf(status, { ...rest }, chunks));
      });
      stream.end();
    });
};

const answerOf = (status: number, headers: IncomingHttpHeaders, chunks: Buffer[]): Answer => {
  const body = Buffer.concat(chunks);
  return { status, headers, body, text: body.toString() };
};

/** The same value for each of the paths, to compare `statuses` with. */
export const each = (paths: readonly string[], status: number): Record<string, number> =>
  Object.fromEntries(paths.map((path) => [path, status]));

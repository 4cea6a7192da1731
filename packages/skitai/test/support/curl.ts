import { spawn } from "node:child_process";
import { lacks } from "../../../reactor/test/support/tool.ts";
import type { Site } from "./site.ts";

/** One head that curl received. */
export interface CurlHead {
  /** As curl writes it: `"1.1"`, `"2"`. */
  readonly version: string;
  readonly status: number;
  readonly headers: Headers;
}

/** What became of one transfer. */
export interface CurlAnswer extends CurlHead {
  /** Heads with status 1xx before it. */
  readonly interim: readonly CurlHead[];
  readonly body: Buffer;
  readonly text: string;
}

/** What became of one run of curl. */
export interface CurlRun {
  /** 0 when every transfer succeeded. */
  readonly code: number | null;
  /** Standard error: complaints, and what `-v` and `-w "%{stderr}"` write. */
  readonly err: string;
  readonly out: Buffer;
}

/** Whether there is no curl, so that its tests are skipped. */
export const withoutCurl: boolean = lacks("curl", "Install Debian's package curl.");

/** Runs curl with exactly these arguments. */
export const runCurl = (args: readonly string[], input: string | Buffer = ""): Promise<CurlRun> =>
  new Promise((resolve, reject) => {
    const child = spawn("curl", ["--silent", "--show-error", "--max-time", "15", ...args], { stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let err = "";
    child.once("error", reject);
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    // It may have its answer before it has read all.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.once("close", (code) => resolve({ code, err, out: Buffer.concat(out) }));
  });

/** One transfer that curl must count as a success, whatever its status. */
export const curl = async (args: readonly string[], input?: string | Buffer): Promise<CurlAnswer> => {
  const { code, err, out } = await runCurl(["--include", ...args], input);
  if (code !== 0) throw new Error(`curl ended with ${code}: ${err}`);
  return answerOf(out);
};

/** Takes apart what `--include` writes: heads one after the other, the last one with a body. */
export const answerOf = (out: Buffer): CurlAnswer => {
  const interim: CurlHead[] = [];
  for (let at = 0; ;) {
    const end = out.indexOf("\r\n\r\n", at);
    if (end < 0) throw new Error(`No head in ${JSON.stringify(out.toString("latin1", at, at + 200))}.`);
    const head = headOf(out.toString("latin1", at, end));
    at = end + 4;
    if (head.status >= 200) {
      const body = out.subarray(at);
      return { ...head, interim, body, text: body.toString() };
    }
    interim.push(head);
  }
};

const headOf = (text: string): CurlHead => {
  const [first, ...lines] = text.split("\r\n");
  const match = /^HTTP\/(\S+) (\d{3})/.exec(first!);
  if (!match) throw new Error(`No status line: ${first}`);
  const headers = new Headers();
  for (const line of lines) headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim());
  return { version: match[1]!, status: Number(match[2]), headers };
};

/** How curl can speak to a site. */
export const protocols: readonly string[] = ["HTTP/1.1", "HTTP/2 with prior knowledge", "HTTP/2 over TLS"];

/** curl with one of the {@link protocols}. */
export interface CurlClient {
  /** The arguments that make it speak so. */
  how(): string[];
  urlOf(path: string): string;
  send(path: string, ...args: string[]): Promise<CurlAnswer>;
}

/** @param site is there when the tests run. */
export const curlBy = (protocol: string, site: () => Site): CurlClient => {
  const secure = protocol.endsWith("TLS");
  const how = (): string[] =>
    secure ? ["--cacert", site().certificate] : [protocol === "HTTP/1.1" ? "--http1.1" : "--http2-prior-knowledge"];
  const urlOf = (path: string): string =>
    secure ? `https://localhost:${site().tlsPort}${path}` : `http://127.0.0.1:${site().port}${path}`;
  return { how, urlOf, send: (path, ...args) => curl([...how(), ...args, urlOf(path)]) };
};

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { certificateFor } from "../../../reactor/test/support/certificate.ts";
import { Engine, Saddle, type EngineOptions } from "../../src/index.ts";

/** What the streaming routes of {@link startSite} have done. */
export interface StreamCounts {
  /** Bytes that were made. */
  made: number;
  /** How often a source was told that nobody reads on. */
  closed: number;
}

/** A site with everything that the tests with real clients ask for. */
export interface Site extends AsyncDisposable {
  readonly engine: Engine;
  /** A directory for files of the test itself. */
  readonly scratch: string;
  /** The certificate of the TLS port, as a file. */
  readonly certificate: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly counts: StreamCounts;
}

/** Text that is long enough to be compressed. */
export const longText: string = Array.from({ length: 2_000 }, (_, at) => `<p>paragraph ${at}</p>`).join("\n");

/** Data that is long enough to be compressed. */
export const longData: readonly { id: number; name: string }[] = Array.from({ length: 500 }, (_, id) => ({ id, name: `number ${id}` }));

export const startSite = async (options: EngineOptions = {}): Promise<Site> => {
  const directory = mkdtempSync(join(tmpdir(), "skitai-test-"));
  const counts: StreamCounts = { made: 0, closed: 0 };
  const www = join(directory, "www");
  const scratch = join(directory, "scratch");
  for (const path of [www, scratch]) mkdirSync(path);
  writeFileSync(join(www, "style.css"), "body { color: black }\n");
  writeFileSync(join(www, "plain.txt"), "0123456789".repeat(10));
  writeFileSync(join(www, "large.bin"), Buffer.alloc(3_000_000, "abcdefgh"));
  writeFileSync(join(www, "packed.html"), longText);
  writeFileSync(join(www, "packed.html.gz"), gzipSync(longText));
  writeFileSync(join(www, "packed.html.br"), brotliCompressSync(longText));
  writeFileSync(join(www, "packed.html.zst"), zstdCompressSync(longText));
  const engine = new Engine({ directory, requestLog: false, ...options });
  engine.mount("/", "www").mount("/", siteApp(counts)).mount("/sub", subApp(), { name: "sub" }).mount("/big", bigApp(), { name: "big" });
  const made = await certificateFor(["localhost"]);
  const certificate = join(directory, "localhost.pem");
  writeFileSync(certificate, made.cert);
  const { port } = await engine.listen({ port: 0 });
  const { port: tlsPort } = await engine.listen({ port: 0, tls: made });
  return {
    engine,
    scratch,
    certificate,
    port,
    tlsPort,
    counts,
    async [Symbol.asyncDispose]() {
      await engine.close({ timeout: 0 });
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const siteApp = (counts: StreamCounts): Saddle => {
  const app = new Saddle();
  app.config.maxPostBodySize = "100kb";
  app.route("/", (was) => `${was.request.method} by HTTP/${was.request.version} over ${was.scheme}`);
  app.route("/hint", (was) => {
    was.response.hintPromise("/style.css").hintPromise("/data");
    return "page";
  });
  app.route("/text", () => longText);
  app.route("/data", () => longData);
  app.route("/short", () => "too short to be worth it");
  app.route("/length", { methods: ["POST", "PUT"] }, (was) => `got ${was.request.body.length} bytes`);
  app.route("/json", { methods: ["POST"], contentTypes: ["application/json"] }, (was) => ({ got: was.request.json() }));
  app.route("/methods", { methods: ["GET", "PUT"] }, () => "one of two");
  app.route("/cookies", (was) => {
    for (let at = 0; at < 30; at++) was.response.setHeader("Set-Cookie", `c${at}=${at}; Path=/`);
    return "cookies";
  });
  app.route("/stream", async function* () {
    for (let at = 0; at < 5; at++) yield `line ${at}\n`;
  });
  // It ends only when it is told that nobody reads on.
  app.route("/endless", () => ({
    more() {
      counts.made += 65_536;
      return Buffer.alloc(65_536, "x");
    },
    close: () => void counts.closed++,
  }));
  return app;
};

const subApp = (): Saddle => {
  const app = new Saddle();
  app.route("/", () => "below /sub");
  return app;
};

const bigApp = (): Saddle => {
  const app = new Saddle();
  app.maxClientBodySize = "64mb";
  app.route("/digest", { methods: ["POST", "PUT"], body: "stream" }, async (was) => {
    const hash = createHash("sha256");
    let length = 0;
    for await (const chunk of was.request.stream) {
      hash.update(chunk as Buffer);
      length += (chunk as Buffer).length;
    }
    return { length, digest: hash.digest("hex") };
  });
  return app;
};

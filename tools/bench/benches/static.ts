import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, BenchContext } from "../bench.ts";
import { compare } from "../measure/compare.ts";
import { nodeServer } from "../measure/server.ts";
import type { Section } from "../report/section.ts";
import { nginxStatic } from "../servers/nginx.ts";

const small = Buffer.from(".a { color: #345; }\n".repeat(52).slice(0, 1024));
const large = Buffer.alloc(1024 * 1024, "binary");

/** A small style sheet and a large picture from disk. */
export const staticFiles: Bench = {
  name: "static",
  run: async (context: BenchContext): Promise<Section[]> => {
    using directory = mkdtempDisposableSync(join(tmpdir(), "skitai-bench-files-"));
    writeFileSync(join(directory.path, "small.css"), small);
    writeFileSync(join(directory.path, "large.jpg"), large);
    return await compare(
      {
        feature: "P3",
        ours: nodeServer("Skitai", "skitai-static.ts"),
        peers: [
          { server: nodeServer("@fastify/static", "fastify-static.ts"), bar: { atLeast: 1.2 } },
          { server: nginxStatic, bar: { atLeast: 0.5 } },
        ],
        files: directory.path,
        questions: [
          {
            title: "file of 1 KB",
            path: "/small.css",
            answer: { status: 200, mediaType: "text/css", body: small },
            connections: 50,
          },
          {
            title: "file of 1 MB",
            path: "/large.jpg",
            answer: { status: 200, mediaType: "image/jpeg", body: large },
            connections: 10,
          },
        ],
      },
      context,
    );
  },
};

import type { Bench, BenchContext } from "../bench.ts";
import { type Comparison, compare, type Question } from "../measure/compare.ts";
import { nodeServer } from "../measure/server.ts";
import type { Section } from "../report/section.ts";
import { helloJson, helloText } from "../servers/hello.ts";

const questions = (how: string): Question[] => [
  {
    title: `hello as text, ${how}`,
    path: "/text",
    answer: { status: 200, mediaType: "text/*", body: Buffer.from(helloText) },
    connections: 50,
  },
  {
    title: `hello as JSON, ${how}`,
    path: "/json",
    answer: { status: 200, mediaType: "application/json", body: Buffer.from(JSON.stringify(helloJson)) },
    connections: 50,
  },
];

const unlogged: Comparison = {
  feature: "P1",
  ours: nodeServer("Saddle", "skitai.ts"),
  peers: [
    { server: nodeServer("bare node:http", "bare-http.ts"), bar: { atLeast: 0.95 } },
    { server: nodeServer("Fastify", "fastify.ts"), bar: { atLeast: 1 } },
    { server: nodeServer("Hono on node-server", "hono.ts"), bar: { atLeast: 1 } },
    { server: nodeServer("Express", "express.ts"), bar: { atLeast: 1.8 } },
    { server: nodeServer("Express without entity tags", "express-lean.ts") },
  ],
  questions: questions("request log off"),
};

const logged: Comparison = {
  feature: "P2",
  ours: nodeServer("Saddle", "skitai-logged.ts"),
  peers: [
    { server: nodeServer("Fastify, logger to a file", "fastify-logged.ts"), bar: { atLeast: 1.3 } },
    { server: nodeServer("Fastify, buffered logger", "fastify-buffered.ts") },
  ],
  questions: questions("request log on"),
};

/** The smallest answers: what the framework itself costs. */
export const hello: Bench = {
  name: "hello",
  run: async (context: BenchContext): Promise<Section[]> => [...(await compare(unlogged, context)), ...(await compare(logged, context))],
};

import type { Answer, Call } from "./answers.ts";

/** One way to use the packages: a program, what it is asked and what it must answer. */
export interface Way {
  program: string;
  /** Answers HTTP/2 by prior knowledge on the same port. */
  http2: boolean;
  /** Processes while it serves. */
  processes: number;
  exchanges: readonly (readonly [Call, Answer])[];
}

/** A user's project: what is installed into it, and what runs there. */
export interface Setup {
  wanted: string;
  others: readonly string[];
  ways: readonly Way[];
  /** The programs that must pass the type check as they stand. */
  typed: readonly string[];
  /** READMEs whose programs run here too. */
  readmes: readonly string[];
}

const hello: readonly [Call, Answer] = [{ path: "/" }, { status: 200, body: "Hello World" }];

/** Saddle behind another server's prefix. */
const below = (prefix: string): readonly (readonly [Call, Answer])[] => [
  [{ path: `${prefix}/` }, { status: 200, body: "Hello World" }],
  [{ path: `${prefix}/double/21` }, { status: 200, body: '{"double":42}' }],
  [
    { path: `${prefix}/echo`, method: "POST", json: { a: 1 } },
    { status: 200, body: '{"a":1}' },
  ],
];

export const setups: readonly Setup[] = [
  {
    wanted: "skitai",
    others: [],
    typed: ["app.ts"],
    readmes: ["README.md", "packages/skitai/README.md"],
    ways: [
      {
        program: "app.ts",
        http2: true,
        processes: 3,
        exchanges: [hello, [{ path: "/hello.txt" }, { status: 200, body: "a file\n" }]],
      },
    ],
  },
  {
    wanted: "@skitai/saddle",
    others: ["express@5", "fastify@5"],
    typed: ["in-http.ts"],
    readmes: ["packages/saddle/README.md"],
    ways: [
      { program: "in-http.ts", http2: false, processes: 1, exchanges: [hello, ...below("").slice(1, 2)] },
      {
        program: "in-express.ts",
        http2: false,
        processes: 1,
        exchanges: [[{ path: "/own" }, { status: 200, body: "Express answers" }], ...below("/app")],
      },
      {
        program: "in-fastify.ts",
        http2: false,
        processes: 1,
        exchanges: [[{ path: "/own" }, { status: 200, body: "Fastify answers" }], ...below("")],
      },
    ],
  },
  {
    wanted: "@skitai/reactor",
    others: [],
    typed: ["engine.ts"],
    readmes: ["packages/reactor/README.md"],
    ways: [
      {
        program: "engine.ts",
        http2: true,
        processes: 1,
        exchanges: [
          [{ path: "/hello.txt" }, { status: 200, body: "a file\n" }],
          [{ path: "/plain/" }, { status: 200, body: "a plain listener" }],
        ],
      },
    ],
  },
];

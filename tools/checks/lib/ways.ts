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
  /** Files of this repository that are copied into it, side by side. */
  files: readonly string[];
  ways: readonly Way[];
  /** The programs that must pass the type check as they stand. */
  typed: readonly string[];
  /** READMEs whose programs run here too. */
  readmes: readonly string[];
  /** What the installation of the wanted package may bring at most, where that is promised. */
  brings?: { readonly packages: readonly string[]; readonly megabytes: number };
}

/** The app of `apps/embedded` below the prefix of the server that it is in. */
const embedded = (prefix: string): readonly (readonly [Call, Answer])[] => [
  [{ path: `${prefix}/` }, { status: 200, body: "Hello from Saddle" }],
  [{ path: `${prefix}/double/21` }, { status: 200, body: '{"double":42}' }],
  [
    { path: `${prefix}/echo`, method: "POST", json: { a: 1 } },
    { status: 200, body: '{"a":1}' },
  ],
];

const one = { http2: false, processes: 1 };

export const setups: readonly Setup[] = [
  {
    wanted: "skitai",
    others: [],
    files: ["tools/checks/programs/app.ts"],
    typed: ["app.ts"],
    readmes: ["README.md", "packages/skitai/README.md"],
    ways: [
      {
        program: "app.ts",
        http2: true,
        processes: 3,
        exchanges: [
          [{ path: "/" }, { status: 200, body: "Hello World" }],
          [{ path: "/hello.txt" }, { status: 200, body: "a file\n" }],
        ],
      },
    ],
  },
  {
    wanted: "@skitai/saddle",
    others: ["express@5", "fastify@5"],
    files: ["app.ts", "in-http.ts", "in-express.ts", "in-fastify.ts"].map((name) => `apps/embedded/${name}`),
    typed: ["in-http.ts"],
    readmes: ["packages/saddle/README.md"],
    ways: [
      { ...one, program: "in-http.ts", exchanges: embedded("") },
      {
        ...one,
        program: "in-express.ts",
        exchanges: [[{ path: "/" }, { status: 200, body: "Hello from Express" }], ...embedded("/saddle")],
      },
      {
        ...one,
        program: "in-fastify.ts",
        exchanges: [[{ path: "/" }, { status: 200, body: "Hello from Fastify" }], ...embedded("/saddle")],
      },
    ],
  },
  {
    wanted: "@skitai/aquests",
    others: [],
    files: ["apps/client/client.ts"],
    typed: ["client.ts"],
    readmes: ["packages/aquests/README.md"],
    ways: [
      {
        ...one,
        program: "client.ts",
        exchanges: [
          [{ path: "/" }, { status: 200, body: '{"asked":["/users?id=1","/photos"],"members":[200,200]}' }],
          [{ path: "/driver" }, { status: 200, body: "PostgreSQL needs the package pg, which is not installed. Run: npm install pg" }],
        ],
      },
    ],
    brings: {
      packages: [
        "@skitai/aquests",
        "@skitai/reactor",
        "atomic-sleep",
        "chokidar",
        "lru-cache",
        "mime",
        "readdirp",
        "sax",
        "sonic-boom",
        "undici",
        "ws",
      ],
      megabytes: 10,
    },
  },
  {
    wanted: "@skitai/reactor",
    others: [],
    files: ["tools/checks/programs/engine.ts"],
    typed: ["engine.ts"],
    readmes: ["packages/reactor/README.md"],
    ways: [
      {
        ...one,
        program: "engine.ts",
        http2: true,
        exchanges: [
          [{ path: "/hello.txt" }, { status: 200, body: "a file\n" }],
          [{ path: "/plain/" }, { status: 200, body: "a plain listener" }],
        ],
      },
    ],
  },
];

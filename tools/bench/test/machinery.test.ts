import { describe, expect, it } from "vitest";
import { scaling } from "../benches/workers.ts";
import { startsAgainst } from "../benches/start.ts";
import type { BenchContext } from "../bench.ts";
import { compare, type Question } from "../measure/compare.ts";
import { findProgram, placement } from "../measure/machine.ts";
import { nodeServer } from "../measure/server.ts";

const linux = process.platform === "linux";
const canLoad = linux && ["taskset", "wrk"].every((name) => findProgram(name) !== undefined);

const context = (): BenchContext => ({ rounds: 1, seconds: 1, warmUpSeconds: 0, placement: placement(), progress: () => undefined });

const question = (body: string): Question => ({
  title: "hello",
  path: "/text",
  answer: { status: 200, mediaType: "text/plain", body: Buffer.from(body) },
  connections: 4,
});

const bare = nodeServer("bare", "bare-http.ts");

describe.skipIf(!canLoad)("a comparison (needs wrk and taskset)", () => {
  it(
    "measures throughput and CPU time of every server that answers as it should, and says why of the others",
    { timeout: 15_000 },
    async () => {
      const broken = { ...bare, name: "broken", command: () => [process.execPath, "-e", "throw new Error('no server here')"] };
      const absent = { ...bare, name: "absent", needs: ["no-such-program"] };
      const [section] = await compare(
        {
          feature: "P1",
          ours: bare,
          peers: [{ server: bare, bar: { atLeast: 0.01 } }, { server: broken }, { server: absent }],
          questions: [question("Hello World")],
        },
        context(),
      );
      const [ours, peer, ...unmeasured] = section?.rows ?? [];
      for (const row of [ours, peer]) expect(row?.figures.every((figure) => figure > 0)).toBe(true);
      expect(ours?.result).toBeUndefined();
      expect(peer?.result?.median).toBeGreaterThan(0);
      expect(unmeasured).toEqual([
        { subject: "broken", figures: [], missing: true, note: "ended at once: Error: no server here" },
        { subject: "absent", figures: [], missing: true, note: "no-such-program is not on PATH" },
      ]);
    },
  );

  it("does not measure a server that answers something else", async () => {
    const [section] = await compare({ feature: "P1", ours: bare, peers: [], questions: [question("Hello Mars!")] }, context());
    expect(section?.rows).toEqual([
      { subject: "bare", figures: [], missing: true, note: "answers differently: another body of 11 bytes instead of 11" },
    ]);
  });
});

describe.skipIf(!canLoad || placement().all.length < 2)("the scaling of workers (needs wrk, taskset and two CPUs)", () => {
  it("compares one worker with two", { timeout: 15_000 }, async () => {
    const section = await scaling([{ name: "cluster", file: "bare-cluster.ts" }], context());
    const [row] = section.rows;
    expect(row?.note).toBeUndefined();
    expect(row?.figures.every((figure) => figure > 0)).toBe(true);
    expect(row?.result?.median).toBeGreaterThan(0);
  });
});

describe.skipIf(!linux || findProgram("taskset") === undefined)("the start (needs taskset)", () => {
  it("is measured to the first answer, over that of another server, together with the memory", { timeout: 15_000 }, async () => {
    const start = { server: nodeServer("bare", "start-bare.ts") };
    const [time, memory] = await startsAgainst(start, [{ ...start, time: { atMost: 10_000 } }], context());
    expect(time?.rows[0]?.result).toBeUndefined();
    expect(time?.rows[1]?.figures[0]).toBeGreaterThan(1);
    expect(time?.rows[1]?.result?.median).toBeLessThan(10_000);
    expect(memory?.rows[0]?.result?.median).toBeGreaterThan(10);
  });
});

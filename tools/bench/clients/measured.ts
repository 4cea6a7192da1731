/** What a client program tells of one round, as one line of JSON. */
export interface ClientRound {
  readonly requests: number;
  readonly perSecond: number;
  /** CPU time of the client's process for one request, in microseconds: user and system. */
  readonly cpuMicros: number;
  /** How much more memory the process holds than when it was warm, in MiB. */
  readonly growthMiB: number;
}

const requests = Number(process.env["BENCH_REQUESTS"] ?? 10_000);
const inFlight = Number(process.env["BENCH_IN_FLIGHT"] ?? 50);

/** Sends requests, so many at once, first to warm up and then measured; prints the {@link ClientRound} and ends the process. */
export const measured = async (request: () => Promise<void>): Promise<never> => {
  await send(request, Math.min(requests, 10_000));
  globalThis.gc?.();
  const before = { at: performance.now(), cpu: process.cpuUsage(), memory: held() };
  await send(request, requests);
  const elapsed = performance.now() - before.at;
  const { user, system } = process.cpuUsage(before.cpu);
  globalThis.gc?.();
  const round: ClientRound = {
    requests,
    perSecond: requests / (elapsed / 1000),
    cpuMicros: (user + system) / requests,
    growthMiB: (held() - before.memory) / 2 ** 20,
  };
  process.stdout.write(`${JSON.stringify(round)}\n`);
  process.exit(0);
};

const send = async (request: () => Promise<void>, count: number): Promise<void> => {
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) await request();
  };
  await Promise.all(Array.from({ length: inFlight }, work));
};

/** Bytes on the heap and in buffers. */
const held = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

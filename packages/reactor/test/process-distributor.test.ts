import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Distributor, type Taker } from "../src/process/distributor.ts";
import type { PendingConnection } from "../src/process/worker-process.ts";
import { eventually } from "./support/eventually.ts";

class FakeWorker implements Taker {
  isReady = true;
  load = 0;
  givenFor: number | undefined;
  readonly taken: PendingConnection[] = [];

  give(connection: PendingConnection): void {
    this.taken.push(connection);
    this.load++;
  }
}

const open = async (workers: FakeWorker[], backlog = 100) => {
  let overflows = 0;
  const distributor = new Distributor(
    () => workers,
    () => overflows++,
  );
  const { port } = await distributor.open({ address: "127.0.0.1", port: 0, backlog });
  const clients: Socket[] = [];
  onTestFinished(async () => {
    await distributor.stop(0);
    distributor.abandon();
    for (const { taken } of workers) for (const { socket } of taken) socket.destroy();
    for (const client of clients) client.destroy();
  });
  const knock = (count: number): Socket[] => {
    const knocking = Array.from({ length: count }, () => connect(port, "127.0.0.1").on("error", () => {}));
    clients.push(...knocking);
    return knocking;
  };
  return { distributor, port, knock, overflows: () => overflows };
};

const loads = (workers: FakeWorker[]): number[] => workers.map(({ load }) => load);

test("each connection goes to the worker that holds the fewest", async () => {
  const workers = [new FakeWorker(), new FakeWorker(), new FakeWorker()];
  workers[1]!.load = 2;
  const { knock } = await open(workers);
  knock(7);
  await eventually(() => loads(workers).reduce((sum, load) => sum + load) === 9);
  expect(loads(workers)).toEqual([3, 3, 3]);
});

test.each([
  ["starts or leaves", { isReady: false }],
  ["is slow to take the one before", { givenFor: 100 }],
])("a worker that %s gets nothing, however few it holds", async (_, state) => {
  const workers = [Object.assign(new FakeWorker(), state), new FakeWorker()];
  const { knock } = await open(workers);
  knock(3);
  await eventually(() => workers[1]!.load === 3);
  expect(workers[0]!.taken).toEqual([]);
});

test("the worker that holds the fewest is waited for while it takes one", async () => {
  const workers = [Object.assign(new FakeWorker(), { givenFor: 0 }), Object.assign(new FakeWorker(), { load: 5 })];
  const { distributor, knock } = await open(workers);
  knock(1);
  await eventually(() => distributor.waiting === 1);
  workers[0]!.givenFor = undefined;
  distributor.distribute();
  expect(loads(workers)).toEqual([1, 5]);
});

test("a worker that can take a connection at once gets it before one that holds hardly fewer", async () => {
  const workers = [Object.assign(new FakeWorker(), { givenFor: 0, load: 4 }), Object.assign(new FakeWorker(), { load: 5 })];
  const { distributor, knock } = await open(workers);
  knock(2);
  await eventually(() => distributor.waiting === 1);
  expect(loads(workers)).toEqual([4, 6]);
});

test("the worker that holds the fewest is not waited for when it takes too long", async () => {
  const workers = [Object.assign(new FakeWorker(), { givenFor: 0 }), Object.assign(new FakeWorker(), { load: 5 })];
  const { distributor, knock } = await open(workers);
  knock(1);
  await eventually(() => distributor.waiting === 1);
  workers[0]!.givenFor = 100;
  await eventually(() => workers[1]!.load === 6);
});

test("connections wait while no worker is ready, and then go in their order", async () => {
  const workers: FakeWorker[] = [];
  const { distributor, knock } = await open(workers);
  const ports: number[] = [];
  for (const count of [1, 2, 3]) {
    const [client] = knock(1);
    await eventually(() => distributor.waiting === count);
    ports.push(client!.localPort!);
  }
  const worker = new FakeWorker();
  workers.push(worker);
  distributor.distribute();
  expect(worker.taken.map(({ socket }) => socket.remotePort)).toEqual(ports);
});

test("a connection that a worker did not take is the next to be given", async () => {
  const workers = [new FakeWorker()];
  const { distributor, knock } = await open(workers);
  const [worker] = workers;
  knock(1);
  await eventually(() => worker!.taken.length === 1);
  worker!.isReady = false;
  knock(1);
  await eventually(() => distributor.waiting === 1);
  const [first] = worker!.taken;
  const successor = new FakeWorker();
  workers[0] = successor;
  distributor.restore(first!);
  expect(successor.taken[0]).toBe(first);
  expect(successor.taken).toHaveLength(2);
});

test("more connections than may wait are closed", async () => {
  const { distributor, knock, overflows } = await open([], 2);
  const clients = knock(5);
  let closed = 0;
  for (const client of clients) client.once("close", () => closed++);
  await eventually(() => overflows() === 3 && closed === 3);
  expect(distributor.waiting).toBe(2);
});

test("stopping waits until nothing waits, but not longer than it is told", async () => {
  const workers: FakeWorker[] = [];
  const { distributor, knock } = await open(workers);
  knock(2);
  await eventually(() => distributor.waiting === 2);
  await distributor.stop(5);
  expect(distributor.waiting).toBe(2);
  const stopped = distributor.stop(3_600_000);
  workers.push(new FakeWorker());
  distributor.distribute();
  await stopped;
  expect(distributor.waiting).toBe(0);
});

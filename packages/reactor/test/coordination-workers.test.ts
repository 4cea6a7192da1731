import { expect, onTestFinished, test } from "vitest";
import { Hub, type Coordinator, type HubConnection, type ToHub } from "../src/coordination/index.ts";
import { Engine, mountable } from "../src/index.ts";
import { resolveRunOptions } from "../src/process/run-options.ts";
import { startWorker } from "../src/process/worker.ts";
import { coordinatorCases } from "./support/coordinator-cases.ts";
import { FakeHost } from "./support/fake-host.ts";

const bound = { address: "127.0.0.1", family: "IPv4", port: 4711 };

interface Coordination {
  skitai: "coordination";
  message: ToHub;
}

/** Stands in for a worker's `process`, whose channel leads to this hub. */
class WorkerHost extends FakeHost {
  readonly connection: HubConnection;

  constructor(hub: Hub) {
    super();
    this.connection = hub.attach((message) => {
      const text = JSON.stringify({ skitai: "coordination", message });
      setImmediate(() => this.connected && this.emit("message", JSON.parse(text)));
    });
  }

  override send(message: unknown, handle: undefined, options: undefined, sent: () => void): boolean {
    const text = JSON.stringify(message);
    setImmediate(() => {
      const received = JSON.parse(text) as Coordination | { skitai: "ready" };
      if (received.skitai === "coordination" && this.connected) this.connection.receive(received.message);
    });
    return super.send(message, handle, options, sent);
  }
}

/** A worker in this process, with all that it has of a real one but the process. */
const worker = async (hub: Hub, number: number): Promise<{ engine: Engine; host: WorkerHost }> => {
  const host = new WorkerHost(hub);
  const engine = new Engine({ requestLog: false, workerId: `W${number}` });
  engine.mount("/", { [mountable]: () => ({ target: undefined, handle: (was) => void was.res.end() }) });
  onTestFinished(() => engine.close({ timeout: 0 }));
  await startWorker(engine, resolveRunOptions({ listen: [{ port: 4711 }] }), { number, bound: [bound], successor: false }, host);
  return { engine, host };
};

coordinatorCases(async () => {
  const hub = new Hub();
  const hosts = new Map<Coordinator, WorkerHost>();
  return {
    connect: async () => {
      const { engine, host } = await worker(hub, hosts.size);
      hosts.set(engine.coordinator, host);
      return engine.coordinator;
    },
    kill: (client) => {
      const host = hosts.get(client)!;
      host.connected = false;
      host.connection.end();
    },
  };
});

test("a worker that shares nothing says nothing to the hub", async () => {
  const { host } = await worker(new Hub(), 0);
  expect(host.sent.map((message) => (message as { skitai: string }).skitai)).not.toContain("coordination");
});

test("what listeners throw is noted in the server log of their worker", async () => {
  const { engine } = await worker(new Hub(), 0);
  const lines: string[] = [];
  const { log } = engine.logs.get("server");
  engine.logs.get("server").log = (message, ...rest) => {
    lines.push(message);
    log.call(engine.logs.get("server"), message, ...rest);
  };
  await engine.coordinator.subscribe("news", () => {
    throw new Error("cannot hear");
  });
  await engine.coordinator.publish("news", 1);
  expect(lines.join("\n")).toContain("cannot hear");
});

import { expect, onTestFinished, test, vi } from "vitest";
import { Hub, HubClient, type Coordinator, type FromHub, type HubConnection, type ToHub } from "../src/coordination/index.ts";
import { Expiring } from "../src/coordination/expiring.ts";
import { coordinatorCases } from "./support/coordinator-cases.ts";

const silent = (): void => {};

/** A client whose process can die, in this process: messages pass through JSON, and take a turn of the event loop. */
const remote = (hub: Hub): { client: Coordinator; die: () => void } => {
  const turn =
    <Message>(receive: (message: Message) => void): ((message: Message) => void) =>
    (message) => {
      const text = JSON.stringify(message);
      setImmediate(() => receive(JSON.parse(text) as Message));
    };
  const connection: HubConnection = hub.attach(turn((message: FromHub) => client.receive(message)));
  const client = new HubClient(
    turn((message: ToHub) => connection.receive(message)),
    silent,
  );
  return { client, die: () => connection.end() };
};

coordinatorCases(async () => {
  const hub = new Hub();
  const deaths = new Map<Coordinator, () => void>();
  let count = 0;
  return {
    connect: async () => {
      // Clients of both kinds meet in one hub.
      if (count++ % 2 === 0) {
        const { client, die } = remote(hub);
        deaths.set(client, die);
        return client;
      }
      const client = hub.connect();
      deaths.set(client, () => void client.close());
      return client;
    },
    kill: (client) => deaths.get(client)!(),
  };
});

test("an update waits a second at most for a client that does not confirm it, and the hub tells of that", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let late = 0;
  const hub = new Hub({ late: () => late++ });
  const client = hub.connect();
  const told: FromHub[] = [];
  const stuck = hub.attach((message) => told.push(message));
  stuck.receive({ id: 1, ask: "load" });
  let done = false;
  const updated = client.updates.set("users").then(() => (done = true));
  await vi.advanceTimersByTimeAsync(999);
  expect([done, late]).toEqual([false, 0]);
  await vi.advanceTimersByTimeAsync(1);
  await updated;
  expect(late).toBe(1);
  // What it says afterwards changes nothing.
  const asked = told.find((message) => "update" in message)!;
  stuck.receive({ seen: asked.update });
});

test("what listeners throw, at once or later, is told, and the others hear", async () => {
  const told: unknown[] = [];
  const client = new Hub({ failed: (error) => told.push(error) }).connect();
  const heard: unknown[] = [];
  await client.subscribe("news", () => {
    throw new Error("at once");
  });
  await client.subscribe("news", async () => {
    throw new Error("later");
  });
  await client.subscribe("news", (message) => heard.push(message));
  await client.publish("news", 1);
  expect(heard).toEqual([1]);
  expect(told).toEqual([new Error("at once"), new Error("later")]);
});

test("a listener that another one ends meanwhile does not hear the message under way", async () => {
  const client = new Hub().connect();
  const heard: string[] = [];
  await client.subscribe("news", () => endSecond());
  const endSecond = await client.subscribe("news", () => heard.push("second"));
  await client.subscribe("news", () => heard.push("third"));
  await client.publish("news", 1);
  expect(heard).toEqual(["third"]);
});

test("counters with a window that is over are forgotten, though nobody asks for them again", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const table = new Expiring<number>();
  for (let at = 0; at < 10_000; at++) {
    table.set(`client ${at}`, 1, 1_000);
    vi.advanceTimersByTime(100);
  }
  expect(table.size).toBeLessThan(100);
});

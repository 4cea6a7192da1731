import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { MasterLink } from "../src/process/master-link.ts";
import { eventually } from "./support/eventually.ts";
import { FakeHost } from "./support/fake-host.ts";

const bound: AddressInfo = { address: "127.0.0.1", family: "IPv4", port: 5000 };

/** A worker's end with its channel, and connections to hand over. */
const linked = async () => {
  const channel = new FakeHost();
  const orders: string[] = [];
  const link = new MasterLink(
    {
      leave: (timeout) => orders.push(`leave ${timeout}`),
      reopenLogs: () => orders.push("reopen"),
      coordinate: () => orders.push("coordinate"),
    },
    channel,
  );
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await eventually(() => server.listening);
  onTestFinished(() => void server.close());
  const connection = async (): Promise<Socket> => {
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const socket = await accepted;
    onTestFinished(() => {
      client.destroy();
      socket.destroy();
    });
    return socket;
  };
  return { channel, link, orders, connection };
};

test("a connection that is handed over goes to its listener, and the master hears how many are open", async () => {
  const { channel, link, connection } = await linked();
  const accepted: Socket[] = [];
  const acceptor = link.acceptor(1, bound);
  expect(await acceptor.open({ address: "127.0.0.1", port: 0, backlog: 1 }, (socket) => accepted.push(socket))).toBe(bound);
  const [first, second] = [await connection(), await connection()];
  for (const socket of [first, second]) channel.emit("message", { skitai: "connection", listener: 1 }, socket);
  expect(accepted).toEqual([first, second]);
  expect(channel.sent).toEqual([
    { skitai: "taken", open: 1 },
    { skitai: "taken", open: 2 },
  ]);
  first.destroy();
  await eventually(() => channel.sent.length === 3);
  expect(channel.sent.at(-1)).toEqual({ skitai: "open", open: 1 });
});

test("a connection that comes after the end is refused, and only this process's copy is closed", async () => {
  const { channel, link, connection } = await linked();
  const acceptor = link.acceptor(0, bound);
  await acceptor.open({ address: "127.0.0.1", port: 0, backlog: 1 }, () => {});
  await acceptor.stop();
  const socket = await connection();
  channel.emit("message", { skitai: "connection", listener: 0 }, socket);
  expect(channel.sent).toEqual([{ skitai: "refused" }]);
  expect(socket.destroyed).toBe(true);
});

test("a connection that broke on its way is taken all the same", async () => {
  const { channel } = await linked();
  channel.emit("message", { skitai: "connection", listener: 0 }, undefined);
  expect(channel.sent).toEqual([{ skitai: "taken", open: 0 }]);
});

test("orders of the master are carried out, other messages on the channel are not for the engine", async () => {
  const { channel, orders } = await linked();
  for (const message of [{ skitai: "leave", timeout: 5 }, { skitai: "reopen logs" }, "hello", null, { skitai: 1 }])
    channel.emit("message", message);
  expect(orders).toEqual(["leave 5", "reopen"]);
});

test("nothing is sent when the master has gone", async () => {
  const { channel, link } = await linked();
  channel.connected = false;
  await link.send({ skitai: "refused" });
  expect(channel.sent).toEqual([]);
});

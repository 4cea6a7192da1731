import { connect } from "node:net";
import { expect, test } from "vitest";
import { acquire, type RedisAddress } from "../src/index.ts";
import { describeWith } from "../src/vitest.ts";

/** Sends commands in their inline form to a database; resolves to the lines of the answers. */
const ask = ({ host, port, database }: RedisAddress, ...commands: string[]): Promise<string[]> =>
  new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, host, () => socket.end([`SELECT ${database}`, ...commands, ""].join("\r\n")));
    socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
    socket.once("error", reject).once("close", () => resolve(answer.split("\r\n").slice(1, -1)));
  });

describeWith("redis", (service) => {
  test("answers", async () => {
    expect(await ask(service, "SET k v", "GET k")).toEqual(["+OK", "$1", "v"]);
  });

  test("each user has a database of its own, emptied by stop", async () => {
    const other = await acquire("redis");
    expect(await ask(other, "DBSIZE", "SET only here")).toEqual([":0", "+OK"]);
    await other.stop();
    expect(await ask(other, "DBSIZE")).toEqual([":0"]);
  });

  test("an own server is gone after stop, and can come back at its port", async () => {
    const own = await acquire("redis", { own: true });
    await own.stop();
    await expect(ask(own, "PING")).rejects.toThrow("ECONNREFUSED");
    const again = await acquire("redis", { own: true, port: own.port });
    expect(await ask(again, "PING")).toEqual(["+PONG"]);
    await again.stop();
  });
});

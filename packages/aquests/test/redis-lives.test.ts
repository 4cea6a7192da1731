import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { acquire } from "@skitai-internal/services";
import { describeWith } from "@skitai-internal/services/vitest";
import { expect, onTestFinished, test } from "vitest";
import * as aquests from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";

describeWith("redis", (service) => {
  const address = (): string => `${service.host}:${service.port}`;

  test("a program whose calls have ended may end, though it closes nothing", async () => {
    const source = `
      import { createClient } from "@skitai/aquests";
      const redis = createClient().redis(${JSON.stringify(service.url)});
      const [{ data }] = await Promise.all([redis.echo("done"), redis.blpop("none", 0.01)]);
      console.log(data);`;
    const flags = ["--conditions=skitai-source", "--input-type=module", "-e", source];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: join(import.meta.dirname, "..") });
    expect(stdout).toBe("done\n");
  });

  test("connections of commands that blocked are closed when nobody needs them", async () => {
    const client = clientOf();
    const name = `idle${service.database}`;
    const redis = client.redis(service.url, undefined, undefined, { idleTimeout: 20, poolSize: 3 });
    const watcher = client.redis(service.url);
    const connections = async (): Promise<number> => {
      const { data } = await watcher.client("LIST");
      return (data as string).split("\n").filter((line) => line.includes("cmd=blpop") && line.includes(`db=${service.database} `)).length;
    };
    await Promise.all([redis.blpop(name, 0.01), redis.blpop(name, 0.01), redis.blpop(name, 0.01)]);
    await eventually(async () => (await connections()) === 0);
    expect((await redis.blpop(name, 0.01)).data).toBeNull();
  });

  test("commands of the default client wait for fetchall()", async () => {
    const got: unknown[] = [];
    aquests.configure({ workers: 4, log: false, callback: ({ data }) => void got.push(data) });
    const redis = aquests.redis(service.url);
    redis.set("queued", "1");
    for (let i = 0; i < 10; i++) redis.incr("queued");
    const { tasks } = await aquests.fetchall();
    expect([tasks, got]).toEqual([11, ["OK", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]]);
    expect((await redis.get("queued")).data).toBe("11");
    await aquests.fetchall();
  });

  test("a scan of an alias goes on where it has begun", async () => {
    const other = await acquire("redis", { own: true });
    onTestFinished(() => other.stop());
    const client = clientOf({
      aliases: { "@two": ["redis", [`${address()}/${service.database}`, `${other.host}:${other.port}`], { policy: "roundRobin" }] },
    });
    await client.redis(service.url).flushdb().wait();
    await client
      .redis(service.url)
      .pipeline(Array.from({ length: 300 }, (_, i) => ["set", `one:${i}`, 1] as const))
      .wait();
    await client
      .redis(`${other.host}:${other.port}`)
      .pipeline(Array.from({ length: 300 }, (_, i) => ["set", `two:${i}`, 1] as const))
      .wait();
    for (let turn = 0; turn < 3; turn++) {
      const found = new Set<string>();
      for await (const key of client.redis("@two").scan({ count: 20 })) found.add(key);
      expect(found.size).toBe(300);
      expect(new Set([...found].map((key) => key.slice(0, 3))).size).toBe(1);
    }
  });
});

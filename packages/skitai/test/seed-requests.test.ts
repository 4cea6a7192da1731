import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { describeWith } from "@skitai-internal/services/vitest";
import { aquests, Engine, Saddle, type PromiseHandler, type Result } from "../src/index.ts";

// The examples of the original's documents on requests to other servers, in the order of the documents. Each route is the documented one in
// TypeScript; what stands around it is the least that makes it run.

/** A backend of an example: answers at its own port. */
const backend = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close(() => {}).closeAllConnections());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Serves an app with the aliases it needs, and asks it for a path. */
const serving = async (app: Saddle, prepare: (engine: Engine) => void = () => {}): Promise<(path: string) => Promise<Response>> => {
  const engine = new Engine({ requestLog: false }).use(aquests({ timeout: "5s" }));
  prepare(engine);
  engine.mount("/", app);
  const { port } = await engine.listen({ port: 0 });
  onTestFinished(() => engine.close({ timeout: 0 }));
  return (path) => fetch(`http://127.0.0.1:${port}${path}`);
};

const jsonOf = async (response: Response): Promise<unknown> => response.json();

test("req1 and req2 are under way together, and getwait gives their results", async () => {
  const url = `http://${await backend((req, res) => res.setHeader("Content-Type", "application/json").end(JSON.stringify(req.method)))}/`;
  const app = new Saddle();
  app.route("/", async (was) => {
    const req1 = was.get(url);
    const req2 = was.post(url, { user: "Hans Roh", comment: "Hello" });
    const response1 = await req1.getwait("3s");
    const response2 = await req2.getwait("3s");
    return [response1.data, response2.data];
  });
  const ask = await serving(app);
  expect(await jsonOf(await ask("/"))).toEqual(["GET", "POST"]);
});

interface Calculator {
  add(a: number, b: number): number;
}

describeWith("xmlrpc", (rpc) => {
  test("was.rpc.lb asks one of the members", async () => {
    const app = new Saddle();
    app.route("/search", async (was) => {
      const s = was.rpc.lb<Calculator>("@mysearch/").add(1, 2);
      const result = await s.getwait("5s");
      return { data: result.data };
    });
    const ask = await serving(app, (engine) => engine.alias("@mysearch", "http", [`${rpc.host}:${rpc.port}`]));
    expect(await jsonOf(await ask("/search"))).toEqual({ data: 3 });
  });

  test("was.rpc.map asks all members, and results are iterable", async () => {
    const app = new Saddle();
    app.route("/search", async (was) => {
      const stub = was.rpc.map<Calculator>("@mysearch/");
      const req = stub.add(3, 4);
      const results = await req.getswait("2s");
      const all = [];
      for (const result of results) all.push(result.data);
      return all;
    });
    const ask = await serving(app, (engine) => engine.alias("@mysearch", "http", [`${rpc.host}:${rpc.port}`, `localhost:${rpc.port}`]));
    expect(await jsonOf(await ask("/search"))).toEqual([7, 7]);
  });

  test("a result may be kept for a minute", async () => {
    const app = new Saddle();
    app.route("/info", async (was) => {
      const s = was.rpc.lb<Calculator>("@mysearch/").add(1, 1);
      const result = await s.getwait("2s");
      if (result.statusCode === 200) result.cache(60);
      return { cached: result.cached, data: result.data };
    });
    const ask = await serving(app, (engine) => engine.alias("@mysearch", "http", `${rpc.host}:${rpc.port}`));
    expect(await jsonOf(await ask("/info"))).toEqual({ cached: false, data: 2 });
    expect(await jsonOf(await ask("/info"))).toEqual({ cached: true, data: 2 });
  });
});

describe("map, filter, reduce", () => {
  /** Three servers that each know five numbers. */
  const numbers = (engine: Engine, members: string[]): Engine => engine.alias("@myrpcs", "http", members);
  const members = (): Promise<string[]> =>
    Promise.all(
      [0, 1, 2].map((n) =>
        backend((_, res) => res.setHeader("Content-Type", "application/json").end(JSON.stringify([4 + n, 7 + n, 76, 7, 7]))),
      ),
    );

  test("adds up what all members say", async () => {
    const app = new Saddle();
    app.route("/test/map", async (was) => {
      const s = was.get.map<number[]>("@myrpcs/list");
      const all: number[] = [];
      for (const rs of await s.getswait("5s")) if (rs.status === 3) all.push(...rs.data);
      return { sum: all.reduce((x, y) => x + y) };
    });
    const at = await members();
    const ask = await serving(app, (engine) => numbers(engine, at));
    expect(await jsonOf(await ask("/test/map"))).toEqual({ sum: 3 * (4 + 7 + 76 + 14) + 6 });
  });

  test("filters what each says while others are awaited", async () => {
    const app = new Saddle();
    app.route("/test/map", async (was) => {
      const select = (rs: Result<number[]>): void => {
        if (rs.status === 3) rs.data = rs.data.filter((x) => x < 10);
        else rs.data = [];
      };
      const s = was.get.map<number[]>("@myrpcs/list", { filter: select });
      const all: number[] = [];
      for (const rs of await s.getswait("5s")) all.push(...rs.data);
      return { sum: all.reduce((x, y) => x + y) };
    });
    const at = await members();
    // One of the four is not there: its filter says [].
    const ask = await serving(app, (engine) => numbers(engine, [...at, "127.0.0.1:1"]));
    expect(await jsonOf(await ask("/test/map"))).toEqual({ sum: 3 * (4 + 7 + 14) + 6 });
  });
});

describeWith("postgres", (pg) => {
  const member = (): string => `${pg.user}:${encodeURIComponent(pg.password)}@${pg.host}:${pg.port}/${pg.database}`;

  beforeAll(async () => {
    const { createClient } = await import("@skitai/aquests");
    await using client = createClient();
    const db = client.postgresql(`${pg.host}:${pg.port}`, pg.database, [pg.user, pg.password]);
    await db.do("CREATE TABLE cities (name text, population int)").wait();
    await db.do("INSERT INTO cities VALUES ('Fairfax', 23478), ('Seoul', 9700000), ('Busan', 3400000)").wait();
  });

  test("was.postgresql queries a server", async () => {
    const app = new Saddle();
    app.route("/query", async (was) => {
      const dbo = was.postgresql(`${pg.host}:${pg.port}`, pg.database, [pg.user, pg.password]);
      const s = dbo.execute<{ name: string }>("SELECT name, population FROM cities WHERE population > $1 ORDER BY name", [1_000_000]);
      const response = await s.getwait("2s");
      return response.data.map((row) => row.name);
    });
    const ask = await serving(app);
    expect(await jsonOf(await ask("/query"))).toEqual(["Busan", "Seoul"]);
  });

  test("req.wait rejects when a query fails", async () => {
    const app = new Saddle();
    app.route("/insert", async (was) => {
      const req = was.backend("@mydb").execute("INSERT INTO nowhere VALUES ('New York')");
      await req.wait("2s");
      return "done";
    });
    const ask = await serving(app, (engine) => engine.alias("@mydb", "postgresql", member()));
    expect((await ask("/insert")).status).toBe(500);
  });

  test("dmap: the largest city of all databases", async () => {
    const app = new Saddle();
    app.route("/test/get_top_city", async (was) => {
      const tooLittle = (rs: Result<{ name: string; population: number }[]>): void => {
        rs.data = rs.status === 3 ? rs.data.filter((x) => x.population >= 100_000) : [];
      };
      const s = was.backend
        .map("@mydbs", { filter: tooLittle as never })
        .execute<{ name: string; population: number }>("SELECT name, population FROM cities");
      const all: [string, number][] = [];
      for (const rs of await s.getswait("5s")) all.push(...rs.data.map((each): [string, number] => [each.name, each.population]));
      return all.toSorted((one, other) => other[1] - one[1])[0];
    });
    const ask = await serving(app, (engine) => engine.alias("@mydbs", "postgresql", [member(), member().replace(pg.host, "localhost")]));
    expect(await jsonOf(await ask("/test/get_top_city"))).toEqual(["Seoul", 9_700_000]);
  });

  test("use_cache = was.getlu(...) asks again only when something has changed", async () => {
    const app = new Saddle();
    app.route("/update", async (was) => {
      await was.backend("@mydb").execute("UPDATE cities SET population = population + 1 WHERE name = 'Fairfax'").wait();
      void was.setlu("tables.cities");
      return "updated";
    });
    app.route("/query1", async (was) => {
      const req = was
        .backend("@mydb", { useCache: was.getlu("tables.cities") })
        .execute<{ population: number }>("SELECT population FROM cities WHERE name = 'Fairfax'");
      const result = await req.getwait();
      result.cache(60);
      return { population: result.data[0]?.population, cached: result.cached };
    });
    const ask = await serving(app, (engine) => engine.alias("@mydb", "postgresql", member()).addlu("tables.cities"));
    expect(await jsonOf(await ask("/query1"))).toEqual({ population: 23478, cached: false });
    expect(await jsonOf(await ask("/query1"))).toEqual({ population: 23478, cached: true });
    expect(await (await ask("/update")).text()).toBe("updated");
    expect(await jsonOf(await ask("/query1"))).toEqual({ population: 23479, cached: false });
  });
});

test("use_cache = not refreshed: a refreshed page puts its result in place of the old one", async () => {
  let version = 0;
  const at = await backend((_, res) => res.end(String(++version)));
  const app = new Saddle();
  app.route("/", async (was) => {
    const refreshed = was.request.args["refresh"] === "yes";
    const result = await was.get.lb("@mysearch/info", { useCache: !refreshed }).getwait("2s");
    if (result.statusCode === 200) result.cache(60);
    return result.text;
  });
  const ask = await serving(app, (engine) => engine.alias("@mysearch", "http", at));
  const seen = [];
  for (const path of ["/", "/", "/?refresh=yes", "/"]) seen.push(await (await ask(path)).text());
  expect(seen).toEqual(["1", "1", "2", "2"]);
});

test("results.cache keeps what all members said", async () => {
  const members = await Promise.all([1, 2, 3].map((n) => backend((_, res) => res.end(String(n)))));
  const app = new Saddle();
  app.route("/", async (was) => {
    const results = await was.get.map("@mysearch/info").getswait("2s");
    if (results.statusCode.every((code) => code === 200)) results.cache(60);
    return { cached: results.cached, count: results.length };
  });
  const ask = await serving(app, (engine) => engine.alias("@mysearch", "http", members));
  expect(await jsonOf(await ask("/"))).toEqual({ cached: false, count: 3 });
  expect(await jsonOf(await ask("/"))).toEqual({ cached: true, count: 3 });
});

test("reraise makes the code simple", async () => {
  const app = new Saddle();
  app.route("/", async (was) => (await was.get("http://127.0.0.1:1/").getwait("2s", { reraise: true })).text);
  const ask = await serving(app);
  expect((await ask("/")).status).toBe(500);
});

describe("a promise", () => {
  const pages = (): Promise<string> =>
    backend((req, res) => (req.url === "/none" ? res.writeHead(404).end() : res.end(`page of ${req.url}`)));

  test("settles with what came", async () => {
    const at = await pages();
    const app = new Saddle();
    app.route("/index", (was) => {
      const promise = was.promise((own, response) => own.settle(response.content));
      promise.get("page", `http://${at}/skitai`);
      return promise;
    });
    const ask = await serving(app);
    expect(await (await ask("/index")).text()).toBe("page of /skitai");
  });

  test("handles several requests with one handler, and joins them when all are there", async () => {
    const at = await pages();
    const app = new Saddle();
    const handler: PromiseHandler = (promise, rs) => {
      promise[rs.id] = rs.statusCode === 200 ? `<div>${rs.text}</div>` : `<div>Error in ${rs.id}</div>`;
      if (promise.fulfilled())
        promise.settle(`${String(promise["A"])} of ${String(promise["B"])}<hr>${String(promise["C"])}${String(promise["D"])}`);
    };
    app.route("/promise", (was) => {
      const promise = was.promise(handler, { A: "123", B: "456" });
      promise.get("C", `http://${at}/skitai`);
      promise.get("D", `http://${at}/none`);
      return promise;
    });
    const ask = await serving(app);
    const response = await ask("/promise");
    expect(await response.text()).toBe("123 of 456<hr><div>page of /skitai</div><div>Error in D</div>");
    expect(response.headers.get("content-type")).toMatch("text/html");
  });

  test("sends parts as they come, with the meta data of each request", async () => {
    const at = await pages();
    const app = new Saddle();
    app.route("/promise", (was) => {
      const promise = was.promise((own, response) => {
        own.send(response.content);
        own.send(` fetched for ${String(response.meta["created"])}`);
        own.settle();
      });
      promise.get("req-0", `http://${at}/skitai`, { meta: { created: "now" } });
      return was.response("200 OK", promise, [["Content-Type", "text/plain"]]);
    });
    const ask = await serving(app);
    const response = await ask("/promise");
    expect([await response.text(), response.headers.get("content-type")]).toEqual(["page of /skitai fetched for now", "text/plain"]);
  });

  test("whose handler throws ends with a note that shows nothing of the error", async () => {
    const at = await pages();
    const app = new Saddle();
    app.route("/promise", (was) => {
      const promise = was.promise(() => {
        throw new Error("secret");
      });
      promise.get("a", `http://${at}/`);
      return promise;
    });
    const ask = await serving(app);
    const text = await (await ask("/promise")).text();
    expect(text).toContain("Error Occurred While Processing");
    expect(text).not.toContain("secret");
  });
});

describe("transactions", () => {
  test("go on to the servers that are called", async () => {
    const at = await backend((req, res) => res.setHeader("Content-Type", "application/json").end(JSON.stringify(req.headers)));
    const app = new Saddle();
    app.route("/", async (was) => {
      const [first, second] = [
        await was.get<Record<string, string>>(`http://${at}/`),
        await was.get<Record<string, string>>(`http://${at}/`),
      ];
      return {
        own: was.gtxid,
        gone: [first.data["x-gtxn-id"], second.data["x-gtxn-id"]],
        local: [first.data["x-ltxn-id"], second.data["x-ltxn-id"]],
      };
    });
    const ask = await serving(app);
    const { own, gone, local } = (await jsonOf(await ask("/"))) as { own: string; gone: string[]; local: string[] };
    expect([gone, local]).toEqual([
      [own, own],
      ["1001", "1002"],
    ]);
  });
});

test("mounted hooks may call backends", async () => {
  const at = await backend((_, res) => res.end("from a backend"));
  const app = new Saddle();
  let known = "";
  app.mounted(async (was) => {
    known = (await was.get(`http://${at}/`)).text;
  });
  app.route("/", () => known);
  const ask = await serving(app);
  expect(await (await ask("/")).text()).toBe("from a backend");
});

test("foreign apps have the verbs by import", async () => {
  const { was } = await import("../src/index.ts");
  const at = await backend((req, res) => res.end(req.headers["x-gtxn-id"]));
  const engine = new Engine({ requestLog: false }).use(aquests());
  engine.mount("/", ((_, res) => void was.get(`http://${at}/`).then((rs) => res.end(rs.text))) satisfies RequestListener);
  const { port } = await engine.listen({ port: 0 });
  onTestFinished(() => engine.close({ timeout: 0 }));
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toMatch(/^GTID-/);
});

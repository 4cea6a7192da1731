import { expect, test } from "vitest";
import skitai from "../src/index.ts";
import { engineIn, fixture, served, told } from "./support/served.ts";

test("a preference overrides what the app set, and leaves the rest", async () => {
  const engine = engineIn(fixture("seed", "preference"));
  const pref = skitai.pref();
  pref.useReloader = false;
  pref.debug = false;
  pref.config.prefB = "two";
  engine.mount("/v1", "app_v1/app.ts", { app: "app", pref });
  const answer = await fetch(`${await served(engine)}/v1/`);
  expect(await answer.json()).toEqual({ useReloader: false, debug: false, prefA: 1, prefB: "two" });
});

test("a preference belongs to its mount: the same app mounted without it is as it was", async () => {
  const engine = engineIn(fixture("seed", "preference"));
  engine.mount("/v1", "app_v1/app.ts", { pref: { debug: false, config: { prefA: 10 } } });
  engine.mount("/plain", "app_v1/app.ts", { name: "plain" });
  const url = await served(engine);
  expect(await (await fetch(`${url}/v1/`)).json()).toEqual({ useReloader: true, debug: false, prefA: 10, prefB: 2 });
  expect(await (await fetch(`${url}/plain/`)).json()).toEqual({ useReloader: true, debug: true, prefA: 1, prefB: 2 });
});

test.each([{ maxClientBodySize: 1000 }, { config: { maxPostBodySize: 1000 } }])("a preference limits request bodies: %j", async (pref) => {
  const engine = engineIn(fixture("seed", "preference"));
  engine.mount("/", "app_v1/app.ts", { pref });
  const url = `${await served(engine)}/upload`;
  const post = (size: number): Promise<Response> => fetch(url, { method: "POST", body: Buffer.alloc(size) });
  expect(await told(post(1000))).toEqual([200, "1000"]);
  expect((await post(1001)).status).toBe(413);
});

test("the bootstrap beside an app turns what its user set into what it works with", async () => {
  const engine = engineIn(fixture("seed", "bootstrap"));
  const pref = skitai.pref();
  pref.config.urlfile = fixture("seed", "bootstrap", "resources", "urllist.txt");
  engine.mount("/v1", "app/app.ts", { app: "app", pref });
  const answer = await fetch(`${await served(engine)}/v1/`);
  expect(await answer.json()).toEqual([
    ["one", "http://one.example"],
    ["two", "http://two.example"],
  ]);
});

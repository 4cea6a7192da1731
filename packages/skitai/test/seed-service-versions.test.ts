import { expect, test } from "vitest";
import { engineIn, fixture, served, told } from "./support/served.ts";

test("versions of an app run side by side and share their templates", async () => {
  const engine = engineIn(fixture("seed", "versions"));
  engine.mount("/", "static");
  engine.mount("/v1", "app_v1");
  engine.mount("/v2", "app_v2");
  const url = await served(engine);
  expect(await told(fetch(`${url}/v1/`))).toEqual([200, "Hello World Ver.1"]);
  expect(await told(fetch(`${url}/v2/`))).toEqual([200, "Hello World Ver.2"]);
  expect(await told(fetch(`${url}/shared.txt`))).toEqual([200, "for all versions"]);
});

test("versions in directories of their own have their own templates and files", async () => {
  const engine = engineIn(fixture("seed", "version-directories"));
  engine.mount("/v1", "app_v1/static");
  engine.mount("/v1", "app_v1/app", { name: "app_v1" });
  engine.mount("/v2", "app_v2/static");
  engine.mount("/v2", "app_v2/app", { name: "app_v2" });
  const url = await served(engine);
  for (const version of [1, 2]) {
    expect(await told(fetch(`${url}/v${version}/`))).toEqual([200, `Version ${version} has its own page`]);
    expect(await told(fetch(`${url}/v${version}/style.css`))).toEqual([200, `the style of version ${version}`]);
  }
});

test("a service of small apps shares layouts and files, and its apps build each other's URLs", async () => {
  const engine = engineIn(fixture("seed", "microservices"));
  const pref = { useReloader: true };
  engine.mount("/", "static");
  engine.mount("/", "index.ts", { app: "app", pref });
  engine.mount("/admin", "admin.ts", { app: "app", pref });
  engine.mount("/trade", "trade.ts", { app: "app", pref });
  const url = await served(engine);
  expect(await told(fetch(url))).toEqual([200, '<title>Index</title><a href="/trade/orders/7">Order</a>']);
  expect(await told(fetch(`${url}/trade/orders/7`))).toEqual([200, "<title>Trade</title>Order 7"]);
  expect(await told(fetch(`${url}/admin/`))).toEqual([200, "admin, index, trade"]);
  expect(await told(fetch(`${url}/css/site.css`))).toEqual([200, "body {}"]);
});

test("apps that want reloading have the directory of their script watched", async () => {
  const engine = engineIn(fixture("seed", "microservices"));
  engine.mount("/", "index.ts", { pref: { useReloader: true } });
  await served(engine);
  expect(engine.watchPaths.some((path) => fixture("seed", "microservices", "index.ts").startsWith(path))).toBe(true);
});

test("a virtual host has its own app at the same mount point", async () => {
  const engine = engineIn(fixture("seed", "hosts"));
  engine.mount("/", "site1.ts", { host: "www.site1.com" });
  engine.mount("/", "site2.ts", { host: "www.site2.com" });
  expect(await told(engine.request("http://www.site1.com/"))).toEqual([200, "site1"]);
  expect(await told(engine.request("http://www.site2.com/"))).toEqual([200, "site2"]);
  expect((await engine.request("http://www.site3.com/")).status).toBe(404);
});

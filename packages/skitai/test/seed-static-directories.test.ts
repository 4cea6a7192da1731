import { expect, test } from "vitest";
import { engineIn, fixture, served, told } from "./support/served.ts";

/**
 * skitai.mount ('/', '/home/www')
 * skitai.mount ('/uploads', '/var/www/uploads')
 * skitai.mount ('/uploads/bigfiles', '/data/www/bigfiles')
 */
const mountThree = async (): Promise<string> => {
  const engine = engineIn(fixture("seed", "directories"));
  engine.mount("/", "www");
  engine.mount("/uploads", "uploads");
  engine.mount("/uploads/bigfiles", fixture("seed", "directories", "bigfiles"));
  return served(engine);
};

test("three directories are mounted inside of each other", async () => {
  const url = await mountThree();
  expect(await told(fetch(`${url}/news.txt`))).toEqual([200, "of www"]);
  expect(await told(fetch(`${url}/uploads/photo.txt`))).toEqual([200, "of uploads"]);
  expect(await told(fetch(`${url}/uploads/bigfiles/film.txt`))).toEqual([200, "of bigfiles"]);
});

test("the longest mount point decides: what lies below it in a shorter one is not served", async () => {
  const url = await mountThree();
  expect((await fetch(`${url}/uploads/old.txt`)).status).toBe(404);
});

test("a mount point is whole segments", async () => {
  const url = await mountThree();
  expect((await fetch(`${url}/uploadsphoto.txt`)).status).toBe(404);
  expect((await fetch(`${url}/uploads/bigfilesfilm.txt`)).status).toBe(404);
});

test("a directory shows its index file", async () => {
  const url = await mountThree();
  expect(await told(fetch(`${url}/`))).toEqual([200, "<h1>www</h1>"]);
});

test.each([
  ["/page.txt", 300],
  ["/images/photo.txt", 3600],
  ["/images/icons/star.txt", 3600],
  ["/imagesque/other.txt", 300],
])("%s may be kept for %i seconds: the longest prefix counts", async (path, seconds) => {
  // skitai.set_max_age ("/", 300); set_max_age ('/js', 0); set_max_age ('/images', 3600)
  const engine = engineIn(fixture("seed"), { maxAge: { "/": 300, "/js": 0, "/images": 3600 } });
  engine.mount("/", "max-age");
  const before = Date.now();
  const { headers } = await fetch(`${await served(engine)}${path}`);
  expect(headers.get("cache-control")).toBe(`max-age=${seconds}`);
  // HTTP dates have no milliseconds.
  const expires = Date.parse(headers.get("expires") ?? "");
  expect(expires).toBeGreaterThanOrEqual(before - 1000 + seconds * 1000);
  expect(expires).toBeLessThanOrEqual(Date.now() + seconds * 1000);
});

test("a max age of zero says nothing of how long a file may be kept", async () => {
  const engine = engineIn(fixture("seed"), { maxAge: { "/": 300, "/js": 0 } });
  engine.mount("/", "max-age");
  const { headers } = await fetch(`${await served(engine)}/js/app.js`);
  expect(headers.get("cache-control") ?? "").not.toMatch(/max-age=[1-9]/);
});

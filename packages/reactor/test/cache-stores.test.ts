import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { cacheStore } from "../src/cache/store-options.ts";
import { DiskLayout } from "../src/cache/disk-layout.ts";
import { DiskStore } from "../src/cache/disk-store.ts";
import { MemoryStore } from "../src/cache/memory-store.ts";
import { TieredStore } from "../src/cache/tiered-store.ts";
import { bytesOf, describeStore, headAt, putInto, textsIn } from "./support/cache-store-cases.ts";
import { eventually } from "./support/eventually.ts";
import { runProgram } from "./support/program.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const url = "http://site/page";
const any = (): boolean => true;

describeStore("a memory store", (maxSize) => new MemoryStore({ maxSize }));
describeStore("a disk store", (maxSize) => new DiskStore(temporaryDirectory(), { maxSize }));
describeStore("memory over disk", (maxSize) => {
  const disk = new DiskStore(temporaryDirectory(), { maxSize });
  return new TieredStore({ memory: new MemoryStore({ maxSize }), disk });
});
describeStore("little memory over disk", (maxSize) => {
  const disk = new DiskStore(temporaryDirectory(), { maxSize });
  return new TieredStore({ memory: new MemoryStore({ maxSize: 1 }), disk });
});

/** Every file below a directory. */
const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const responsesIn = (directory: string): string[] => filesBelow(join(directory, "skitai-cache-1", "responses"));

describe("a memory store", () => {
  test("drops what was not used for the longest time", async () => {
    const store = new MemoryStore({ maxSize: 250_000 });
    for (const name of ["a", "b"]) await putInto(store, headAt(name), Buffer.alloc(100_000));
    store.find("a", any);
    await putInto(store, headAt("c"), Buffer.alloc(100_000));
    expect([store.find("a", any).length, store.find("b", any).length, store.find("c", any).length]).toEqual([1, 0, 1]);
  });

  test("does not keep the buffer alive that a short body is a part of", async () => {
    const store = new MemoryStore();
    await putInto(store, headAt(url), Buffer.from(new ArrayBuffer(1_000_000), 0, 5));
    const body = await store.find(url, any)[0]!.open();
    expect((body as Buffer).buffer.byteLength).toBe(5);
  });
});

describe("a disk store", () => {
  test("finds what an earlier one stored in the same directory", async () => {
    const directory = temporaryDirectory();
    const first = new DiskStore(directory);
    await putInto(first, headAt(url), "hello");
    await first.close();
    const second = new DiskStore(directory);
    expect(await textsIn(second, url)).toEqual(["hello"]);
    await eventually(() => second.status().entries === 1);
  });

  test("shows at once what another one stores and drops in the same directory", async () => {
    const directory = temporaryDirectory();
    const [one, other] = [new DiskStore(directory), new DiskStore(directory)];
    await putInto(one, headAt(url, 1000, { tags: ["t"] }), "hello");
    expect(await textsIn(other, url)).toEqual(["hello"]);
    await other.deleteTag("t", 1000);
    expect(await textsIn(one, url)).toEqual([]);
  });

  test("keeps its files and directories for this user alone", async () => {
    const directory = temporaryDirectory();
    const store = new DiskStore(directory);
    await putInto(store, headAt(url, 1000, { tags: ["t"] }), "hello");
    await store.deleteTag("other", 1);
    const root = join(directory, "skitai-cache-1");
    const all = readdirSync(root, { recursive: true, withFileTypes: true });
    const modes = all.map((entry) => [entry.isFile(), statSync(join(entry.parentPath, entry.name)).mode & 0o777]);
    expect(modes.filter(([isFile]) => isFile)).toEqual([
      [true, 0o600],
      [true, 0o600],
    ]);
    expect(modes.filter(([isFile, mode]) => !isFile && mode !== 0o700)).toEqual([]);
    expect(statSync(root).mode & 0o777).toBe(0o700);
  });

  test("writes nothing of a request's credentials", async () => {
    const directory = temporaryDirectory();
    const { HttpCache } = await import("../src/cache/http-cache.ts");
    await using cache = new HttpCache({ shared: false, store: new DiskStore(directory) });
    const headers = { authorization: "Bearer s3cret-token", cookie: "sid=s3cret-cookie" };
    const origin = () => Promise.resolve({ status: 200, headers: ["Cache-Control", "max-age=60"], body: Buffer.from("mine") });
    await cache.fetch({ method: "GET", url: "http://user:s3cret-word@site/", headers }, origin);
    await cache.fetch({ method: "GET", url: "http://site/", headers }, origin);
    await eventually(() => responsesIn(directory).length === 1);
    for (const file of filesBelow(directory)) expect(readFileSync(file, "latin1")).not.toContain("s3cret");
  });

  const bodies = {
    "a short body": Buffer.from("hello"),
    "a body of 300 KB": Buffer.alloc(300_000, "ab"),
    "a body of 2 MB": Buffer.alloc(2_000_000, "ab"),
  };

  describe.each(Object.entries(bodies))("%s", (_, body) => {
    const stored = async (): Promise<{ store: DiskStore; file: string; errors: unknown[] }> => {
      const directory = temporaryDirectory();
      const errors: unknown[] = [];
      const store = new DiskStore(directory, { onError: (error) => errors.push(error) });
      await putInto(store, headAt(url), body);
      return { store, file: responsesIn(directory)[0]!, errors };
    };

    const served = async (store: DiskStore): Promise<Buffer | undefined> => {
      const [entry] = await store.find(url, any);
      return bytesOf(await entry?.open());
    };

    test("that lost its end is dropped, not served", async () => {
      const { store, file, errors } = await stored();
      truncateSync(file, statSync(file).size - 1);
      expect(await served(store)).toBeUndefined();
      expect(errors).toEqual([expect.objectContaining({ code: "SKITAI_REACTOR_CACHE_DAMAGED" })]);
      await eventually(() => !filesBelow(join(file, "..", "..")).includes(file));
    });

    test("with one byte that changed is dropped, not served", async () => {
      const { store, file, errors } = await stored();
      const bytes = readFileSync(file);
      bytes[bytes.length - 3]! ^= 1;
      writeFileSync(file, bytes);
      expect(await served(store)).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(await store.find(url, any)).toEqual([]);
    });

    test.each([0, 3, 5, 11, 17, 25, 37, 45, 60])("whose head has a changed byte at %d is dropped, not served", async (at) => {
      const { store, file } = await stored();
      const bytes = readFileSync(file);
      bytes[at]! ^= 0x40;
      writeFileSync(file, bytes);
      expect(await served(store)).toBeUndefined();
    });

    test("that goes between its head and its body is a miss", async () => {
      const { store, file } = await stored();
      const [entry] = await store.find(url, any);
      rmSync(file);
      const opened = await bytesOf(await entry!.open());
      // A short one was read together with its head.
      expect(opened?.toString()).toBe(body.length < 60_000 ? "hello" : undefined);
    });

    test("that is replaced between its head and its body is not served under that head", async () => {
      const { store } = await stored();
      const [entry] = await store.find(url, any);
      await putInto(store, headAt(url, 2000), Buffer.alloc(body.length, "x"));
      const opened = await bytesOf(await entry!.open());
      expect(opened === undefined || opened.equals(body)).toBe(true);
      expect(await textsIn(store, url)).toEqual(["x".repeat(body.length)]);
    });
  });

  test.each(["", "rubbish", "SKC1", "\u0000".repeat(5000)])("drops a file with %j in it", async (content) => {
    const directory = temporaryDirectory();
    const store = new DiskStore(directory);
    await putInto(store, headAt(url), "hello");
    const [file = ""] = responsesIn(directory);
    writeFileSync(file, content);
    expect(await textsIn(store, url)).toEqual([]);
    expect(responsesIn(directory)).toEqual([]);
    await putInto(store, headAt(url), "again");
    expect(await textsIn(store, url)).toEqual(["again"]);
  });

  test("does not follow a link in the place of a file", async () => {
    const directory = temporaryDirectory();
    const store = new DiskStore(directory);
    await putInto(store, headAt(url), "hello");
    const [file = ""] = responsesIn(directory);
    const elsewhere = join(directory, "elsewhere");
    writeFileSync(elsewhere, readFileSync(file));
    rmSync(file);
    symlinkSync(elsewhere, file);
    expect(await textsIn(store, url)).toEqual([]);
  });

  test("drops what was not used for the longest time when it is full", async () => {
    const directory = temporaryDirectory();
    const store = new DiskStore(directory, { maxSize: 1_000_000 });
    await store.open();
    for (let index = 0; index < 8; index++) {
      await putInto(store, headAt(`${url}/${index}`), Buffer.alloc(100_000));
      const file = responsesIn(directory).find((path) => statSync(path).mtimeMs > 1_000_000_000)!;
      // Used at second 100, 101, ... of 1970; the third one last of all.
      utimesSync(file, 100 + index + (index === 2 ? 100 : 0), 100 + index + (index === 2 ? 100 : 0));
    }
    await putInto(store, headAt(`${url}/8`), Buffer.alloc(100_000));
    await eventually(() => store.status().evicted > 0);
    await store.close();
    expect(await textsIn(store, `${url}/0`)).toEqual([]);
    expect(await textsIn(store, `${url}/2`)).toHaveLength(1);
    expect(await textsIn(store, `${url}/8`)).toHaveLength(1);
  });

  test("makes room for a response that is a large part of all", async () => {
    const store = new DiskStore(temporaryDirectory(), { maxSize: 1_000_000 });
    for (let index = 0; index < 8; index++) await putInto(store, headAt(`${url}/${index}`), Buffer.alloc(100_000));
    expect(await putInto(store, headAt(url), Buffer.alloc(700_000))).toBe(true);
    expect(await textsIn(store, url)).toHaveLength(1);
    expect(store.status().size).toBeLessThanOrEqual(1_000_000);
  });

  test("remembers that a response was used", async () => {
    const directory = temporaryDirectory();
    const store = new DiskStore(directory);
    await putInto(store, headAt(url), "hello");
    const [file = ""] = responsesIn(directory);
    utimesSync(file, 100, 100);
    await textsIn(store, url);
    await eventually(() => statSync(file).mtimeMs > 1_000_000);
  });

  test("removes what a process left half-written that has ended", async () => {
    const directory = temporaryDirectory();
    const path = JSON.stringify(new URL("../src/cache/disk-store.ts", import.meta.url).href);
    const program = `
      const { DiskStore } = await import(${path});
      const store = new DiskStore(${JSON.stringify(directory)});
      const head = { key: "k", variant: "", vary: [], status: 200, headers: [], requestTime: 1, responseTime: 1, tags: [] };
      const writer = store.write(head);
      while (!(await writer.write(Buffer.alloc(2_000_000)))) ;
      process.kill(process.pid, "SIGKILL");`;
    await runProgram(process.execPath, ["--input-type=module", "-e", program]);
    const temporary = join(directory, "skitai-cache-1", "tmp");
    expect(readdirSync(temporary)).toHaveLength(1);
    const store = new DiskStore(directory);
    await store.open();
    expect(readdirSync(temporary)).toEqual([]);
    expect(await store.find("k", any)).toEqual([]);
  });

  test("leaves alone what another store of this process is writing", async () => {
    const directory = temporaryDirectory();
    const store = new DiskStore(directory);
    const writer = store.write(headAt(url));
    await writer.write(Buffer.alloc(2_000_000, "a"));
    await new DiskStore(directory).open();
    expect(await writer.commit()).toBe(true);
    expect((await textsIn(store, url))[0]).toHaveLength(2_000_000);
  });

  test("clears away what another machine left an hour ago", async () => {
    const directory = temporaryDirectory();
    await new DiskStore(directory).open();
    const temporary = join(directory, "skitai-cache-1", "tmp");
    for (const name of ["00000000-1-aa-1", "00000000-1-aa-2"]) writeFileSync(join(temporary, name), "x");
    utimesSync(join(temporary, "00000000-1-aa-1"), 100, 100);
    await new DiskStore(directory).open();
    expect(readdirSync(temporary)).toEqual(["00000000-1-aa-2"]);
  });

  test("works on when its directory is taken away", async () => {
    const directory = temporaryDirectory();
    const store = new DiskStore(directory);
    await putInto(store, headAt(url), "hello");
    rmSync(join(directory, "skitai-cache-1"), { recursive: true });
    expect(await textsIn(store, url)).toEqual([]);
    await putInto(store, headAt(url), "lost");
    expect(await putInto(store, headAt(url), "again")).toBe(true);
    expect(await textsIn(store, url)).toEqual(["again"]);
  });

  test("in a place where no directory can be is unusable, and says so at open", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    const store = new DiskStore(join(directory, "file"));
    await expect(store.open()).rejects.toMatchObject({ code: "SKITAI_REACTOR_CACHE_UNUSABLE" });
  });

  test("that is unusable is a miss for every request", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    const errors: unknown[] = [];
    const store = new DiskStore(join(directory, "file"), { onError: (error) => errors.push(error) });
    expect(await putInto(store, headAt(url), "hello")).toBe(false);
    expect(await textsIn(store, url)).toEqual([]);
    await store.delete(url);
    await store.deleteTag("t", 1);
    expect(errors).toEqual([expect.objectContaining({ code: "SKITAI_REACTOR_CACHE_UNUSABLE" })]);
    expect(store.status().errors).toBe(1);
    await store.close();
  });

  test.skipIf(process.platform !== "linux")("in a place that takes no children is unusable, not waited for", async () => {
    await expect(new DiskStore("/proc/x/cache").open()).rejects.toMatchObject({ code: "SKITAI_REACTOR_CACHE_UNUSABLE" });
  });

  test("that does not come up holds requests up for a second at most, and says so once", async () => {
    vi.useFakeTimers();
    const make = vi.spyOn(DiskLayout.prototype, "make").mockReturnValue(new Promise(() => {}));
    onTestFinished(() => {
      vi.useRealTimers();
      make.mockRestore();
    });
    const errors: unknown[] = [];
    const store = new DiskStore("/nowhere", { onError: (error) => errors.push(error) });
    const first = store.find(url, any);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await first, await store.find(url, any)]).toEqual([[], []]);
    expect(errors).toEqual([expect.objectContaining({ code: "SKITAI_REACTOR_CACHE_UNUSABLE" })]);
  });

  test("that stays unusable says so once", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    const errors: unknown[] = [];
    const store = new DiskStore(join(directory, "file"), { onError: (error) => errors.push(error) });
    await store.find(url, any);
    const later = performance.now() + 10_001;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => later);
    onTestFinished(() => clock.mockRestore());
    await store.find(url, any);
    expect(errors).toHaveLength(1);
  });

  test("that was unusable is tried again after ten seconds", async () => {
    const directory = temporaryDirectory();
    const file = join(directory, "file");
    writeFileSync(file, "");
    const store = new DiskStore(file);
    expect(await putInto(store, headAt(url), "hello")).toBe(false);
    rmSync(file);
    expect(await putInto(store, headAt(url), "hello")).toBe(false);
    const later = performance.now() + 10_001;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => later);
    onTestFinished(() => clock.mockRestore());
    expect(await putInto(store, headAt(url), "hello")).toBe(true);
  });

  test("does not store a head that is longer than any", async () => {
    const store = new DiskStore(temporaryDirectory());
    expect(await putInto(store, headAt(url, 1, { headers: ["X", "x".repeat(1024 ** 2)] }))).toBe(false);
    expect(await store.find(url, any)).toEqual([]);
  });

  test("does not use a directory that is open to others", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "skitai-cache-1"), { mode: 0o755 });
    await expect(new DiskStore(directory).open()).rejects.toThrow(/open to others/);
  });

  test("does not follow a link in the place of its directory", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(directory, "elsewhere"), join(directory, "skitai-cache-1"));
    await expect(new DiskStore(directory).open()).rejects.toMatchObject({ code: "SKITAI_REACTOR_CACHE_UNUSABLE" });
  });

  test("clears away marks of old purges when there are many, and what they purged", async () => {
    const directory = temporaryDirectory();
    const store = new DiskStore(directory, { maxSize: 1_000_000 });
    await putInto(store, headAt(url, 1000, { tags: ["t"] }), "hello");
    await store.deleteTag("t", 1000);
    const tags = join(directory, "skitai-cache-1", "tags");
    for (let index = 0; index < 1000; index++) writeFileSync(join(tags, `${index}`), "1");
    for (const name of readdirSync(tags)) if (name !== "7") utimesSync(join(tags, name), 100, 100);
    for (let index = 0; index < 8; index++) await putInto(store, headAt(`${url}/${index}`), Buffer.alloc(20_000));
    await eventually(() => readdirSync(tags).length === 1);
    expect(readdirSync(tags)).toEqual(["7"]);
    expect(responsesIn(directory)).toHaveLength(8);
  });
});

describe("memory over disk", () => {
  const tiers = (memorySize = 1_000_000): { store: TieredStore; memory: MemoryStore; disk: DiskStore } => {
    const disk = new DiskStore(temporaryDirectory());
    const memory = new MemoryStore({ maxSize: memorySize });
    return { memory, disk, store: new TieredStore({ memory, disk }) };
  };
  const tierOf = async (store: TieredStore): Promise<string | undefined> => (await store.find(url, any))[0]?.tier;

  test("answers from memory what it has just stored", async () => {
    const { store } = tiers();
    await putInto(store, headAt(url), "hello");
    expect(await tierOf(store)).toBe("memory");
  });

  test("answers from disk what memory lost, and has it in memory again when it was read", async () => {
    const { store, memory } = tiers();
    await putInto(store, headAt(url), "hello");
    memory.delete(url);
    expect(await tierOf(store)).toBe("disk");
    expect(await textsIn(store, url)).toEqual(["hello"]);
    expect(await tierOf(store)).toBe("memory");
  });

  test("keeps on disk alone what is too long for memory", async () => {
    const { store } = tiers(10_000);
    await putInto(store, headAt(url), Buffer.alloc(20_000, "a"));
    expect(await tierOf(store)).toBe("disk");
    expect((await textsIn(store, url))[0]).toHaveLength(20_000);
  });

  test("keeps in memory alone what the disk does not take", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    const store = new TieredStore({ memory: new MemoryStore(), disk: new DiskStore(join(directory, "file")) });
    await store.find(url, any);
    expect(await putInto(store, headAt(url), "hello ", "world")).toBe(true);
    expect(await textsIn(store, url)).toEqual(["hello world"]);
  });

  test("does not bring a response back into memory that is dropped while it is read", async () => {
    const { store, memory } = tiers();
    await putInto(store, headAt(url), "hello");
    memory.delete(url);
    const [entry] = await store.find(url, any);
    await store.delete(url);
    await entry!.open();
    expect(memory.find(url, any)).toEqual([]);
  });

  test("gives the new head to both", async () => {
    const { store, memory, disk } = tiers();
    await putInto(store, headAt(url), "hello");
    await store.freshen((await store.find(url, any))[0]!, headAt(url, 2000));
    expect(memory.find(url, any)[0]?.head.requestTime).toBe(2000);
    expect((await disk.find(url, any))[0]?.head.requestTime).toBe(2000);
  });

  test("reports both", () => {
    expect(tiers().store.status()).toMatchObject({ kind: "tiered", tiers: [{ kind: "memory" }, { kind: "disk" }] });
  });
});

describe("cacheStore", () => {
  test("makes a store of memory, of disk, or of both", () => {
    const path = temporaryDirectory();
    expect(cacheStore({ memory: "1mb" })).toBeInstanceOf(MemoryStore);
    expect(cacheStore({ disk: "1mb", path })).toBeInstanceOf(DiskStore);
    expect(cacheStore({ memory: "1mb", disk: "1mb", path })).toBeInstanceOf(TieredStore);
  });

  test("makes none of nothing", () => {
    expect(cacheStore({ memory: 0, disk: 0, path: "/nowhere" })).toBeUndefined();
  });

  test("needs a path for what is on disk", () => {
    expect(() => cacheStore({ disk: "1mb" })).toThrow(/Name the directory/);
  });

  test.each([
    () => new MemoryStore({ maxSize: -1 }),
    () => new DiskStore("/x", { maxSize: "1 parsec" as "1mb" }),
    () => new DiskStore(""),
    () => new DiskStore(JSON.parse("5") as string),
    () => cacheStore({ memry: 5 } as object),
  ])("refuses what it cannot use: %s", (make) => {
    expect(make).toThrow(expect.objectContaining({ code: expect.stringMatching(/BAD_(SIZE|OPTION)/) }));
  });
});

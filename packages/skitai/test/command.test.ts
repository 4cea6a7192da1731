import { describe, expect, test, vi } from "vitest";
import { parseCommand, usage } from "../src/command.ts";
import { Skitai } from "../src/index.ts";

describe("the command line of a script", () => {
  const plain = { verbose: false, graceful: false };

  test.each([
    [[], { ...plain, action: "run" }],
    [["-v"], { action: "run", verbose: true, graceful: false }],
    [["start"], { ...plain, action: "start" }],
    [["-d"], { ...plain, action: "start" }],
    [["stop"], { ...plain, action: "stop" }],
    [["-s"], { ...plain, action: "stop" }],
    [["stop", "--graceful"], { action: "stop", verbose: false, graceful: true }],
    [["-g", "-s"], { action: "stop", verbose: false, graceful: true }],
    [["restart"], { ...plain, action: "restart" }],
    [["-r"], { ...plain, action: "restart" }],
    [["status"], { ...plain, action: "status" }],
    [["help"], { ...plain, action: "help" }],
    [["-h"], { ...plain, action: "help" }],
    [["--help"], { ...plain, action: "help" }],
  ])("%j is %j", (args, command) => {
    expect(parseCommand(args)).toEqual(command);
  });

  test.each([
    [["retart"], '"retart"'],
    [["start", "stop"], '"stop"'],
    [["start", "-v"], '"start -v"'],
    [["restart", "--verbose"], '"restart --verbose"'],
    [["-g"], '"-g"'],
    [["start", "--graceful"], '"start --graceful"'],
    [["restart", "-g"], '"restart -g"'],
    [["constructor"], '"constructor"'],
    [[""], '""'],
  ])("%j is refused, with the way out", (args, named) => {
    expect(() => parseCommand(args)).toThrow(
      expect.objectContaining({
        code: "SKITAI_UNKNOWN_COMMAND",
        message: expect.stringMatching(new RegExp(`^unknown command: ${named}\\. .*stop --graceful.*status.*help`)),
      }),
    );
  });

  test("help names every command, and the script", () => {
    const text = usage("app.ts");
    expect(text).toMatch(/^Usage: node app\.ts \[command\]\n/);
    for (const command of ["start, -d", "stop, -s", "--graceful", "restart, -r", "status", "help, -h, --help", "-v, --verbose"])
      expect(text).toContain(command);
  });
});

describe("the facade", () => {
  test("has the constants of the kinds of backend", () => {
    const { PROTO_HTTP, PROTO_WSS, DB_PGSQL, DB_SQLITE3 } = new Skitai();
    expect([PROTO_HTTP, PROTO_WSS, DB_PGSQL, DB_SQLITE3]).toEqual(["http", "wss", "postgresql", "sqlite3"]);
  });

  test("takes no settings once the service runs", async () => {
    const skitai = new Skitai();
    // There is nothing to mount, and no script: what counts is that run() was called.
    vi.spyOn(process, "exit").mockImplementation(() => {
      throw new Error("exit");
    });
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    await skitai.run({ workers: 0 }).catch(() => {});
    vi.restoreAllMocks();
    expect(() => skitai.setKeepAlive("5s")).toThrow(expect.objectContaining({ code: "SKITAI_ALREADY_RUNNING" }));
    expect(() => skitai.enableSsl("a", "b")).toThrow(expect.objectContaining({ code: "SKITAI_ALREADY_RUNNING" }));
    await expect(skitai.run()).rejects.toThrow(expect.objectContaining({ code: "SKITAI_ALREADY_RUNNING" }));
  });

  test("gives each mount a preference of its own", () => {
    const skitai = new Skitai();
    const one = skitai.pref();
    one.config["a"] = 1;
    expect(skitai.pref()).toEqual({ config: {} });
  });

  test("knows that a test is not the script that was started", () => {
    expect(new Skitai().isMain(import.meta)).toBe(false);
  });
});

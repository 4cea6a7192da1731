import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { serve } from "./support/serve.ts";

/** What was thrown, as a log would show it: with its properties and its cause. */
const shownOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return inspect(error);
  }
  return "nothing was thrown";
};

describe("no error shows the password of", () => {
  test.each([
    "h2c://us:secretpw@host/",
    "http://us:secr/etpw@host/",
    "http://us:secr@etpw@host:port/",
    "http:\\\\us:secretpw@host:port/",
    "http://us:secretpw@",
    "us:secretpw@host",
  ])("the URL %s", (url) => {
    const shown = shownOf(() => clientOf().get(url));
    expect(shown).toContain("SKITAI_AQUESTS_BAD_TARGET");
    expect(shown).not.toMatch(/secr|etpw/);
  });

  test("a proxy that is spoken to in another way", () => {
    const shown = shownOf(() => clientOf({ proxy: "socks5://us:secretpw@x:1080" }));
    expect(shown).toContain('"socks5://***@x:1080"');
    expect(shown).not.toContain("secretpw");
  });

  test("a WebSocket's URL", () => {
    const shown = shownOf(() => clientOf().ws("http://us:secr/etpw@host/", "hello"));
    expect(shown).toContain('"http://***@host/"');
    expect(shown).not.toMatch(/secr|etpw/);
  });

  test.each([
    ["ftp://us:secretpw@host/", "ftp://***@host/"],
    ["http://us:secr/etpw@host:port/", "http://***@host:port/"],
    ["ftp://host/?mail=hans@example.org", "ftp://host/?mail=hans@example.org"],
  ])("a redirect to %s", async (location, shown) => {
    await using server = await serve((_, res) => res.writeHead(302, { Location: location }).end());
    const { error } = await clientOf().get(server.url);
    expect(error?.message).toContain(shown);
    expect(inspect(error)).not.toMatch(/secr|etpw/);
  });
});

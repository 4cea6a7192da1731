import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describeWith } from "@skitai-internal/services/vitest";
import { describe, expect, test } from "vitest";
import { parseChallenges } from "../src/http/challenge.ts";
import { Digest } from "../src/http/digest.ts";
import { clientOf } from "./support/client-of.ts";
import { serve } from "./support/serve.ts";

const [user, password] = ["Mufasa", "Circle of Life"];

describe("digest authentication", () => {
  // RFC 7616, section 3.9.1
  test.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("by %s gives what RFC 7616 says", (algorithm, response) => {
    const params = {
      realm: "http-auth@example.org",
      qop: "auth, auth-int",
      algorithm,
      nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
      opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    };
    const digest = new Digest({ scheme: "digest", params }, user, password);
    const value = digest.answer(
      { method: "GET", uri: "/dir/index.html", body: Buffer.alloc(0) },
      "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    );
    expect(value).toContain(`response="${response}"`);
    expect(value).toContain("nc=00000001");
  });

  // RFC 7616, section 3.9.2
  test("by SHA-512-256 with a hashed user name in UTF-8 gives what erratum 4897 of RFC 7616 says", () => {
    const params = {
      realm: "api@example.org",
      qop: "auth",
      algorithm: "SHA-512-256",
      nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
      opaque: "HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS",
      userhash: "true",
    };
    const digest = new Digest({ scheme: "digest", params }, "Jäsøn Doe", "Secret, or not?");
    const value = digest.answer({ method: "GET", uri: "/doe.json", body: Buffer.alloc(0) }, "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v");
    expect(value).toContain('username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"');
    expect(value).toContain('response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"');
  });

  test("counts how often a nonce is used", () => {
    const digest = new Digest({ scheme: "digest", params: { realm: "r", nonce: "n", qop: "auth" } }, user, password);
    const proven = { method: "GET", uri: "/", body: undefined };
    expect(digest.answer(proven)).toContain("nc=00000001");
    expect(digest.answer(proven)).toContain("nc=00000002");
  });
});

describe("challenges", () => {
  test.each([
    ["Basic realm=simple", [["basic", { realm: "simple" }]]],
    [
      'Digest realm="a, \\"b\\"", nonce = x ,qop="auth", Basic realm="c"',
      [
        ["digest", { realm: 'a, "b"', nonce: "x", qop: "auth" }],
        ["basic", { realm: "c" }],
      ],
    ],
    [
      "Negotiate abc==, NTLM, , Basic realm=x",
      [
        ["negotiate", {}],
        ["ntlm", {}],
        ["basic", { realm: "x" }],
      ],
    ],
    ["", []],
    ['Basic realm="open', [["basic", {}]]],
  ] as const)("of %j are read", (header, expected) => {
    expect(parseChallenges(header).map(({ scheme, params }) => [scheme, { ...params }])).toEqual(expected);
  });
});

interface DigestServerOptions {
  readonly algorithm?: string;
  readonly qop?: string | undefined;
  readonly others?: readonly string[];
}

/** A server that checks digests by itself; `stale` ends the life of its nonce. */
const digestServer = async ({ algorithm = "SHA-256", others = [], ...rest }: DigestServerOptions = {}) => {
  const qop = "qop" in rest ? rest.qop : "auth";
  const hash = (text: string): string =>
    createHash(/^md5/i.test(algorithm) ? "md5" : "sha256")
      .update(text)
      .digest("hex");
  const state = { nonce: "nonce-1", seen: new Set<string>(), stale: false };
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of req) body += String(chunk);
    const refuse = (stale: boolean): void => {
      const challenge = `Digest realm="r", nonce="${state.nonce}", algorithm=${algorithm}${qop === undefined ? "" : `, qop="${qop}"`}${stale ? ", stale=true" : ""}`;
      res.writeHead(401, { "WWW-Authenticate": [...others, challenge] }).end();
    };
    const given = parseChallenges(req.headers.authorization ?? "")[0]?.params;
    if (!given) return refuse(false);
    if (given["nonce"] !== state.nonce) return refuse(true);
    const { username, realm, uri, nonce, nc, cnonce, response } = given as Record<string, string>;
    let secret = hash(`${username}:${realm}:${password}`);
    if (/-sess$/i.test(algorithm)) secret = hash(`${secret}:${nonce}:${cnonce}`);
    const deed = hash(given["qop"] === "auth-int" ? `${req.method}:${uri}:${hash(body)}` : `${req.method}:${uri}`);
    const right = hash(qop === undefined ? `${secret}:${nonce}:${deed}` : `${secret}:${nonce}:${nc}:${cnonce}:${given["qop"]}:${deed}`);
    if (response !== right || uri !== req.url || username !== user || (qop !== undefined && state.seen.has(`${nonce} ${nc}`)))
      return refuse(false);
    state.seen.add(`${nonce} ${nc}`);
    res.end(`${req.method} ${body}`);
  };
  return { state, server: await serve((req, res) => void answer(req, res)) };
};

describe("a server that asks for a digest", () => {
  test.each([
    ["MD5", "auth"],
    ["SHA-256", "auth"],
    ["MD5-sess", "auth"],
    ["SHA-256-sess", "auth,auth-int"],
    ["SHA-256", "auth-int"],
    ["MD5", undefined],
  ])("by %s with qop %s gets one", async (algorithm, qop) => {
    const { server } = await digestServer({ algorithm, qop });
    await using _ = server;
    const client = clientOf();
    const rs = await client.post(server.url, "a=1", { auth: [user, password] });
    expect(rs).toMatchObject({ status: 3, statusCode: 200, text: "POST a=1", history: [{ statusCode: 401 }] });
    expect(await client.get(`${server.url}/b?c=d`, { auth: [user, password] })).toMatchObject({ text: "GET ", history: [] });
  });

  test("gets each answer with a count of its own, also of many at once", async () => {
    const { server } = await digestServer();
    await using _ = server;
    const client = clientOf();
    await client.get(server.url, { auth: [user, password] });
    const results = await Promise.all(Array.from({ length: 30 }, () => client.get(server.url, { auth: [user, password] })));
    expect(results.every(({ statusCode, history }) => statusCode === 200 && history.length === 0)).toBe(true);
  });

  test("gets another one when its nonce has grown old", async () => {
    const { server, state } = await digestServer();
    await using _ = server;
    const client = clientOf();
    await client.get(server.url, { auth: [user, password] });
    state.nonce = "nonce-2";
    expect(await client.get(server.url, { auth: [user, password] })).toMatchObject({ statusCode: 200, history: [{ statusCode: 401 }] });
    expect(await client.get(server.url, { auth: [user, password] })).toMatchObject({ statusCode: 200, history: [] });
  });

  test("is asked twice and not for ever with a wrong password", async () => {
    const { server } = await digestServer();
    await using _ = server;
    const client = clientOf();
    expect(await client.get(server.url, { auth: [user, "wrong"] })).toMatchObject({ status: 3, statusCode: 401 });
    expect(server.requests).toHaveLength(2);
    expect(await client.get(server.url, { auth: [user, "wrong"] })).toMatchObject({ status: 3, statusCode: 401 });
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });

  test("gets it rather than the plain password, where it offers both", async () => {
    const { server } = await digestServer({ others: ['Basic realm="r"', "Negotiate"] });
    await using _ = server;
    expect(await clientOf().get(server.url, { auth: [user, password] })).toMatchObject({ statusCode: 200 });
  });
});

describe("a server that asks for a password", () => {
  const guarded = () =>
    serve((req, res) => {
      const right = `Basic ${Buffer.from("hans:röh:rich").toString("base64")}`;
      if (req.headers.authorization === right) return void res.end("in");
      res.writeHead(401, { "WWW-Authenticate": 'Basic realm="members", charset="UTF-8"' }).end("out");
    });
  const auth = ["hans", "röh:rich"] as const;

  test("gets it when it asks, and at once from then on below the same path", async () => {
    await using server = await guarded();
    const client = clientOf();
    expect(await client.get(`${server.url}/a/b`, { auth })).toMatchObject({ statusCode: 200, text: "in", history: [{ statusCode: 401 }] });
    expect(await client.get(`${server.url}/a/c`, { auth })).toMatchObject({ statusCode: 200, history: [] });
    expect(await client.get(`${server.url}/d`, { auth })).toMatchObject({ statusCode: 200, history: [{ statusCode: 401 }] });
    expect(await client.get(`${server.url}/a/c`)).toMatchObject({ statusCode: 401 });
  });

  test("gets what stands in the URL, which no result shows", async () => {
    await using server = await guarded();
    const rs = await clientOf().get(server.url.replace("http://", "http://hans:r%C3%B6h%3Arich@"));
    expect(rs).toMatchObject({ statusCode: 200, url: `${server.url}/`, node: server.address });
    expect(JSON.stringify([rs.url, rs.node, rs.history])).not.toContain("rich");
  });

  test("gets that of the member of an alias", async () => {
    await using server = await guarded();
    const client = clientOf();
    client.alias("@members", "http", [`hans:r%C3%B6h%3Arich@${server.address}`]);
    expect(await client.get("@members/")).toMatchObject({ statusCode: 200 });
    expect(await client.get("@members/", { auth: ["other", "one"] })).toMatchObject({ statusCode: 401 });
  });

  test("says no to a wrong one", async () => {
    await using server = await guarded();
    expect(await clientOf().get(server.url, { auth: ["hans", "wrong"] })).toMatchObject({ status: 3, statusCode: 401, text: "out" });
    expect(server.requests).toHaveLength(2);
  });

  test("gets a token at once", async () => {
    await using server = await serve((req, res) => void res.end(req.headers.authorization));
    expect((await clientOf().get(server.url, { auth: ["abc.def"] })).text).toBe("Bearer abc.def");
  });

  test("gets nothing where the call writes the header itself", async () => {
    await using server = await serve((req, res) => void res.end(req.headers.authorization));
    expect((await clientOf().get(server.url, { auth: ["abc"], headers: { Authorization: "Mine x" } })).text).toBe("Mine x");
  });

  test("in ways that are not known ends in 706", async () => {
    await using server = await serve((_, res) => void res.writeHead(401, { "WWW-Authenticate": "Negotiate, Hoba max-age=1" }).end());
    const rs = await clientOf().get(server.url, { auth });
    expect(rs).toMatchObject({ status: 2, statusCode: 706, error: { code: "SKITAI_AQUESTS_AUTH_METHOD" } });
    expect(rs.error?.message).toContain("negotiate, hoba");
    expect(await clientOf().get(server.url)).toMatchObject({ status: 3, statusCode: 401 });
  });

  test("without saying how is answered by nobody", async () => {
    await using server = await serve((_, res) => void res.writeHead(401).end());
    expect(await clientOf().get(server.url, { auth })).toMatchObject({ status: 3, statusCode: 401 });
  });

  test("gets no token that would begin another header", async () => {
    await using server = await serve((_, res) => void res.end());
    const rs = await clientOf().get(server.url, { auth: ["a\r\nX-B: 1"] });
    expect(rs).toMatchObject({ status: 2, statusCode: 731 });
    expect(rs.error?.message).not.toContain("X-B");
    expect(server.requests).toHaveLength(0);
  });
});

describeWith("nginx", (nginx) => {
  test("nginx gets the password that it asks for", async () => {
    const client = clientOf();
    const url = `${nginx.url}/private/small.txt`;
    expect(await client.get(url)).toMatchObject({ status: 3, statusCode: 401 });
    expect(await client.get(url, { auth: [nginx.user, nginx.password] })).toMatchObject({ statusCode: 200, text: "Hello, world\n" });
    expect(await client.get(url, { auth: [nginx.user, nginx.password] })).toMatchObject({ statusCode: 200, history: [] });
  });
});

test("the credentials of a member of an alias are not those of who asks the same server by its URL", async () => {
  await using server = await serve((req, res) => {
    if (req.headers.authorization === undefined) res.writeHead(401, { "WWW-Authenticate": "Basic realm=a" });
    res.end();
  });
  const client = clientOf({ aliases: { m: ["http", `user:secret@${server.address}`] } });
  expect((await client.get("@m/")).statusCode).toBe(200);
  expect((await client.get(server.url)).statusCode).toBe(401);
});

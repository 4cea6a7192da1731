import { describe, expect, test } from "vitest";
import {
  decodeXml,
  readXmlRpcCall,
  readXmlRpcMulticall,
  readXmlRpcResponse,
  writeXmlRpcCall,
  writeXmlRpcFault,
  writeXmlRpcResponse,
  XmlRpcFault,
} from "../src/rpc/index.ts";

const roundTrip = (value: unknown): unknown => readXmlRpcResponse(writeXmlRpcResponse(value));
const read = (value: string): unknown =>
  readXmlRpcResponse(`<?xml version="1.0"?><methodResponse><params><param><value>${value}</value></param></params></methodResponse>`);

describe("a value comes back as it was sent", () => {
  const values: [what: string, value: unknown][] = [
    ["an empty string", ""],
    ["blanks", "  a\tb \n "],
    ["line ends of all kinds", "a\r\nb\rc\nd"],
    ["markup", `<b a="1">&amp;]]></b>`],
    ["all planes of Unicode", "ÄÖ 서울 😀 \u{10FFFF} \u0085\u2028"],
    ["zero", 0],
    ["minus zero", -0],
    ["the least int", -(2 ** 31)],
    ["the greatest int", 2 ** 31 - 1],
    ["one more than an int", 2 ** 31],
    ["the greatest safe integer", Number.MAX_SAFE_INTEGER],
    ["the greatest i8", 2n ** 63n - 1n],
    ["the least i8", -(2n ** 63n)],
    ["a fraction", -0.1],
    ["the smallest double", Number.MIN_VALUE],
    ["the largest double", Number.MAX_VALUE],
    ["a large double", 1.5e300],
    ["true", true],
    ["false", false],
    ["null", null],
    ["a date", new Date("1998-07-17T14:08:55Z")],
    ["a date of the year 33", new Date("0033-04-03T12:00:00Z")],
    ["no bytes", Buffer.alloc(0)],
    ["all bytes", Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ["an empty array", []],
    ["an array of all sorts", [1, "a", [null, [true]], { a: [] }]],
    ["an empty struct", {}],
    ["a struct with odd names", { "": 1, "a b": 2, "<&>": 3, constructor: 4 }],
    ["a hundred levels", Array.from({ length: 98 }).reduce((inner: unknown) => [inner], "core")],
  ];
  test.each(values)("%s", (_, value) => expect(roundTrip(value)).toEqual(value));

  test("a struct with the member __proto__, which changes no prototype", () => {
    const value = roundTrip(JSON.parse('{"__proto__":{"admin":true}}')) as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["__proto__"]);
  });

  test("a struct with 10,000 members", () => {
    const value = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`member${index}`, { index, text: `t${index}` }]));
    expect(roundTrip(value)).toEqual(value);
  });

  test("numbers of every size", () => {
    for (let exponent = -320; exponent <= 304; exponent += 4)
      for (const digits of ["1", "9.87654321", "-4.5"])
        expect(roundTrip(Number(`${digits}e${exponent}`))).toBe(Number(`${digits}e${exponent}`));
  });
});

describe("JavaScript's own values have a form", () => {
  test("undefined is nil as a parameter and in an array, and absent as a member", () => {
    expect(readXmlRpcCall(writeXmlRpcCall("f", [undefined, [undefined], { a: undefined }])).params).toEqual([null, [null], {}]);
  });

  test("a Map is a struct, a Uint8Array and an ArrayBuffer are base64", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(roundTrip([new Map([["a", 1]]), bytes.subarray(1), bytes.buffer])).toEqual([{ a: 1 }, Buffer.of(2, 3), Buffer.of(1, 2, 3)]);
  });

  test("doubles have no exponent, as the protocol demands", () => {
    expect(writeXmlRpcResponse(1.5e21)).toContain("<double>1500000000000000000000.0</double>");
    expect(writeXmlRpcResponse(-1.5e-7)).toContain("<double>-0.00000015</double>");
  });

  test.each([
    ["a function", [1, { f: [() => 1] }], /params\[1\]\.f\[0\] cannot be said in XML-RPC: it is a function/],
    ["a symbol", [Symbol("s")], /it is a symbol/],
    ["NaN", [Number.NaN], /params\[0\].*it is NaN/],
    ["an integer of 65 bits", [2n ** 63n], /more than 64 bits/],
    ["a broken date", [new Date(Number.NaN)], /no date/],
    ["a date of the year 10000", [new Date(253_402_300_800_000)], /no date/],
    ["an instance of a class", [new URL("http://h/")], /it is a URL: send a plain object/],
    ["a control character", ["a\u0000"], /send it as a Buffer/],
    ["half a surrogate pair", ["\uD800"], /send it as a Buffer/],
    ["a Map with a key that is no text", [new Map([[1, 1]])], /whose name/],
  ])("%s has none, and the error says where", (_, params, message) => {
    expect(() => writeXmlRpcCall("f", params)).toThrow(message);
    expect(() => writeXmlRpcCall("f", params)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_RPC_UNWRITABLE" }));
  });

  test("a value that holds itself is refused", () => {
    const value: unknown[] = [];
    value.push(value);
    expect(() => writeXmlRpcCall("f", [value])).toThrow(/nested too deep, or hold themselves/);
  });
});

describe("what other implementations write is read", () => {
  test.each([
    ["<i4>-12</i4>", -12],
    ["<i8>9007199254740993</i8>", 9_007_199_254_740_993n],
    ["<ex:i1>1</ex:i1>", 1],
    ["<ex:i2>2</ex:i2>", 2],
    ["<ex:i8>8</ex:i8>", 8],
    ["<ex:biginteger>123456789012345678901</ex:biginteger>", 123_456_789_012_345_678_901n],
    ["<ex:bigdecimal>0.10</ex:bigdecimal>", "0.10"],
    ["<ex:float>1.5</ex:float>", 1.5],
    ["<ex:nil/>", null],
    ["<nil></nil>", null],
    ["<int> +7 </int>", 7],
    ["<double>-1E+2</double>", -100],
    ["<double>inf</double>", Infinity],
    ["<boolean>true</boolean>", true],
    ["plain text &#x20AC; <![CDATA[<raw>]]>", "plain text € <raw>"],
    ["", ""],
    ["<string/>", ""],
    ["\n  <int>1</int>\n", 1],
    ["<base64>\n  AQID\n  BA==\n</base64>", Buffer.of(1, 2, 3, 4)],
    ["<array><data/></array>", []],
    ["<dateTime.iso8601>1998-07-17T14:08:55.25+0200</dateTime.iso8601>", new Date("1998-07-17T12:08:55.250Z")],
    ["<dateTime.iso8601>19980717T14:08:55Z</dateTime.iso8601>", new Date("1998-07-17T14:08:55Z")],
    ["<ex:dateTime>1998-07-17T14:08:55.250Z</ex:dateTime>", new Date("1998-07-17T14:08:55.250Z")],
  ])("%s", (text, value) => expect(read(text)).toEqual(value));

  test("an answer without a value is null", () => {
    expect(readXmlRpcResponse("<methodResponse><params/></methodResponse>")).toBeNull();
  });

  test("comments and processing instructions are passed over", () => {
    expect(read("<!-- a --><int><?x y?>1</int>")).toBe(1);
  });

  test("a call without parameters", () => {
    expect(readXmlRpcCall("<methodCall><methodName> a.b </methodName></methodCall>")).toEqual({ method: "a.b", params: [] });
  });
});

describe("what is no message is refused", () => {
  test.each([
    ["nothing", "", /it is empty/],
    ["text", "Internal Server Error", /XML-RPC/],
    ["another document", "<html><body/></html>", /<html> cannot stand alone/],
    ["a cut document", "<methodResponse><params><param><value><int>1", /XML-RPC/],
    ["crossed elements", "<methodResponse><params></methodResponse></params>", /XML-RPC/],
    ["two documents", "<methodResponse><params/></methodResponse><methodResponse/>", /XML-RPC/],
    ["a call", "<methodCall><methodName>f</methodName></methodCall>", /it is a call and no answer/],
    ["two values", `<methodResponse><params>${"<param><value/></param>".repeat(2)}</params></methodResponse>`, /2 values/],
    ["a fault without its code", "<methodResponse><fault><value><struct/></value></fault></methodResponse>", /fault lacks/],
    ["an empty fault", "<methodResponse><fault/></methodResponse>", /<fault> without a <value>/],
    ["both", "<methodResponse><params/><fault><value/></fault></methodResponse>", /fault lacks/],
  ])("%s", (_, text, message) => {
    expect(() => readXmlRpcResponse(text)).toThrow(message);
    expect(() => readXmlRpcResponse(text)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_RPC_UNREADABLE" }));
  });

  test.each([
    ["<int>1.5</int>", /"1.5" is no int/],
    ["<int></int>", /is no int/],
    ["<int>0x10</int>", /is no int/],
    ["<double>1,5</double>", /is no double/],
    [`<double>${"1".repeat(5_000)}</double>`, /is no double/],
    [`<biginteger>${"1".repeat(5_000)}</biginteger>`, /is no biginteger/],
    ["<boolean>2</boolean>", /is no boolean/],
    ["<boolean>constructor</boolean>", /is no boolean/],
    ["<dateTime.iso8601>yesterday</dateTime.iso8601>", /is no dateTime/],
    ["<dateTime.iso8601>19981317T14:08:55</dateTime.iso8601>", /is no dateTime/],
    ["<dateTime.iso8601>19980230T14:08:55</dateTime.iso8601>", /is no dateTime/],
    ["<base64>!!!!</base64>", /is no base64/],
    ["<nil>1</nil>", /is no nil/],
    ["<money>1</money>", /<money> cannot stand in <value>/],
    ["<int>1</int><int>2</int>", /<int> cannot stand in <value>/],
    ["a<int>1</int>", /text beside <int>/],
    ["<struct><member><value/></member></struct>", /<member> without a <name>/],
    ["<struct><member><name>a</name></member></struct>", /<member> without a <value>/],
    ["<struct><member><name>a</name><name>b</name><value/></member></struct>", /twice/],
    ["<array/>", /<array> without a <data>/],
    ["<array>a<data/></array>", /text in <array>/],
    ["<string>&unknown;</string>", /entity/i],
    ["<string>&nbsp;</string>", /entity/i],
  ])("%s", (value, message) => expect(() => read(value)).toThrow(message));

  test("values that are nested deeper than a hundred levels", () => {
    const nested = "<array><data><value>".repeat(120) + "</value></data></array>".repeat(120);
    expect(() => read(nested)).toThrow(/nested deeper than 100/);
  });

  test("a document type, and with it every entity of its own", () => {
    const laughs = Array.from({ length: 9 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`).join("");
    const bomb = `<!DOCTYPE lolz [<!ENTITY l0 "lol">${laughs}]><methodResponse><params><param><value>&l9;</value></param></params></methodResponse>`;
    expect(() => readXmlRpcResponse(bomb)).toThrow(/document type/);
    expect(() => readXmlRpcResponse('<!DOCTYPE a SYSTEM "file:///etc/passwd"><methodResponse/>')).toThrow(/document type/);
  });

  test("a hundred thousand opened elements, without harm to the stack", () => {
    expect(() => read("<array><data><value>".repeat(100_000))).toThrow(/nested deeper/);
  });
});

describe("faults", () => {
  test("come back as they were sent", () => {
    const fault = readXmlRpcResponse(writeXmlRpcFault(new XmlRpcFault(4, "Too many <parameters>")));
    expect(fault).toBeInstanceOf(XmlRpcFault);
    expect(fault).toMatchObject({ faultCode: 4, faultString: "Too many <parameters>", message: "Too many <parameters>" });
  });

  test("may quote what XML cannot say", () => {
    expect(readXmlRpcResponse(writeXmlRpcFault(new XmlRpcFault(1, "bad byte \u0001")))).toMatchObject({ faultString: "bad byte \uFFFD" });
  });

  test("stand beside values in the answers of system.multicall", () => {
    const answers = readXmlRpcMulticall([[4], { faultCode: 1, faultString: "no" }], 2);
    expect(answers).toEqual([4, new XmlRpcFault(1, "no")]);
  });

  test.each([[[[4]]], [[[4], 5]], [[[4], []]], ["no array"]])("are not guessed from %j", (answers) => {
    expect(() => readXmlRpcMulticall(answers as never, 2)).toThrow(/XML-RPC/);
  });
});

describe("the encoding of a document", () => {
  const document = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?><methodResponse/>é`;
  test.each([
    ["is UTF-8 by default", Buffer.from("é"), "text/xml", "é"],
    ["is told by a mark of UTF-16", Buffer.from("\uFEFFé", "utf16le"), "text/xml; charset=utf-8", "é"],
    ["is told by the content type", Buffer.from("é", "latin1"), 'text/xml; charset="ISO-8859-1"', "é"],
    ["is told by the document", Buffer.from(document("iso-8859-1"), "latin1"), "text/xml", document("iso-8859-1")],
    [
      "is told by the content type before the document",
      Buffer.from(document("iso-8859-1")),
      "text/xml; charset=UTF-8",
      document("iso-8859-1"),
    ],
  ])("%s", (_, bytes, contentType, text) => expect(decodeXml(bytes, contentType)).toBe(text));

  test.each([
    ["that nobody knows", Buffer.from("a"), "text/xml; charset=klingon"],
    ["that the bytes are not of", Buffer.from("é", "latin1"), "text/xml"],
  ])("%s is refused", (_, bytes, contentType) => expect(() => decodeXml(bytes, contentType)).toThrow(/XML-RPC/));
});

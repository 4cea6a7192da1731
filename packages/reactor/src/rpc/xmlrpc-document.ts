import sax from "sax";
import { reasonOf } from "../errors.ts";
import { unreadable } from "./message-error.ts";
import { isScalar, readScalar } from "./xmlrpc-scalars.ts";
import type { XmlRpcValue } from "./xmlrpc-value.ts";

/** What stands in a document. */
export interface XmlRpcDocument {
  readonly root: "methodCall" | "methodResponse";
  readonly method: string | undefined;
  readonly params: XmlRpcValue[];
  readonly fault: XmlRpcValue | undefined;
}

/** How many arrays and structs may be inside each other. */
const deepest = 100;
/** Each of them is three elements, and some are around them all. */
const mostOpen = 3 * deepest + 5;

/** Which elements may stand in which; scalars are added to `value`. */
const inside: Readonly<Record<string, readonly string[]>> = {
  "": ["methodCall", "methodResponse"],
  methodCall: ["methodName", "params"],
  methodResponse: ["params", "fault"],
  params: ["param"],
  param: ["value"],
  fault: ["value"],
  value: ["struct", "array"],
  struct: ["member"],
  member: ["name", "value"],
  array: ["data"],
  data: ["value"],
};

/** Elements that hold any number of others; in the rest each stands once. */
const lists: ReadonlySet<string> = new Set(["params", "data", "struct"]);
const named: ReadonlySet<string> = new Set(["methodName", "name", "value"]);

/** An element that is open. */
interface Frame {
  readonly name: string;
  text: string;
  readonly children: string[];
  value: XmlRpcValue | undefined;
  /** What a list holds. */
  list: XmlRpcValue[];
  /** The name of a member or a call. */
  key: string | undefined;
}

const frame = (name: string): Frame => ({
  name,
  text: "",
  children: [],
  value: name === "struct" ? {} : undefined,
  list: [],
  key: undefined,
});

/** Of entities, only the five of XML itself and numbers are known; lines need not be counted. */
const strict = { strictEntities: true, position: false };

/**
 * Reads an XML-RPC document. Its elements are checked as they come, so that nothing is built of a document of another kind. A document type is refused:
 * XML-RPC has none, and it can only declare entities.
 *
 * @throws SKITAI_REACTOR_RPC_UNREADABLE
 */
export const readDocument = (text: string): XmlRpcDocument => {
  const open: Frame[] = [frame("")];
  const parser = sax.parser(true, strict);
  // oxlint-disable-next-line prefer-add-event-listener -- The parser has no other way.
  parser.onerror = (error) => {
    throw unreadable("XML-RPC", reasonOf(error).split("\n", 1)[0]!, error);
  };
  parser.ondoctype = () => {
    throw unreadable("XML-RPC", "it has a document type");
  };
  parser.onopentag = ({ name: full }) => {
    const name = full.slice(full.indexOf(":") + 1);
    const parent = open.at(-1)!;
    const fits = inside[parent.name]?.includes(name) === true || (parent.name === "value" && isScalar(name));
    const again = !lists.has(parent.name) && parent.children.includes(name);
    if (!fits || again || (parent.name === "value" && parent.children.length > 0))
      throw unreadable(
        "XML-RPC",
        `<${full.slice(0, 40)}> cannot stand ${parent.name === "" ? "alone" : `in <${parent.name}>`}${again ? " twice" : ""}`,
      );
    if (open.length > mostOpen) throw unreadable("XML-RPC", `values are nested deeper than ${deepest}`);
    if (!lists.has(parent.name)) parent.children.push(name);
    open.push(frame(name));
  };
  // oxlint-disable-next-line prefer-add-event-listener -- The same.
  parser.ontext = parser.oncdata = (piece) => {
    const current = open.at(-1)!;
    if (named.has(current.name) || isScalar(current.name)) current.text += piece;
    else if (piece.trim() !== "") throw unreadable("XML-RPC", `there is text in <${current.name}>`);
  };
  parser.onclosetag = () => {
    const closed = open.pop()!;
    finish(closed, open.at(-1)!);
  };
  parser.write(text).close();
  const [root] = open[0]!.children;
  if (root === undefined) throw unreadable("XML-RPC", "it is empty");
  const { key: method, list: params, value: fault } = open[0]!;
  return { root: root as XmlRpcDocument["root"], method, params, fault };
};

/** Hands what an element holds to the one around it. */
const finish = (closed: Frame, parent: Frame): void => {
  const { name } = closed;
  switch (name) {
    case "value":
      take(parent, valueOf(closed));
      return;
    case "param":
      parent.list.push(present(closed, closed.value, "value"));
      return;
    case "member":
      define(parent.value as Record<string, XmlRpcValue>, present(closed, closed.key, "name"), present(closed, closed.value, "value"));
      return;
    case "name":
    case "methodName":
      parent.key = name === "name" ? closed.text : closed.text.trim();
      return;
    case "data":
      parent.value = closed.list;
      return;
    case "array":
      parent.value = present(closed, closed.value, "data");
      return;
    case "params":
      parent.list = closed.list;
      return;
    case "fault":
      parent.value = present(closed, closed.value, "value");
      return;
    case "methodCall":
    case "methodResponse":
      parent.key = closed.key;
      parent.value = closed.value;
      parent.list = closed.list;
      return;
    default:
      parent.value = name === "struct" ? closed.value : readScalar(name, closed.text);
  }
};

/** Text without a type is a string, blanks and all. */
const valueOf = ({ children, text, value }: Frame): XmlRpcValue => {
  if (children.length === 0) return text;
  if (text.trim() !== "") throw unreadable("XML-RPC", `there is text beside <${children[0]}>`);
  return value!;
};

const take = (parent: Frame, value: XmlRpcValue): void => {
  if (parent.name === "data") parent.list.push(value);
  else parent.value = value;
};

const present = <Value>({ name }: Frame, value: Value | undefined, what: string): Value => {
  if (value === undefined) throw unreadable("XML-RPC", `there is a <${name}> without a <${what}>`);
  return value;
};

/** `__proto__` is a name like any other. */
const define = (struct: Record<string, XmlRpcValue>, name: string, value: XmlRpcValue): void => {
  if (name !== "__proto__") struct[name] = value;
  else Object.defineProperty(struct, name, { value, enumerable: true, configurable: true, writable: true });
};

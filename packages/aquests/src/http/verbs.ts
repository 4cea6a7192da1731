import { begin, beginAll } from "../core/begin.ts";
import type { Call } from "../core/call.ts";
import type { Dispatch } from "../core/dispatch.ts";
import type { MapDispatch } from "../core/map-dispatch.ts";
import type { Caller } from "../core/runtime.ts";
import type { HttpAnswer } from "./answer.ts";
import { bodyOf, type BodyData } from "./body.ts";
import { httpCall } from "./call.ts";
import { entriesOf, multipart, type UploadFields } from "./multipart.ts";
import type { Payload } from "./payload.ts";
import { contentOf, textOf } from "./content.ts";
import type { BodyForm, HttpOptions, QueryParams } from "./options.ts";

type Sent<To extends "one" | "all", Data> = To extends "one" ? Dispatch<Data> : MapDispatch<Data>;

/** A call without a body. `params` become the query. */
export interface QueryCall<To extends "one" | "all"> {
  <Data = unknown>(url: string, options?: HttpOptions<Data>): Sent<To, Data>;
  <Data = unknown>(url: string, params: QueryParams | null, options: HttpOptions<Data>): Sent<To, Data>;
}

/** `was.get(url)`, `was.get.lb("@alias/path")`, `was.get.map("@alias/path")`. */
export interface QueryVerb extends QueryCall<"one"> {
  readonly lb: QueryCall<"one">;
  readonly map: QueryCall<"all">;
}

/** A call with a body. */
export interface BodyCall<To extends "one" | "all"> {
  <Data = unknown>(url: string, data?: BodyData, options?: HttpOptions<Data>): Sent<To, Data>;
}

/** `was.post(url, data)`, `was.post.lb("@alias/path", data)`, `was.post.map("@alias/path", data)`. */
export interface BodyVerb extends BodyCall<"one"> {
  readonly lb: BodyCall<"one">;
  readonly map: BodyCall<"all">;
}

/** A call that sends a form with files. */
export interface UploadCall<To extends "one" | "all"> {
  <Data = unknown>(url: string, fields: UploadFields, options?: HttpOptions<Data>): Sent<To, Data>;
}

/** `was.upload(url, { title: "Sea", photo: file("sea.jpg") })`, likewise `.lb` and `.map`. */
export interface UploadVerb extends UploadCall<"one"> {
  readonly lb: UploadCall<"one">;
  readonly map: UploadCall<"all">;
}

interface SendingCall<Body, To extends "one" | "all"> {
  <Data>(url: string, body: Body, options?: HttpOptions<Data>): Sent<To, Data>;
}

interface SendingVerb<Body> extends SendingCall<Body, "one"> {
  readonly lb: SendingCall<Body, "one">;
  readonly map: SendingCall<Body, "all">;
}

type QueryArguments<Data> =
  | [url: string, options?: HttpOptions<Data>]
  | [url: string, params: QueryParams | null, options: HttpOptions<Data>];

/** Makes a verb whose requests have no body: `get`, or with the form `json` `getJson`. */
export const queryVerb = (caller: Caller, method: string, form?: BodyForm): QueryVerb => {
  const verb = verbName(method, form);
  const accept = accepted(form);
  const decode = decoders[form ?? "form"];
  const callOf = <Data>(args: QueryArguments<Data>): Call<Data> => {
    const [url, params, options] = args.length === 3 ? args : ([args[0], undefined, args[1]] as const);
    return httpCall<Data>(caller, {
      verb,
      url,
      method,
      params,
      options,
      accept,
      strict: accept !== undefined,
      decode: decode as (answer: HttpAnswer) => Data,
    });
  };
  return Object.assign(<Data>(...args: QueryArguments<Data>) => begin(caller, callOf(args)), {
    lb: <Data>(...args: QueryArguments<Data>) => begin(caller, callOf(args)),
    map: <Data>(...args: QueryArguments<Data>) => beginAll(caller, callOf(args)),
  }) as QueryVerb;
};

/** Makes a verb whose requests have a body: `post`, or with the form `json` `postJson`. */
export const bodyVerb = (caller: Caller, method: string, form?: BodyForm): BodyVerb =>
  sender<BodyData>(caller, verbName(method, form), method, form, (data) => bodyOf(data, form));

/** Makes `upload`: a POST of fields and files. */
export const uploadVerb = (caller: Caller): UploadVerb =>
  sender<UploadFields>(caller, "upload", "POST", undefined, (fields) => multipart(entriesOf(fields)));

const sender = <Body>(
  caller: Caller,
  verb: string,
  method: string,
  form: BodyForm | undefined,
  write: (body: Body) => Payload | undefined,
): SendingVerb<Body> => {
  const accept = accepted(form);
  const decode = decoders[form ?? "form"];
  const callOf = <Data>(url: string, body: Body, options: HttpOptions<Data> | undefined): Call<Data> =>
    httpCall<Data>(caller, {
      verb,
      url,
      method,
      body: write(body),
      options,
      accept,
      strict: accept !== undefined,
      decode: decode as (answer: HttpAnswer) => Data,
    });
  return Object.assign(<Data>(url: string, body: Body, options?: HttpOptions<Data>) => begin(caller, callOf(url, body, options)), {
    lb: <Data>(url: string, body: Body, options?: HttpOptions<Data>) => begin(caller, callOf(url, body, options)),
    map: <Data>(url: string, body: Body, options?: HttpOptions<Data>) => beginAll(caller, callOf(url, body, options)),
  });
};

const verbName = (method: string, form: BodyForm | undefined): string =>
  method.toLowerCase() + (form === undefined ? "" : form.charAt(0).toUpperCase() + form.slice(1));

const accepted = (form: BodyForm | undefined): string | undefined =>
  form === "json" ? "application/json" : form === "xml" ? "text/xml" : undefined;

/** What becomes of the answer. */
const decoders: Readonly<Record<BodyForm, (answer: HttpAnswer) => unknown>> = { form: contentOf, json: contentOf, xml: textOf };

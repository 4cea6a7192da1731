import { reasonOf, refuseUnknown } from "@skitai/reactor";
import { AquestsError } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { contentOf } from "../http/content.ts";
import { httpOptionNames, type HttpOptions } from "../http/options.ts";

/** Options of the calls of a remote object. */
export interface RpcOptions<Data = unknown> extends Omit<HttpOptions<Data>, "stream"> {
  /** Calling twice has the effect of calling once, so that a call may be sent again to another server. @default false */
  idempotent?: boolean;
}

const { stream: _, ...httpNames } = httpOptionNames;

/** The options above by name, for checking. */
export const rpcOptionNames: Readonly<Record<keyof RpcOptions, true>> = { ...httpNames, idempotent: true };

/** @throws SKITAI_REACTOR_BAD_OPTION for a name that is none of an option, SKITAI_AQUESTS_BAD_OPTION */
export const checkRpcOptions = (verb: string, options: RpcOptions, known: Readonly<Record<string, true>>): void => {
  refuseUnknown(`${verb}()`, options, known);
  const { idempotent } = options;
  if (idempotent !== undefined && typeof idempotent !== "boolean")
    throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what: "idempotent", value: idempotent, hint: "Use true or false." });
};

/** Makes the message of a call. @throws SKITAI_AQUESTS_BAD_REQUEST when a parameter cannot be said in the protocol. */
export const written = (write: () => string): string => {
  try {
    return write();
  } catch (cause) {
    throw new AquestsError("SKITAI_AQUESTS_BAD_REQUEST", { reason: reasonOf(cause) }, { cause });
  }
};

/**
 * Reads the message of an answer. An HTTP error may come with one; where it does not, what it came with stays as it is.
 *
 * @throws SKITAI_AQUESTS_BAD_CONTENT when a success is no message of the protocol.
 */
export const readAnswer = <Value>(answer: HttpAnswer, read: () => Value): Value => {
  try {
    return read();
  } catch (cause) {
    // `data` of an error page has no type that anybody could know.
    if (answer.statusCode >= 300) return contentOf(answer) as Value;
    throw new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", { reason: reasonOf(cause) }, { cause });
  }
};

import { reasonOf } from "@skitai/reactor";
import { decodeText } from "../core/text.ts";
import { AquestsError } from "../errors.ts";
import type { HttpAnswer } from "./answer.ts";

/**
 * What an answer holds, by its type: JSON is parsed, all else stays bytes.
 *
 * @throws SKITAI_AQUESTS_BAD_CONTENT when a success claims to be JSON and is not.
 */
export const contentOf = ({ statusCode, headers, content }: HttpAnswer): unknown => {
  if (content.length === 0 || !isJson(headers["content-type"])) return content;
  try {
    return JSON.parse(withoutMark(content.toString("utf8")));
  } catch (cause) {
    // The page of an error may claim what it likes.
    if (statusCode >= 300) return content;
    throw new AquestsError("SKITAI_AQUESTS_BAD_CONTENT", { reason: reasonOf(cause) }, { cause });
  }
};

/** Whether a type is JSON: `application/json`, `text/json` or `application/...+json`. */
export const isJson = (type: string | undefined): boolean =>
  type !== undefined && /^(?:application|text)\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i.test(type);

/** Text without the byte order mark that some put in front of it. */
export const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/** The content as text; see {@link decodeText}. */
export const textOf = ({ headers, content }: HttpAnswer): string => decodeText(content, headers["content-type"]);

import { reasonOf } from "@skitai/reactor";
import { SaddleError } from "../errors.ts";

/** As deep as JSON from a client may be nested; recursion over it must not exhaust the stack. */
export const maxJsonDepth = 200;

/**
 * Parses JSON from a client. Keys `__proto__` are left out, as in queries and forms.
 *
 * @throws SKITAI_SADDLE_BAD_JSON (400)
 */
export const readJson = (text: string): unknown => {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (json.length > maxJsonDepth && isTooDeep(json)) throw bad(`it is nested deeper than ${maxJsonDepth} levels.`);
  try {
    return suspicious.test(json) ? JSON.parse(json, dropPrototypes) : JSON.parse(json);
  } catch (error) {
    throw bad(reasonOf(error), error);
  }
};

/** A key can be written with escapes, so text with any of them is looked at too. */
const suspicious = /__proto__|\\u/;

const dropPrototypes = (key: string, value: unknown): unknown => (key === "__proto__" ? undefined : value);

const isTooDeep = (json: string): boolean => {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (quoted) {
      if (code === 92) at++;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 91 || code === 123) {
      if (++depth > maxJsonDepth) return true;
    } else if (code === 93 || code === 125) depth--;
  }
  return false;
};

const bad = (reason: string, cause?: unknown): SaddleError => new SaddleError("SKITAI_SADDLE_BAD_JSON", { reason }, { status: 400, cause });

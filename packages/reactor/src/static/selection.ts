import type { NodeRequest } from "../http/types.ts";
import { byteRange, ifRangeHolds, type ByteRange } from "./byte-range.ts";
import { evaluatePreconditions, type Validators } from "./preconditions.ts";

/** What of a file a request wants. `"not-modified"` is 304, `"failed"` 412, `"unsatisfiable"` 416. */
export type Selection = "whole" | ByteRange | "not-modified" | "failed" | "unsatisfiable";

/** A file as conditions and ranges see it. */
export interface Selectable extends Validators {
  /** The HTTP date of its last change. */
  readonly lastModified: string;
  /** Bytes. */
  readonly size: number;
}

/** Reads the conditions and the range of a GET or HEAD, in the order of RFC 9110 section 13.2.2. */
export const selectionOf = ({ headers, method }: NodeRequest, file: Selectable): Selection => {
  const outcome = evaluatePreconditions(headers, file);
  if (outcome !== "proceed") return outcome;
  const { range } = headers;
  // A range is defined for GET only (RFC 9110 section 14.2).
  if (range === undefined || method === "HEAD") return "whole";
  const ifRange = headers["if-range"];
  if (ifRange !== undefined && !ifRangeHolds(ifRange as string, file.etag, file.lastModified)) return "whole";
  return byteRange(range, file.size) ?? "whole";
};

import type { Spread } from "../measure/stats.ts";

/** What a result has to reach. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number };

export type Verdict = "met" | "missed";

/** One line of a table. */
export interface Row {
  readonly subject: string;
  /** One figure for each column of the section. */
  readonly figures: readonly number[];
  /** What the section compares, with how far the rounds lie apart. */
  readonly result?: Spread;
  readonly bar?: Bar;
  /** Why something is missing or different. */
  readonly note?: string;
  /** True when the row could not be measured. */
  readonly missing?: boolean;
}

export interface Column {
  readonly name: string;
  /** Digits after the point. */
  readonly digits: number;
}

/** One table of a bench. */
export interface Section {
  /** The feature that sets the bars: `"P1"`. */
  readonly feature: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** What `result` of the rows is. */
  readonly result: Column;
  readonly rows: readonly Row[];
}

/** Whether a row reaches its bar; undefined where there is no bar or no result. */
export const verdictOf = (row: Row): Verdict | undefined => {
  if (row.bar === undefined || row.result === undefined) return undefined;
  const reached = "atLeast" in row.bar ? row.result.median >= row.bar.atLeast : row.result.median <= row.bar.atMost;
  return reached ? "met" : "missed";
};

/** A row for something that could not be measured. */
export const missingRow = (subject: string, note: string, bar?: Bar): Row => ({
  subject,
  figures: [],
  note,
  missing: true,
  ...(bar && { bar }),
});

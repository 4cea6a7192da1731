import type { Spread } from "../measure/stats.ts";
import { type Bar, type Column, type Row, type Section, verdictOf } from "./section.ts";

/** The cells of a section, the head line first. */
export const cellsOf = (section: Section): string[][] => [
  [section.title, ...section.columns.map((column) => column.name), section.result.name, "bar", ""],
  ...section.rows.map((row) => [
    row.subject,
    ...section.columns.map((column, i) => number(row.figures[i], column)),
    row.result === undefined ? "" : range(row.result, section.result),
    row.bar === undefined ? "" : bar(row.bar),
    remark(row),
  ]),
];

/** A table for a terminal: the first and the last column stand left, figures right. */
export const plainTable = (section: Section): string => {
  const cells = cellsOf(section);
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  return lines.toSpliced(1, 0, "-".repeat(lines[0]?.length ?? 0)).join("\n");
};

/** A table in Markdown, with a heading that names the feature. */
export const markdownTable = (section: Section): string => {
  const [head = [], ...rows] = cellsOf(section);
  const alignment = head.map((_, column) => (column === 0 || column === head.length - 1 ? "---" : "---:"));
  return [`#### ${section.feature}: ${section.title}`, "", line(["", ...head.slice(1)]), line(alignment), ...rows.map(line)].join("\n");
};

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const number = (value: number | undefined, column: Column): string =>
  value === undefined ? "" : value.toLocaleString("en-US", { minimumFractionDigits: column.digits, maximumFractionDigits: column.digits });

const range = (value: Spread, column: Column): string =>
  `${number(value.median, column)} (${number(value.min, column)} to ${number(value.max, column)})`;

const bar = (limit: Bar): string => ("atLeast" in limit ? `>= ${limit.atLeast}` : `<= ${limit.atMost}`);

const remark = (row: Row): string => {
  if (row.missing === true) return `not measured: ${row.note ?? ""}`;
  return [verdictOf(row), row.note].filter((part) => part !== undefined).join(", ");
};

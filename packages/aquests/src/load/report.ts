import type { LoadReport } from "./load.ts";

const shares: readonly (readonly [label: string, share: number])[] = [
  ["50 %", 0.5],
  ["75 %", 0.75],
  ["90 %", 0.9],
  ["99 %", 0.99],
  ["99.9 %", 0.999],
  ["longest", 1],
];

const number = (value: number, digits = 0): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A report as a table for people. */
export const tableOf = (report: LoadReport): string => {
  const { answered, failed, elapsed, bytes, latencies, statuses, versions } = report;
  const seconds = elapsed / 1000;
  const times = latencies.percentiles(shares.map(([, share]) => share));
  const rows: [string, string][] = [
    ["requests", `${number(answered + failed)} in ${seconds.toFixed(2)} s, ${number((answered + failed) / seconds)} per second`],
    ["failed", number(failed)],
    ["received", `${number(bytes)} bytes, ${number(bytes / seconds)} per second`],
    ["protocol", [...versions].join(", ") || "-"],
    ...[...statuses]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([status, count]): [string, string] => [status, number(count)]),
  ];
  if (answered > 0)
    rows.push(
      ["", "latency, ms"],
      ["mean", number(latencies.mean, 2)],
      ...shares.map(([label], at): [string, string] => [label, number(times[at]!, 2)]),
    );
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padStart(width)}  ${value}`.trimEnd()).join("\n");
};

/** A report as one JSON object for programs; times in milliseconds. */
export const jsonOf = ({ answered, failed, elapsed, bytes, latencies, statuses, versions }: LoadReport): string => {
  const [p50, p75, p90, p99, p999, max] = latencies
    .percentiles(shares.map(([, share]) => share))
    .map((time) => Math.round(time * 1000) / 1000);
  return JSON.stringify({
    requests: answered + failed,
    failed,
    elapsed: Math.round(elapsed),
    requestsPerSecond: Math.round((answered + failed) / (elapsed / 1000)),
    bytes,
    versions: [...versions],
    statuses: Object.fromEntries(statuses),
    latency: answered > 0 ? { mean: Math.round(latencies.mean * 1000) / 1000, p50, p75, p90, p99, p999, max } : null,
  });
};

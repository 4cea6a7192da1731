/** The middle of several measurements, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  if (values.length === 0) throw new RangeError("the median of no values is not defined");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/**
 * How many times `ours` fits into `theirs`, round by round: the two values of a round were measured one after the other,
 * so that what disturbed the machine at that time disturbed both.
 */
export const pairedRatio = (theirs: readonly number[], ours: readonly number[]): Spread => spread(paired(theirs, ours, (a, b) => a / b));

/** How much larger `ours` is than `theirs`, round by round. */
export const pairedDifference = (ours: readonly number[], theirs: readonly number[]): Spread =>
  spread(paired(ours, theirs, (a, b) => a - b));

const paired = (left: readonly number[], right: readonly number[], combine: (a: number, b: number) => number): number[] => {
  if (left.length !== right.length) throw new RangeError(`${left.length} values cannot be paired with ${right.length}`);
  return left.map((value, i) => combine(value, right[i] ?? Number.NaN));
};

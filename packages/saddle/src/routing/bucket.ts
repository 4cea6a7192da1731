import { pathValue } from "./path-value.ts";
import type { Rule, RuleParameter } from "./rule.ts";

export type PathValue = string | number;

/** What a path was found to be. */
export interface Match<Target> {
  readonly target: Target;
  /** The values of the rule's parameters, in order. */
  readonly values: readonly PathValue[];
}

/** A rule in its bucket; `order` is that of registration, which decides between rules with the same prefix. */
interface Candidate<Target> {
  readonly order: number;
  readonly target: Target;
  /** Parameters with the position of their segment after the prefix. */
  readonly parameters: readonly { readonly at: number; readonly parameter: RuleParameter }[];
}

/** Rules with fixed segments at the same positions, found by the text of these. */
interface Shape<Target> {
  readonly fixed: readonly number[];
  readonly byText: Map<string, Candidate<Target>[]>;
}

/** A rule with a path parameter, which takes any number of segments between `head` and `tail`. */
interface OpenRule<Target> {
  readonly order: number;
  readonly target: Target;
  readonly head: readonly (string | RuleParameter)[];
  readonly path: RuleParameter;
  readonly tail: readonly (string | RuleParameter)[];
}

/**
 * The parameter rules with one static prefix. Rules without a path parameter are found by count and text of their fixed segments, so that
 * hundreds of them cost no more than a few.
 */
export class Bucket<Target> {
  readonly #shapes = new Map<number, Shape<Target>[]>();
  readonly #open: OpenRule<Target>[] = [];

  add(rule: Rule, order: number, target: Target): void {
    const first = rule.segments.findIndex((segment) => typeof segment !== "string");
    const segments = rule.segments.slice(first);
    const at = segments.findIndex((segment) => typeof segment !== "string" && segment.type === "path");
    if (at >= 0) {
      const path = segments[at] as RuleParameter;
      this.#open.push({ order, target, head: segments.slice(0, at), path, tail: segments.slice(at + 1) });
      return;
    }
    const fixed = segments.flatMap((segment, index) => (typeof segment === "string" ? [index] : []));
    const parameters = segments.flatMap((segment, index) => (typeof segment === "string" ? [] : [{ at: index, parameter: segment }]));
    const { byText } = this.#shape(segments.length, fixed);
    const key = textAt(segments as string[], 0, fixed);
    byText.set(key, [...(byText.get(key) ?? []), { order, target, parameters }]);
  }

  /**
   * The first rule by order of registration that fits the segments from `from` on.
   *
   * @param plain segments for comparing with fixed text.
   * @param raw the same segments as they were sent, for values.
   */
  match(plain: readonly string[], raw: readonly string[], from: number): Match<Target> | undefined {
    let order = Number.POSITIVE_INFINITY;
    let found: Match<Target> | undefined;
    for (const shape of this.#shapes.get(plain.length - from) ?? []) {
      for (const candidate of shape.byText.get(textAt(plain, from, shape.fixed)) ?? []) {
        const values = candidate.order < order ? closedValues(candidate, raw, from) : undefined;
        if (!values) continue;
        order = candidate.order;
        found = { target: candidate.target, values };
        break;
      }
    }
    for (const rule of this.#open) {
      if (rule.order > order) break;
      const values = openValues(rule, plain, raw, from);
      if (values) return { target: rule.target, values };
    }
    return found;
  }

  #shape(count: number, fixed: readonly number[]): Shape<Target> {
    const shapes = this.#shapes.get(count) ?? [];
    this.#shapes.set(count, shapes);
    const known = shapes.find((shape) => shape.fixed.join() === fixed.join());
    if (known) return known;
    const shape: Shape<Target> = { fixed, byText: new Map() };
    shapes.push(shape);
    return shape;
  }
}

const textAt = (segments: readonly string[], from: number, fixed: readonly number[]): string => {
  if (fixed.length === 0) return "";
  let text = segments[from + fixed[0]!]!;
  for (let index = 1; index < fixed.length; index++) text += `/${segments[from + fixed[index]!]!}`;
  return text;
};

const closedValues = (candidate: Candidate<unknown>, raw: readonly string[], from: number): PathValue[] | undefined => {
  const values: PathValue[] = [];
  for (const { at, parameter } of candidate.parameters) {
    const value = valueOf(raw[from + at]!, parameter);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
};

const openValues = (rule: OpenRule<unknown>, plain: readonly string[], raw: readonly string[], from: number): PathValue[] | undefined => {
  const end = plain.length - rule.tail.length;
  const start = from + rule.head.length;
  if (end <= start) return undefined;
  const values: PathValue[] = [];
  if (!collect(rule.head, plain, raw, from, values)) return undefined;
  const path = valueOf(raw.slice(start, end).join("/"), rule.path);
  if (path === undefined) return undefined;
  values.push(path);
  return collect(rule.tail, plain, raw, end, values) ? values : undefined;
};

const collect = (
  parts: readonly (string | RuleParameter)[],
  plain: readonly string[],
  raw: readonly string[],
  from: number,
  values: PathValue[],
): boolean => {
  for (const [index, part] of parts.entries()) {
    if (typeof part === "string") {
      if (plain[from + index] !== part) return false;
      continue;
    }
    const value = valueOf(raw[from + index]!, part);
    if (value === undefined) return false;
    values.push(value);
  }
  return true;
};

const valueOf = (raw: string, { type, suffix }: RuleParameter): PathValue | undefined => {
  if (suffix === "") return pathValue(raw, type);
  return raw.endsWith(suffix) ? pathValue(raw.slice(0, -suffix.length), type) : undefined;
};

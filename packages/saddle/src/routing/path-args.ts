import type { Args } from "../args/fields.ts";

/** `int:id` as `{ id: number }`, `name` as `{ name: string }`. */
type Named<Parameter extends string> = Parameter extends `${infer Type}:${infer Name}`
  ? { readonly [Key in Name]: Type extends "int" | "float" ? number : string }
  : { readonly [Key in Parameter]: string };

type Parameters<Rule extends string> = Rule extends `${string}/<${infer Parameter}>${infer Rest}`
  ? Named<Parameter> & Parameters<Rest>
  : unknown;

type Flat<T> = { readonly [Key in keyof T]: T[Key] };

/**
 * The arguments that a rule promises.
 *
 * @example PathArgs<"/e/<int:id>/<path:rest>"> // { id: number; rest: string }
 */
export type PathArgs<Rule extends string> = string extends Rule
  ? Args
  : unknown extends Parameters<Rule>
    ? unknown
    : Flat<Parameters<Rule>>;

/** The arguments of a route that declares none: what its rule promises, or whatever the client sent. */
export type RuleArgs<Rule extends string> = unknown extends PathArgs<Rule> ? Args : PathArgs<Rule>;

import type { Args } from "../args/fields.ts";
import type { ParameterType } from "./rule.ts";

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

/** Unknown where all types of a rule are known, so that an intersection with it changes nothing; else a text that says which is not. */
export type KnownTypes<Rule extends string> = Rule extends `${string}/<${infer Parameter}>${infer Rest}`
  ? Parameter extends `${infer Type}:${string}`
    ? Type extends ParameterType
      ? KnownTypes<Rest>
      : `${Type} is none of string, int, float and path`
    : KnownTypes<Rest>
  : unknown;

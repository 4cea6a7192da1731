import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { PathArgs, RuleArgs } from "../routing/path-args.ts";
import type { Params, ParamType } from "./params.ts";

interface TypeOf {
  string: string;
  int: number;
  float: number;
  bool: boolean;
  json: unknown;
}

/** The type that a default value stands for; what JSON a client sends is checked no deeper than its kind. */
type Widened<Value> = Value extends string
  ? string
  : Value extends number
    ? number
    : Value extends boolean
      ? boolean
      : Value extends readonly unknown[]
        ? unknown[]
        : unknown;

/** `"int"` as number, `"int?"` as number or undefined, `1` as number. */
type ParamValue<Spec> = Spec extends ParamType
  ? TypeOf[Spec]
  : Spec extends `${infer Type extends ParamType}?`
    ? TypeOf[Type] | undefined
    : Widened<Spec>;

/** The arguments that declared parameters give. */
export type ParamArgs<Declared extends Params> = { readonly [Name in keyof Declared]: ParamValue<Declared[Name]> };

type Merged<Path, Declared> = {
  readonly [Key in keyof (Omit<Path, keyof Declared> & Declared)]: (Omit<Path, keyof Declared> & Declared)[Key];
};

type WithPath<Rule extends string, Declared> =
  unknown extends PathArgs<Rule> ? Declared : string extends Rule ? Declared : Merged<PathArgs<Rule>, Declared>;

/** The second argument of a route's handler, from its rule and what it declares with `params` or `args`. */
export type HandlerArgs<Rule extends string, Options> = Options extends { params: infer Declared extends Params }
  ? WithPath<Rule, ParamArgs<Declared>>
  : Options extends { args: infer Schema extends StandardSchemaV1 }
    ? WithPath<Rule, StandardSchemaV1.InferOutput<Schema>>
    : RuleArgs<Rule>;

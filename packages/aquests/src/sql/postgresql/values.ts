import type { TypeParsers } from "./driver.ts";

const int8 = 20;
const int8Array = 1016;

/** Reads int8 as bigint and everything else as pg does. */
export const bigintParsers = (types: TypeParsers): TypeParsers => {
  const textArray = types.getTypeParser(int8Array, "text");
  return {
    getTypeParser: (oid, format) => {
      if (format === "binary") return types.getTypeParser(oid, format);
      if (oid === int8) return BigInt;
      if (oid === int8Array) return (value) => deepBigint(textArray(value));
      return types.getTypeParser(oid, format);
    },
  };
};

const deepBigint = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(deepBigint);
  return typeof value === "string" ? BigInt(value) : value;
};

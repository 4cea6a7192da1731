import { STATUS_CODES } from "node:http";
import { HttpError, ReactorError } from "../errors.ts";

/**
 * What a framework threw, as an error that carries its status: `error.status` (or `statusCode`) of 400 to 599, as the `http-errors` package and most frameworks
 * have it. The message reaches the client only where the error says so (`expose`). Anything else stays as it is, and means 500.
 */
export const httpErrorOf = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof ReactorError) return error;
  const status: unknown = Reflect.get(error, "status") ?? Reflect.get(error, "statusCode");
  if (typeof status !== "number" || !Number.isInteger(status) || status < 400 || status > 599) return error;
  const exposed = Reflect.get(error, "expose") === true;
  return new HttpError(status, exposed ? error.message : (STATUS_CODES[status] ?? "Error"), { cause: error, headers: headersOf(error) });
};

const headersOf = (error: Error): string[] => {
  const headers: unknown = Reflect.get(error, "headers");
  if (typeof headers !== "object" || headers === null) return [];
  return Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [name, value] : []));
};

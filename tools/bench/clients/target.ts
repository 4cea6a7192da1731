import { helloText } from "../servers/hello.ts";

/** Where the server of the round answers. */
export const url: string = process.env["BENCH_URL"] ?? "";

/** What it says. */
export const expected: string = helloText;

import { join } from "node:path";

/** What can be set from outside. This is the one place that reads the environment. */
export interface Settings {
  /** The port on 127.0.0.1. @default 5000, or `PORT` */
  readonly port: number;
  /** The directory of the database: outside of what is under version control. @default "var" beside this file, or `SKITAI_DEMO_DATA` */
  readonly dataPath: string;
}

export const settings: Settings = {
  port: Number(process.env["PORT"] ?? 5000),
  dataPath: process.env["SKITAI_DEMO_DATA"] ?? join(import.meta.dirname, "var"),
};

import { Skitai } from "./facade.ts";

// The service of this script
const skitai: Skitai = new Skitai();
export default skitai;
export { Skitai };
export type { SkitaiRunOptions } from "./run-options.ts";
export type { MutablePreference } from "./preference.ts";
export { SkitaiError, skitaiErrorCodes } from "./errors.ts";
export type { SkitaiErrorCode, SkitaiErrorOptions } from "./errors.ts";

// The engine, the framework
export * from "@skitai/reactor";
export * from "@skitai/saddle";

import { Skitai } from "./facade.ts";

// The service of this script
const skitai: Skitai = new Skitai();
export default skitai;
export { Skitai };
export type { CachefsOptions } from "./facade.ts";
export type { SkitaiRunOptions } from "./run-options.ts";
export type { MutablePreference } from "./preference.ts";
export { SkitaiError, skitaiErrorCodes } from "./errors.ts";
export type { SkitaiErrorCode, SkitaiErrorOptions } from "./errors.ts";

// The engine, the framework
export * from "@skitai/reactor";
export * from "@skitai/saddle";

// Calls to other servers
export {
  aquests,
  AquestsError,
  aquestsErrorCodes,
  createClient,
  Dispatch,
  MapDispatch,
  pseudoStatus,
  Result,
  Results,
  StreamedPromise,
} from "@skitai/aquests";
export type * from "@skitai/aquests";

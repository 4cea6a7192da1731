import type { Preference } from "@skitai/reactor";

/** A {@link Preference} whose `config` is there to be filled. */
export interface MutablePreference extends Preference {
  config: Record<string, unknown>;
}

/**
 * A run-time preference for one mount: its properties override the app's, the items of `config` are merged into `app.config`.
 *
 * @example
 * const pref = skitai.pref();
 * pref.debug = true;
 * pref.config.pageSize = 20;
 * skitai.mount("/v1", "app_v1", { pref });
 */
export const pref = (): MutablePreference => ({ config: {} });

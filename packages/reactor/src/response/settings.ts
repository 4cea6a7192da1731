/** How responses are written: resolved from the engine's options. */
export interface ResponseSettings {
  /** The `Server` header, or undefined for none. */
  readonly server: string | undefined;
  /** Compress text and JSON of at least this many bytes; `Infinity` turns compression off. */
  readonly compressFrom: number;
  /** Show details of errors to clients. */
  readonly debug: boolean;
}

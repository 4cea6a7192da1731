import { size, type Size } from "@skitai/reactor";

/** How a client speaks HTTP. */
export interface HttpClientOptions {
  /** Most connections to one server at once. @default 128 */
  connections?: number;
  /** How many redirects to follow. @default 6 */
  redirects?: number;
  /** Largest body that is read. @default "64mb" */
  maxSize?: Size;
  /** Do not verify certificates. @default false */
  insecure?: boolean;
  /** The `User-Agent` header. @default "aquests (Skitai)" */
  userAgent?: string;
}

/** {@link HttpClientOptions} with every default filled in. */
export interface HttpSettings {
  readonly connections: number;
  readonly redirects: number;
  /** Bytes. */
  readonly maxSize: number;
  readonly insecure: boolean;
  readonly userAgent: string;
}

/** The options by name, for checking. */
export const httpClientOptionNames: Readonly<Record<keyof HttpClientOptions, true>> = {
  connections: true,
  redirects: true,
  maxSize: true,
  insecure: true,
  userAgent: true,
};

export const resolveHttpSettings = (options: HttpClientOptions): HttpSettings => ({
  connections: options.connections ?? 128,
  redirects: options.redirects ?? 6,
  maxSize: size(options.maxSize ?? "64mb", "maxSize"),
  insecure: options.insecure ?? false,
  userAgent: options.userAgent ?? "aquests (Skitai)",
});

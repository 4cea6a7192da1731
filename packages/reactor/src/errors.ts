/**
 * Every error that this package throws by name. Recognise one by its `code`, never by `instanceof` across packages.
 *
 * A template's `{name}` is filled from the details given to {@link ReactorError}; `docs/errors.md` says when each happens and what to do.
 */
const templates = {
  SKITAI_REACTOR_BAD_DURATION:
    '{what} is not a duration: {value}. Use milliseconds as a number, or a string such as "500ms", "2s", "5m", "1h", "1d".',
  SKITAI_REACTOR_BAD_SIZE: '{what} is not a size: {value}. Use bytes as a number, or a string such as "64kb", "16mb", "2gb".',
  SKITAI_REACTOR_BAD_OPTION: "{what} cannot be {value}. {hint}",
  SKITAI_REACTOR_BAD_MOUNT_POINT:
    'A mount point starts with "/", is made of ASCII characters other than blanks, ?, #, % and backslashes, and has no empty, "." or ".." segment; not {value}.',
  SKITAI_REACTOR_BAD_MOUNT_TARGET: "Cannot mount {value} at {point}: {hint}",
  SKITAI_REACTOR_TARGET_NOT_FOUND: "Cannot mount {value} at {point}: there is no such directory or module file below {directory}.",
  SKITAI_REACTOR_EXPORT_NOT_FOUND: "Cannot mount {value} at {point}: the module exports no app as {name}. It exports: {exports}.",
  SKITAI_REACTOR_MODULE_FAILED: "Cannot mount {value} at {point}: the module failed to load: {reason}",
  SKITAI_REACTOR_ALIAS_UNRESOLVED:
    "Cannot mount {value} at {point}: nothing here can serve an alias. Install @skitai/gateway and add engine.use(gateway()).",
  SKITAI_REACTOR_NO_MOUNT: 'Nothing is mounted. Call mount("/", target) before run() or listen().',
  SKITAI_REACTOR_BAD_ALIAS: "{value} is not an alias definition: {hint}",
  SKITAI_REACTOR_MEMBER_UNKNOWN: "@{name} has no member {value}. It has: {members}.",
  SKITAI_REACTOR_NO_MEMBER: "No member of @{name} can be asked: {reason}.",
  SKITAI_REACTOR_CLUSTER_BUSY: "The members of @{name} are busy: {reason}.",
  SKITAI_REACTOR_CLUSTER_OPEN: "Most requests to @{name} fail, so none is sent for another {remaining} ms.",
  SKITAI_REACTOR_CLUSTER_CLOSED: "The cluster @{name} is closed.",
  SKITAI_REACTOR_BAD_HOST:
    '{value} is not a virtual host. Use a name ("www.site.com"), ".site.com", "*.site.com" or "default"; separate several with blanks.',
  SKITAI_REACTOR_NAME_TAKEN: "was.{name} exists already. Choose another name, or call wac.unregister({value}) first.",
  SKITAI_REACTOR_NAME_UNKNOWN: "was.{name} was not registered, so it cannot be unregistered.",
  SKITAI_REACTOR_OUTSIDE_REQUEST:
    "was.{name} was used outside a request. Import `was` only into code that runs while a request is handled.",
  SKITAI_REACTOR_PORT_IN_USE: "Port {port} on {address} is in use. Stop the program that holds it, or choose another port.",
  SKITAI_REACTOR_PORT_DENIED:
    "This user may not listen on port {port} of {address}. Choose a port above 1023, or grant the right to bind it.",
  SKITAI_REACTOR_ADDRESS_UNAVAILABLE:
    "This machine has no address {address}. Use 127.0.0.1, 0.0.0.0, :: or an address of one of its interfaces.",
  SKITAI_REACTOR_LISTEN_FAILED: "Cannot listen on {address} port {port}: {reason}",
  SKITAI_REACTOR_BAD_CERTIFICATE: "Cannot use the certificate {file}: {reason}",
  SKITAI_REACTOR_ALREADY_CLOSED: "This engine is closed. Make a new one.",
  SKITAI_REACTOR_ALREADY_LISTENING: "{what} must come before listen(): the engine is serving already.",
  SKITAI_REACTOR_ALREADY_RUNNING: "already running [{pid}]",
  SKITAI_REACTOR_PLUGIN_FAILED: "The plugin {name} failed: {reason}",
  SKITAI_REACTOR_BODY_TOO_LARGE: "The request body is larger than {limit} bytes.",
  SKITAI_REACTOR_BODY_ABORTED: "The client went away before its request body was complete.",
  SKITAI_REACTOR_BODY_CONSUMED: "The request body was read already, by the code in front of this app.",
  SKITAI_REACTOR_BAD_RESPONSE: "Cannot send {value} as a response: {hint}",
  SKITAI_REACTOR_HTTP: "{message}",
  SKITAI_REACTOR_LOG_FAILED: "Cannot write the log {file}: {reason}",
  SKITAI_REACTOR_LOGGER_EXISTS: "There is a logger {name} already. Get it with logger.get({value}).",
  SKITAI_REACTOR_PID_FILE: "Cannot use the pid file {file}: {reason}",
  SKITAI_REACTOR_CACHE_UNUSABLE: "Cannot keep a cache in {directory}: {reason}",
  SKITAI_REACTOR_CACHE_DAMAGED: "The stored response {file} was damaged, and is dropped.",
  SKITAI_REACTOR_START_FAILED: "{reason}",
  SKITAI_REACTOR_COORDINATOR_CLOSED: "The coordinator is closed: its engine has ended, or close() was called.",
  SKITAI_REACTOR_BAD_MESSAGE: "This message cannot be published: {reason}. Publish what JSON can express.",
  SKITAI_REACTOR_NO_UPDATE_KEYS: 'There are no keys for {method}. Declare them before run(): addlu("tables.users").',
  SKITAI_REACTOR_UPDATE_KEY_UNKNOWN: "{value} was not declared with addlu(). Declared: {known}.",
  SKITAI_REACTOR_NO_THREADS: "was.thread needs threads, and there are none: threads is 0. Give the engine at least one.",
  SKITAI_REACTOR_THREAD_MODULE: "Cannot load {value} in a thread: {reason}",
  SKITAI_REACTOR_THREAD_EXPORT: "{value} exports no function {name}. It exports: {exports}.",
  SKITAI_REACTOR_THREAD_DIED: "The thread is gone: {outcome}.",
  SKITAI_REACTOR_THREAD_TIMEOUT: "{name} of {value} took longer than {timeout} ms in a thread.",
  SKITAI_REACTOR_THREADS_CLOSED: "The threads are closed: their engine has ended, or close() was called.",
  SKITAI_REACTOR_RPC_UNREADABLE: "This is no message of {protocol}: {reason}.",
  SKITAI_REACTOR_RPC_TOO_LARGE: "A message is larger than {limit} bytes.",
  SKITAI_REACTOR_RPC_UNWRITABLE: "{path} cannot be said in {protocol}: {reason}.",
} as const;

/** The stable codes of this package's errors. */
export type ReactorErrorCode = keyof typeof templates;

/** The codes in the order of the table; `docs/errors.md` lists the same. */
export const reactorErrorCodes: readonly ReactorErrorCode[] = Object.keys(templates) as ReactorErrorCode[];

export interface ReactorErrorOptions {
  /** The error underneath. */
  cause?: unknown;
  /** The HTTP status that this error stands for, where it reaches a client. */
  status?: number;
}

/** The base of every error of `@skitai/reactor`. */
export class ReactorError extends Error {
  override readonly name: string = "ReactorError";
  readonly code: ReactorErrorCode;
  readonly status: number | undefined;

  constructor(code: ReactorErrorCode, details: Record<string, unknown> = {}, options: ReactorErrorOptions = {}) {
    super(errorMessage(templates[code], details), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}

/**
 * Throw it anywhere while a request is handled: the client gets this status.
 *
 * @example
 * throw new HttpError(404, "There is no such episode.");
 */
export class HttpError extends ReactorError {
  override readonly name: string = "HttpError";
  declare readonly status: number;
  /** Headers to add to the answer, as flat name-value pairs. */
  readonly headers: readonly string[];

  constructor(status: number, message: string, options: HttpErrorOptions = {}) {
    super(options.code ?? "SKITAI_REACTOR_HTTP", { message, ...options.details }, { status, cause: options.cause });
    this.headers = options.headers ?? [];
  }
}

export interface HttpErrorOptions {
  /** The error underneath. */
  cause?: unknown;
  /** Headers to add to the answer, as flat name-value pairs. */
  headers?: readonly string[];
  /** A code of the table whose template makes the message, instead of the message given. */
  code?: ReactorErrorCode;
  /** What fills that template. */
  details?: Record<string, unknown>;
}

/** The text of an unknown thrown value. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The message of an error from its template, `{name}` by `{name}`: one form for the errors of all packages.
 *
 * @example errorMessage("{what} cannot be {value}.", { what: "debug", value: "" }) // debug cannot be "".
 */
export const errorMessage = (template: string, details: Record<string, unknown>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => show(details[name], name));

/** Values are quoted, so that an empty string or a blank at the end can be seen; prose is not. */
const show = (value: unknown, name: string): string => {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return value === undefined ? "undefined" : (JSON.stringify(value) ?? typeof value);
  return name === "value" ? JSON.stringify(value) : value;
};

/** Whether this error of the operating system has that code. */
export const isCode = (error: unknown, code: string): boolean => error instanceof Error && Reflect.get(error, "code") === code;

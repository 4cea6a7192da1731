/** The text of what a stream's reader read. */
export const textOf = ({ value }: { value?: Uint8Array | undefined }): string => Buffer.from(value ?? []).toString();

import type { Services } from "../client/services.ts";
import { queued } from "./facade.ts";

// The verbs as functions of this package: `import * as aquests`, `aquests.get(url)`. Each is the queue's own.
export const get: Services["get"] = queued.get;
export const getJson: Services["getJson"] = queued.getJson;
export const getXml: Services["getXml"] = queued.getXml;
export const head: Services["head"] = queued.head;
export const options: Services["options"] = queued.options;
export const trace: Services["trace"] = queued.trace;
const remove: Services["delete"] = queued.delete;
export { remove as delete };
export const deleteJson: Services["deleteJson"] = queued.deleteJson;
export const deleteXml: Services["deleteXml"] = queued.deleteXml;
export const post: Services["post"] = queued.post;
export const postJson: Services["postJson"] = queued.postJson;
export const postXml: Services["postXml"] = queued.postXml;
export const postForm: Services["postForm"] = queued.postForm;
export const put: Services["put"] = queued.put;
export const putJson: Services["putJson"] = queued.putJson;
export const putXml: Services["putXml"] = queued.putXml;
export const putForm: Services["putForm"] = queued.putForm;
export const patch: Services["patch"] = queued.patch;
export const patchJson: Services["patchJson"] = queued.patchJson;
export const patchXml: Services["patchXml"] = queued.patchXml;
export const patchForm: Services["patchForm"] = queued.patchForm;
export const upload: Services["upload"] = queued.upload;
export const rpc: Services["rpc"] = queued.rpc;
export const jsonrpc: Services["jsonrpc"] = queued.jsonrpc;

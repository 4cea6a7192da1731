import type { IncomingHttpHeaders } from "node:http";
import type { Endpoint } from "../core/endpoint.ts";
import { addFields, type Fields } from "./fields.ts";
import type { Leg } from "./leg.ts";
import type { Proven } from "./digest.ts";
import type { Credentials } from "./url.ts";

/** Shows the credentials of one call to the server that it is for: a token at once, a password in the way that the server asks for. */
export class Authorizer {
  readonly #user: string;
  /** Undefined for a token. */
  readonly #password: string | undefined;
  /** What answers the last refusal. */
  #answer: string | undefined = undefined;
  #used: string | undefined = undefined;
  #answered = 0;

  private constructor(user: string, password: string | undefined) {
    this.#user = user;
    this.#password = password;
  }

  /** For the credentials of the call, or else those of the member; undefined where there are none, or where the call writes the header itself. */
  static of(auth: Credentials | undefined, { user, password = "" }: Endpoint, fields: Fields): Authorizer | undefined {
    if (fields["authorization"] !== undefined) return undefined;
    if (auth) return new Authorizer(auth[0], auth[1]);
    return user === undefined ? undefined : new Authorizer(user, password);
  }

  /** The request with credentials, if it is known which ones the server wants. @throws SKITAI_AQUESTS_BAD_REQUEST */
  authorize(leg: Leg): Leg {
    const { origin, path, fields } = leg;
    this.#used =
      this.#password === undefined
        ? `Bearer ${this.#user}`
        : (this.#answer ?? origin.auth.recall(this.#user, this.#password, path, provenBy(leg)));
    this.#answer = undefined;
    return this.#used === undefined ? leg : { ...leg, fields: addFields({ ...fields }, { authorization: this.#used }) };
  }

  /**
   * Whether a request that was refused is worth another try, with what {@link authorize} adds then.
   *
   * @throws SKITAI_AQUESTS_AUTH_METHOD
   */
  answers(leg: Leg, headers: IncomingHttpHeaders): boolean {
    if (this.#password === undefined) return false;
    const { origin, path, payload } = leg;
    this.#answer = origin.auth.answer({
      header: headers["www-authenticate"],
      address: origin.endpoint.address,
      user: this.#user,
      password: this.#password,
      path,
      proven: provenBy(leg),
      used: this.#used,
      answered: this.#answered++,
    });
    return this.#answer !== undefined && (payload?.repeatable ?? true);
  }
}

const empty: Buffer = Buffer.alloc(0);

const provenBy = ({ method, path, payload }: Leg): Proven => ({ method, uri: path, body: payload ? payload.bytes : empty });

/** How a request shows its credentials. A vendor's row names one of these values. */
import type { ProviderConfig } from "../config/config.ts";

export type RequestHeaders = Readonly<Record<string, string>>;

/** What is about to be sent, after its last edit. */
export interface OutgoingRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly body: Uint8Array;
}

export type Auth =
  /** The same headers for every request: known before its body is, and without waiting. */
  | { readonly kind: "static"; headers(key: string): RequestHeaders }
  /** Made for one request: a signature over its bytes, or a token that expires. Asked anew for each attempt. */
  | {
      readonly kind: "signed";
      sign(request: OutgoingRequest, provider: ProviderConfig): RequestHeaders | Promise<RequestHeaders>;
    };

export const BEARER: Auth = { kind: "static", headers: (key) => ({ authorization: `Bearer ${key}` }) };
export const API_KEY: Auth = { kind: "static", headers: (key) => ({ "api-key": key }) };
export const X_API_KEY: Auth = { kind: "static", headers: (key) => ({ "x-api-key": key }) };

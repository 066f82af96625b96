/** Which addresses may be listened on without keys: those that only this machine can reach. */
import { ConfigError, showValue, type Problem } from "./problem.ts";

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);

/** Throws ConfigError: anybody on the network could spend the owner's money. */
export function refuseOpenDoor(
  host: string,
  keys: readonly unknown[],
  from: Pick<Problem, "file" | "line" | "key">,
): void {
  if (keys.length > 0 || isLoopback(host)) return;
  throw new ConfigError([
    {
      ...from,
      value: showValue(host),
      fault: "can be reached from other machines, and no key is configured, so that anybody could spend your money",
      fix: "Add a key (auth.keys in codeswitch.yaml, or the variable SERVICE_API_KEY where there is no file), or listen on 127.0.0.1.",
    },
  ]);
}

import { expect, test } from "bun:test";
import { every } from "./every.ts";

test("asks again and again, never twice at once", async () => {
  let asking = 0;
  let most = 0;
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = every(1, async () => {
    most = Math.max(most, ++asking);
    await Bun.sleep(3);
    asking--;
    if (++asked === 3) resolve();
  });
  await promise;
  stop();
  expect(most).toBe(1);
});

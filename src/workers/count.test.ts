import { expect, test } from "bun:test";
import { countWorkers } from "./count.ts";

const at = (cores: number, platform = "linux") => ({ cores, platform });

test("auto is one for each core, and a single one needs no words", () => {
  expect(countWorkers("auto", at(4))).toEqual({ workers: 4 });
  expect(countWorkers("auto", at(1))).toEqual({ workers: 1 });
  expect(countWorkers(1, at(4, "darwin"))).toEqual({ workers: 1 });
  expect(countWorkers(3, at(4))).toEqual({ workers: 3 });
});

test("more than there are cores is done, with a warning", () => {
  expect(countWorkers(3, at(2))).toEqual({ workers: 3, remark: expect.stringContaining("gives 2 cores") });
});

test("elsewhere than on Linux one serves, and a sentence says so", () => {
  expect(countWorkers("auto", at(8, "darwin"))).toEqual({
    workers: 1,
    remark: expect.stringContaining("share a port on Linux only"),
  });
});

test("this machine has a core at least", () => {
  expect(countWorkers("auto").workers).toBeGreaterThan(0);
});

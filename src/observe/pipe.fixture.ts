/** A pipe that is read only when a test says so: what a stalled log reader is to the gateway. */
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface StalledPipe {
  /** The end that a process writes to. */
  readonly fd: number;
  /** Reads on until the text so far holds what is waited for. */
  until(holds: (soFar: string) => boolean): Promise<string>;
  /** No reader any more: whoever writes gets EPIPE. */
  closeReader(): void;
  close(): void;
}

/** "blocking": the usual pipe, whose writer waits. "non-blocking": some other process that has it too made it so. */
export function stalledPipe(writing: "blocking" | "non-blocking" = "blocking"): StalledPipe {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-pipe-"));
  const path = join(folder, "pipe");
  Bun.spawnSync(["mkfifo", path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY | (writing === "blocking" ? 0 : constants.O_NONBLOCK));
  rmSync(folder, { recursive: true });
  const bytes = Buffer.alloc(64 * 1024);
  const read: Buffer[] = [];
  const open = new Set([reader, fd]);
  const close = (one: number): void => void (open.delete(one) && closeSync(one));
  return {
    fd,
    until: async (holds) => {
      for (;;) {
        const count = readNow(reader, bytes);
        if (count > 0) read.push(Buffer.from(bytes.subarray(0, count)));
        else if (holds(Buffer.concat(read).toString())) return Buffer.concat(read).toString();
        else await Bun.sleep(5);
      }
    },
    closeReader: () => close(reader),
    close: () => open.forEach(close),
  };
}

/** 0: there is nothing to read yet. */
function readNow(fd: number, into: Buffer): number {
  try {
    return readSync(fd, into);
  } catch (error) {
    if ((error as { code?: string }).code === "EAGAIN") return 0;
    throw error;
  }
}

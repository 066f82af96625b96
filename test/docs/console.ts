/** Blocks of a page that show a terminal: what was typed, and what came. */

export interface Typed {
  readonly command: string;
  /** Trimmed at the end of each line. */
  readonly printed: string;
}

/** The text between a heading and the next of its kind. */
export function section(page: string, heading: string): string {
  const found = page.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`));
  if (found === undefined) throw new Error(`There is no heading "${heading}".`);
  return found;
}

/** The fenced blocks of one language, in their order. */
export const blocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, block = ""]) => block);

/** `$ command`, then what it prints. */
export const typedIn = (block: string): readonly Typed[] =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...printed] = part.split("\n");
      return { command, printed: trimmed(printed.join("\n")) };
    });

const trimmed = (text: string): string => text.replace(/[ \t]+$/gm, "").trimEnd();

/** What is another each time. */
export const masked = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d/g, "DAY")
    .replace(/\d\d:\d\d(?::\d\d)?/g, "TIME")
    .replace(/\b\d+ s\b/g, "SECONDS")
    .replace(/cs-…\w{4}/g, "cs-…1234");

export interface Terminal {
  /** What it prints, stderr with it. */
  type(command: string): Promise<string>;
  close(): Promise<void>;
}

/** A shell that stays, so that what is exported holds on. */
export function terminal(cwd: string, env: Readonly<Record<string, string>>): Terminal {
  const END = "-- the end of a command --";
  const shell = Bun.spawn(["sh"], { cwd, env, stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  const reader = shell.stdout.pipeThrough(new TextDecoderStream()).getReader();
  void shell.stdin.write("exec 2>&1\n");
  let text = "";
  return {
    type: async (command) => {
      void shell.stdin.write(`${command}\necho '${END}'\n`);
      void shell.stdin.flush();
      while (!text.includes(END)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the shell ended: ${text}`);
        text += value;
      }
      const [printed = "", ...rest] = text.split(`${END}\n`);
      text = rest.join("");
      return trimmed(printed);
    },
    close: async () => {
      void shell.stdin.end();
      await shell.exited;
    },
  };
}

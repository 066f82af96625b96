/** OpenAI tells the kind of a file by its name's ending, so a title alone is no name. https://platform.openai.com/docs/guides/pdf-files */

const ENDINGS: Readonly<Record<string, string>> = {
  "text/plain": "txt",
  "text/markdown": "md",
};

export function fileName(title: string | undefined, mime: string): string {
  const name = title ?? "document";
  if (/\.[A-Za-z0-9]{1,8}$/.test(name)) return name;
  const ending = ENDINGS[mime] ?? mime.split("/")[1]?.replace(/[^a-z0-9][^]*$/, "");
  return `${name}.${ending || "bin"}`;
}

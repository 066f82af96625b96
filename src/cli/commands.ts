/** The list of commands. A new one is a file and a line. */
import { defineCommand } from "citty";
import { configCommand } from "./config.ts";
import { secretCommand } from "./secret.ts";
import { doctorCommand } from "./doctor.ts";
import { modelsCommand } from "./models.ts";
import { setupCommand } from "./setup.ts";
import { startCommand } from "./start.ts";
import { testCommand } from "./test-model.ts";
import { VERSION } from "../wire/version.ts";

export const main = defineCommand({
  meta: { name: "codeswitch", version: VERSION, description: "Every coding tool, every model, one gateway you own." },
  subCommands: {
    start: startCommand,
    setup: setupCommand,
    models: modelsCommand,
    test: testCommand,
    doctor: doctorCommand,
    config: configCommand,
    secret: secretCommand,
  },
});

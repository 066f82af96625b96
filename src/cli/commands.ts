/** The list of commands. A new one is a file and a line. Each is loaded when it is asked for: what starts the gateway need not know the others. */
import { defineCommand } from "citty";
import { VERSION } from "../wire/version.ts";

export const main = defineCommand({
  meta: { name: "codeswitch", version: VERSION, description: "Every coding tool, every model, one gateway you own." },
  subCommands: {
    start: () => import("./start.ts").then(({ startCommand }) => startCommand),
    setup: () => import("./setup.ts").then(({ setupCommand }) => setupCommand),
    models: () => import("./models.ts").then(({ modelsCommand }) => modelsCommand),
    test: () => import("./test-model.ts").then(({ testCommand }) => testCommand),
    doctor: () => import("./doctor.ts").then(({ doctorCommand }) => doctorCommand),
    logs: () => import("./logs.ts").then(({ logsCommand }) => logsCommand),
    usage: () => import("./usage-report.ts").then(({ usageCommand }) => usageCommand),
    export: () => import("./export.ts").then(({ exportCommand }) => exportCommand),
    prices: () => import("./prices.ts").then(({ pricesCommand }) => pricesCommand),
    config: () => import("./config.ts").then(({ configCommand }) => configCommand),
    keys: () => import("./keys.ts").then(({ keysCommand }) => keysCommand),
    credentials: () => import("./credentials.ts").then(({ credentialsCommand }) => credentialsCommand),
    secret: () => import("./secret.ts").then(({ secretCommand }) => secretCommand),
  },
});

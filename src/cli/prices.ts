/** `codeswitch prices`: what models cost here, and where that is known from. */
import { defineCommand } from "citty";

export const pricesCommand = defineCommand({
  meta: { name: "prices", description: "Show what models cost here, take new prices, and price past calls again." },
  subCommands: {
    show: () => import("./prices-show.ts").then(({ showCommand }) => showCommand),
    update: () => import("./prices-update.ts").then(({ updateCommand }) => updateCommand),
    check: () => import("./prices-check.ts").then(({ checkCommand }) => checkCommand),
    recompute: () => import("./prices-recompute.ts").then(({ recomputeCommand }) => recomputeCommand),
  },
});

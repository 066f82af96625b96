/** What newcomers found in what the gateway says of itself. */
import type { Finding } from "./finding.ts";

const RUNNING = "test/e2e/running.test.ts";
const DEPLOYMENTS = "test/e2e/deployments.test.ts";
const AZURE = "test/e2e/azure.test.ts";
const TOLD = "test/e2e/told.test.ts";
const TUNNEL = "src/cli/tunnel.test.ts";
const TYPED = "src/cli/mistakes.test.ts";
const FILE = "src/config/file/mistakes.test.ts";
const SETUP = "src/setup/setup.test.ts";

export const LIGHTS: readonly Finding[] = [
  {
    id: "newcomer 1",
    what: "setup says works for a configuration that cannot work",
    tests: [
      `${RUNNING} > in a shell without the gateway's variables stops: it was started elsewhere`,
      `${RUNNING} > with a wrong key stops: the gateway refuses it, and where it was started is named`,
      `${RUNNING} > with --url and without a key stops where the gateway wants one, also at this folder's own address`,
      `${RUNNING} > finds the gateway on another port, offers what it serves, and is checked with it`,
      `${RUNNING} > where none runs, writes and says that nothing was tried`,
      `${RUNNING} > with an older gateway, which says nothing of itself, asks it all the same`,
    ],
  },
  {
    id: "newcomer 2",
    what: "doctor is green about a gateway that it did not ask",
    tests: [
      `${RUNNING} > is green about a gateway only when it takes this configuration's keys and serves its models`,
      `${RUNNING} > in a shell without the gateway's variables: another configuration runs there`,
      `${RUNNING} > with something else on the port is a fault, and of a gateway that is not there nothing is green`,
    ],
  },
  {
    id: "newcomer 3",
    what: "a wrong Azure deployment is invisible",
    tests: [
      `${DEPLOYMENTS} > names a deployment that is missing, who asks for it, and the variable`,
      `${DEPLOYMENTS} > says which deployment is missing, once it is up, and asks each only once`,
      `${AZURE} > a deployment that is not there is named, with who asked and what to set (streamed: %p)`,
    ],
  },
  {
    id: "newcomer 4",
    what: "18 models are listed, and 5 exist",
    tests: [
      `${DEPLOYMENTS} > is the aliases alone, where nobody listed a deployment`,
      `${DEPLOYMENTS} > is what was seen to answer, and a name that nobody saw yet is answered all the same`,
      `${DEPLOYMENTS} > --deep judges what was configured: one healthy deployment is no fault, and thirteen names of Cursor's are not asked`,
      `${SETUP} > is not told to add a name that it has built in`,
    ],
  },
  {
    id: "newcomer 5",
    what: "a wrong key leaves no line in the log",
    tests: [
      "src/access/turned-away.test.ts > is one line: who, what and why",
      "src/access/turned-away.test.ts > in a storm is twenty lines and one a second, and the next one tells how many were left out",
    ],
  },
  {
    id: "newcomer 6",
    what: "the text log does not say who, which call, or why",
    tests: [
      `${TOLD} > a line names the caller's key, and its id finds the answer that a client got`,
      `${TOLD} > a failure says why, and not in words that may quote a prompt: \${client} over \${wire}, %d`,
      "src/ledger/ledger.test.ts > every attempt is told: whom it asked, what came of it, and how long it took",
    ],
  },
  {
    id: "newcomer 7",
    what: "a loss on every call, unnamed, and nothing is lost",
    tests: [
      `${TOLD} > counts what may change it in the header as in the line, and both name the first`,
      `${TOLD} > whose call lost nothing but hints says 0, and nothing in the line; the record lists them`,
      `${TOLD} > sealed reasoning that a client has no field for is no loss where the vault keeps it, and one where there is none`,
    ],
  },
  {
    id: "newcomer 8",
    what: "one missing pair of quotes is 66 problems",
    tests: [
      "src/config/yaml/excerpt.test.ts > between brackets needs no quotes",
      "src/config/yaml/excerpt.test.ts > a variable whose default YAML would read",
    ],
  },
  {
    id: "newcomer 9",
    what: "Claude Code's /model does not list what the gateway serves",
    tests: [
      "test/e2e/claude-code.test.ts > every name that its picker keeps is answered by the model that it shows, also beside a pattern of Claude's",
      `${SETUP} > claude-code: its slots get the efforts of the chosen model where the gateway has a name for each, else that model`,
    ],
    left: "its first entry shows Claude's price, which nothing that a gateway says changes",
  },
  {
    id: "newcomer 10",
    what: "Codex warns of missing metadata after setup",
    tests: [
      `${SETUP} > codex: what the gateway says of its models, in a file that its configuration names`,
      `${RUNNING} > shows what the program itself warns of, although it answers`,
    ],
  },
  {
    id: "newcomer 11",
    what: "codeswitch is not a command",
    tests: [
      "src/typed/command.test.ts > npx codeswitch works in a clone, and messages say so",
      "test/typed.test.ts > documents name every command as npx codeswitch",
      "test/typed.test.ts > every command that %s shows exists, with its flags",
      "test/typed.test.ts > messages name every command with command(…), so that it works where the person stands",
    ],
  },
  {
    id: "newcomer 12",
    what: "stack traces for what a person typed",
    tests: [
      `${TYPED} > a host that nobody knows`,
      `${TYPED} > HOST as build tools set it starts the gateway on this machine alone, with a warning`,
      `${TYPED} > a data folder that cannot be made`,
      `${TYPED} > --help of a script of this project says what it does, and does nothing`,
    ],
  },
  {
    id: "newcomer 13",
    what: "Cursor's tunnel is two starts, dies unheard, and changes its address untold",
    tests: [
      `${TUNNEL} > of %s work as they stand, pasted into one terminal`,
      `${TUNNEL} > without a key is refused with a line that sets one and starts, and the line works`,
      `${TUNNEL} > a tunnel that dies is opened again, and the new address is told with the old one`,
      `${TUNNEL} > a tunnel of one's own is run by its name, and its hostname is told once it is connected`,
      `${TUNNEL} > --public-url alone starts nothing, shows the address, and answers what comes through a proxy with the key only`,
    ],
  },
  {
    id: "newcomer 14",
    what: "Azure's refusals name no key, version or provider",
    tests: [
      `${AZURE} > a wrong key is told to be the provider's, with the variable that holds it: %s`,
      `${AZURE} > a version that is not supported names the version and its variable`,
      `${AZURE} > a vendor that is down is told in words, and not by the system's name for it`,
      `${TYPED} > of one of Azure's two variables, at the start and to who asks`,
    ],
  },
  {
    id: "newcomer 15",
    what: "mistakes in a configuration that are told at the wrong place, or not at all",
    tests: [
      `${FILE} > LiteLLM's file is told to be that, and nothing else about it`,
      `${FILE} > what this version does not have gets a sentence of its own`,
      `${FILE} > a wrong kind hides no wrong provider`,
      `${FILE} > that nothing is called are a warning, with the name that is near`,
      "src/config/yaml/longhand.test.ts > a model's only target",
      "src/config/yaml/longhand.test.ts > keys that begin with x-",
      `${TYPED} > takes the file as a word`,
      `${TYPED} > fails where nothing can be answered`,
      `${TYPED} > shows the line of the first fault with a caret, and no secret`,
    ],
  },
  {
    id: "newcomer 16",
    what: "no picker of models, and no call to try one",
    tests: [
      "src/cli/models.test.ts > every name stands there with its ways in the order in which they are tried, in lines of 100 letters",
      "src/cli/models.test.ts > which deployments answered, which are missing and which nobody asked stands beside the names",
      "src/cli/test-model.test.ts > tells in words what came of one call through the gateway that runs",
      "src/cli/test-model.test.ts > what the vendor refuses is the gateway's sentence and what to do, and fails",
    ],
  },
];

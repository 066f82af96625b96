/** What a slip of the hand looks like: each operator says which changes it knows at a node of the syntax tree. */
import { type Node, SyntaxKind } from "typescript/unstable/ast";
import {
  isArrayLiteralExpression,
  isAwaitExpression,
  isBinaryExpression,
  isBlock,
  isCallExpression,
  isConditionalExpression,
  isExpressionStatement,
  isForStatement,
  isIfStatement,
  isNumericLiteral,
  isObjectLiteralExpression,
  isPostfixUnaryExpression,
  isStringLiteral,
  isWhileStatement,
} from "typescript/unstable/ast/is";

/** A stretch of the source, in UTF-16 units, and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Operator = (node: Node) => readonly Edit[];

export const OPERATORS: Readonly<Record<string, Operator>> = {
  "negate condition": (node) => {
    const condition = conditionOf(node);
    return condition ? [replaced(condition, `!(${condition.getText()})`)] : [];
  },
  "move bound": exchange({ "<": "<=", "<=": "<", ">": ">=", ">=": ">" }),
  "turn equality": exchange({ "===": "!==", "!==": "===", "==": "!=", "!=": "==" }),
  "exchange and, or": exchange({ "&&": "||", "||": "&&" }),
  "exchange plus, minus": (node) => [
    ...exchange({ "+": "-", "-": "+", "+=": "-=", "-=": "+=" })(node),
    ...(isPostfixUnaryExpression(node) ? [replaced(node, countedTheOtherWay(node.getText()))] : []),
  ],
  "drop default": (node) =>
    isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.QuestionQuestionToken
      ? [replaced(node, node.left.getText())]
      : [],
  "drop early exit": (node) =>
    isIfStatement(node) && !node.elseStatement && isExit(node.thenStatement) ? [replaced(node, ";")] : [],
  "drop element": (node) => (isArrayLiteralExpression(node) ? eachDropped(node.elements) : []),
  "drop property": (node) => (isObjectLiteralExpression(node) ? eachDropped(node.properties) : []),
  "ten times": (node) =>
    isNumericLiteral(node) && Number(node.text) !== 0 ? [replaced(node, `(${node.getText()} * 10)`)] : [],
  "other string": (node) =>
    isStringLiteral(node) && isConstant(node.text) && !namesModule(node.parent)
      ? [{ start: node.end - 1, end: node.end - 1, text: "_x" }]
      : [],
  "turn boolean": (node) => {
    if (node.kind === SyntaxKind.TrueKeyword) return [replaced(node, "false")];
    return node.kind === SyntaxKind.FalseKeyword ? [replaced(node, "true")] : [];
  },
  "drop await": (node) => (isAwaitExpression(node) ? [replaced(node, node.expression.getText())] : []),
  "swap arguments": (node) => {
    const [first, second] = isCallExpression(node) ? node.arguments : [];
    if (!first || !second || first.getText() === second.getText()) return [];
    return [{ start: first.getStart(), end: second.end, text: `${second.getText()}, ${first.getText()}` }];
  },
  "empty function": (node) =>
    isBlock(node) && node.statements.length > 0 && FUNCTIONS.has(node.parent.kind) ? [replaced(node, "{}")] : [],
  "drop call": (node) =>
    isExpressionStatement(node) && isCallExpression(withoutAwait(node.expression)) ? [replaced(node, ";")] : [],
};

const FUNCTIONS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
]);
const EXITS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.ReturnStatement,
  SyntaxKind.ThrowStatement,
  SyntaxKind.ContinueStatement,
  SyntaxKind.BreakStatement,
]);

const replaced = (node: Node, text: string): Edit => ({ start: node.getStart(), end: node.end, text });

function exchange(tokens: Readonly<Record<string, string>>): Operator {
  return (node) => {
    if (!isBinaryExpression(node)) return [];
    const text = tokens[node.operatorToken.getText()];
    return text === undefined ? [] : [replaced(node.operatorToken, text)];
  };
}

const countedTheOtherWay = (text: string): string => text.slice(0, -2) + (text.endsWith("++") ? "--" : "++");

/** Each in turn, with the comma that follows it. */
const eachDropped = (nodes: readonly Node[]): readonly Edit[] =>
  nodes.map((node, at) => ({ start: node.getStart(), end: nodes[at + 1]?.getStart() ?? node.end, text: "" }));

function conditionOf(node: Node): Node | undefined {
  if (isIfStatement(node) || isWhileStatement(node)) return node.expression;
  if (isConditionalExpression(node) || isForStatement(node)) return node.condition;
  return undefined;
}

function isExit(node: Node): boolean {
  const last = isBlock(node) ? node.statements.at(-1) : node;
  return last !== undefined && EXITS.has(last.kind);
}

const withoutAwait = (node: Node): Node => (isAwaitExpression(node) ? node.expression : node);

/** A sentence for a person may be said in other words: no test should hold it to the letter. */
const isConstant = (text: string): boolean => text !== "" && !text.includes(" ");

const namesModule = ({ kind }: Node): boolean =>
  kind === SyntaxKind.ImportDeclaration || kind === SyntaxKind.ExportDeclaration;

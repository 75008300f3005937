// Small changes of a source file, each of which a good test suite notices. Text positions come from TypeScript's own syntax
// tree, so that a type, an import or a word of an error message is never what is changed.
import ts from 'typescript';

const swapped = {
  [ts.SyntaxKind.PlusToken]: '-',
  [ts.SyntaxKind.MinusToken]: '+',
  [ts.SyntaxKind.AsteriskToken]: '/',
  [ts.SyntaxKind.SlashToken]: '*',
  [ts.SyntaxKind.PercentToken]: '*',
  [ts.SyntaxKind.AsteriskAsteriskToken]: '*',
  [ts.SyntaxKind.LessThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '<',
  [ts.SyntaxKind.GreaterThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
  [ts.SyntaxKind.EqualsEqualsToken]: '!=',
  [ts.SyntaxKind.ExclamationEqualsToken]: '==',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
  [ts.SyntaxKind.QuestionQuestionToken]: '&&',
  [ts.SyntaxKind.PlusEqualsToken]: '-=',
  [ts.SyntaxKind.MinusEqualsToken]: '+=',
  [ts.SyntaxKind.AsteriskEqualsToken]: '/=',
  [ts.SyntaxKind.SlashEqualsToken]: '*=',
};
const unary = { [ts.SyntaxKind.PlusPlusToken]: '--', [ts.SyntaxKind.MinusMinusToken]: '++' };
/** Functions of SIMD kernels and of Math whose mix-up is a typical mistake. */
const otherFunction = { add: 'sub', sub: 'add', min: 'max', max: 'min', floor: 'ceil', ceil: 'floor' };
const functionOwners = new Set(['f32x4', 'f64x2', 'i32x4', 'v128', 'Math', 'Mathf']);

const isLogical = (kind) =>
  kind === ts.SyntaxKind.AmpersandAmpersandToken ||
  kind === ts.SyntaxKind.BarBarToken ||
  kind === ts.SyntaxKind.QuestionQuestionToken;

/** The number in `{ 5: value }` names a property. */
const isName = (node) => node.parent.name === node;

/** Errors and their words: a changed message is found by tests of texts, and is no change of what is computed. */
const isMessage = (node) =>
  ts.isThrowStatement(node) ||
  (ts.isNewExpression(node) && /Error$/.test(node.expression.getText())) ||
  (ts.isCallExpression(node) && /(error|fail|invariant)/i.test(node.expression.getText()));

/**
 * The mutants of a file: `{ file, line, column, kind, original, start, end, text, site }`, in the order of the text. `text`
 * replaces the characters from `start` to `end`; `site` is the smallest expression or statement around them (switched.mjs).
 */
export function mutantsOf(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const mutants = [];
  const add = (kind, start, end, text, around) => {
    const original = source.slice(start, end);
    if (original === text) return;
    const { line, character } = tree.getLineAndCharacterOfPosition(start);
    const site = { start: around.getStart(tree), end: around.getEnd() };
    mutants.push({ file, line: line + 1, column: character + 1, kind, original, start, end, text, site });
  };
  const replace = (kind, node, text, around = node) => {
    add(kind, node.getStart(tree), node.getEnd(), text, around);
  };

  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || isMessage(node)) return;
    // `undefined` where the language wants a definition (`declare`) is no statement either.
    if (node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword)) return;
    if (ts.isBinaryExpression(node)) {
      const { operatorToken } = node;
      const other = swapped[operatorToken.kind];
      // Words that are joined have no difference.
      const text = [node.left, node.right].some(
        (side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side),
      );
      if (other !== undefined && !text)
        replace(isLogical(operatorToken.kind) ? 'logic' : 'operator', operatorToken, other, node);
    } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const other = unary[node.operator];
      const start = node.getStart(tree);
      if (other !== undefined && !ts.isForStatement(node.parent)) {
        const at = ts.isPrefixUnaryExpression(node) ? start : node.operand.getEnd();
        add('operator', at, at + 2, other, node);
      } else if (
        node.operator === ts.SyntaxKind.ExclamationToken ||
        node.operator === ts.SyntaxKind.MinusToken
      ) {
        add('operator', start, start + 1, '', node);
      }
    } else if (ts.isNumericLiteral(node) && !isName(node)) {
      replace(
        'number',
        node,
        Number(node.text) === 0 ? '1' : Number(node.text) === 1 ? '2' : `(${node.getText(tree)} + 1)`,
      );
    } else if (node.kind === ts.SyntaxKind.TrueKeyword) {
      replace('boolean', node, 'false');
    } else if (node.kind === ts.SyntaxKind.FalseKeyword) {
      replace('boolean', node, 'true');
    } else if (ts.isIfStatement(node)) {
      replace('condition', node.expression, 'true');
      replace('condition', node.expression, 'false');
    } else if (ts.isConditionalExpression(node)) {
      replace('condition', node.condition, 'true');
      replace('condition', node.condition, 'false');
    } else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      const other = functionOwners.has(expression.getText(tree)) ? otherFunction[name.text] : undefined;
      if (other !== undefined) replace('function', name, other, node.expression);
    }
    if (ts.isExpressionStatement(node) && !ts.isStringLiteral(node.expression)) {
      const { expression } = node;
      const isCall =
        ts.isCallExpression(expression) && expression.expression.kind !== ts.SyntaxKind.SuperKeyword;
      const isAssignment =
        ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.EqualsToken;
      if (isCall || isAssignment) replace('statement', node, ';');
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return mutants.sort((a, b) => a.start - b.start);
}

export const applyMutant = (source, { start, end, text }) =>
  source.slice(0, start) + text + source.slice(end);

/** Numbers from 0 to 1 of one seed (mulberry32): the same sample in every run. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` of the mutants, drawn evenly, in the order of the list; all of them where there are no more. */
export function sample(mutants, count, seed) {
  if (count >= mutants.length) return mutants;
  const next = random(seed);
  const indices = mutants.map((_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(next() * (indices.length - i));
    [indices[i], indices[j]] = [indices[j], indices[i]];
  }
  return indices
    .slice(0, count)
    .sort((a, b) => a - b)
    .map((i) => mutants[i]);
}

// The functions that an AssemblyScript module exports, with the names and types of their parameters. AssemblyScript is
// TypeScript to a parser, so the compiler's own parser reads it.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const types = new Set(['usize', 'i32', 'f32', 'bool']);

/**
 * @param entry path of the module
 * @param resolveImport the file that an import in a file names
 * @returns name, parameters and result of each exported function, in the order of their export
 */
export function kernelSignatures(entry, resolveImport) {
  return exportedFunctions(entry).map((item) => {
    const node =
      item.source === undefined ? item.node : declarationOf(resolveImport(entry, item.source), item);
    const where = `${entry}: ${item.name}`;
    return {
      name: item.name,
      parameters: node.parameters.map((parameter) => ({
        name: parameter.name.getText(),
        type: typeOf(parameter.type, `${where}: parameter ${parameter.name.getText()}`),
      })),
      result: node.type?.getText() === 'void' ? 'void' : typeOf(node.type, `${where}: result`),
    };
  });
}

const parse = (path) =>
  ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);

function exportedFunctions(path) {
  return parse(path).statements.flatMap((node) => {
    if (ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier === undefined || node.exportClause === undefined) {
        throw new Error(
          `kernel-signatures: ${path}: wanted export { names } from '...', got ${node.getText()}`,
        );
      }
      const source = node.moduleSpecifier.text;
      return node.exportClause.elements.map(({ name }) => ({ name: name.text, source }));
    }
    return isExportedFunction(node) ? [{ name: node.name.text, node }] : [];
  });
}

function declarationOf(path, { name }) {
  const found = parse(path).statements.find((node) => isExportedFunction(node) && node.name.text === name);
  if (found === undefined) throw new Error(`kernel-signatures: ${path} exports no function '${name}'`);
  return found;
}

const isExportedFunction = (node) =>
  ts.isFunctionDeclaration(node) &&
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

function typeOf(node, where) {
  const type = node?.getText();
  if (types.has(type)) return type;
  throw new Error(`kernel-signatures: ${where}: got ${type}, wanted one of ${[...types].join(', ')}`);
}

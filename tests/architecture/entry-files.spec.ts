// Every package's entry file loads, and what it exports is there.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { readPackages, root } from './workspace.js';

/** Names an entry file exports as values. */
function exportedValues(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023);
  const declared = file.statements
    .filter(ts.isVariableStatement)
    .filter(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .flatMap(({ declarationList }) => declarationList.declarations.map(({ name }) => name.getText(file)));
  const named = file.statements
    .filter(ts.isExportDeclaration)
    .filter(
      (statement) =>
        !statement.isTypeOnly && statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause),
    )
    .flatMap((statement) =>
      (statement.exportClause as ts.NamedExports).elements
        .filter((element) => !element.isTypeOnly)
        .map((element) => element.name.text),
    );
  return [...declared, ...named];
}

describe('entry files', () => {
  it.each(readPackages())('$name exports what it names', async ({ name, folder }) => {
    const names = exportedValues(join(root, folder, 'src/index.ts'));
    expect(names.length).toBeGreaterThan(0);
    const module = (await import(name)) as Record<string, unknown>;
    expect(names.filter((entry) => module[entry] === undefined)).toEqual([]);
  });
});

/** What a source file imports, uses and says, read off its syntax tree: comments and look-alikes don't count. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Expression, parseSync, Visitor } from 'oxc-parser';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** A package's name as written, or a path from the root, such as `sdk/src/cart.ts`. */
  target: string;
  /** `import type`: nothing is left of it at run time. An `import { type A }` still loads the file. */
  isType: boolean;
  /** `import { type A }` with nothing but types. */
  shouldBeType: boolean;
}

export interface Source {
  path: string;
  imports: Import[];
  /** Names of variables and properties, wherever they stand. */
  names: Set<string>;
  /** `process.env`, `Date.now()`, `new Date()`: member accesses, calls, and constructions without arguments. */
  expressions: Set<string>;
  texts: string[];
  /** Exported constants whose value needs no code: numbers, texts, lists of them. */
  constants: string[];
}

/** Every TypeScript source of the three packages. */
export function readSources(): Source[] {
  return ['sdk/src', 'widgets/src', 'collector/src', 'collector/dashboard/src'].flatMap((folder) =>
    readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${folder}/${name}`)
      .map((path) => parse(path, readFileSync(ROOT + path, 'utf8'))),
  );
}

export function parse(path: string, code: string): Source {
  const { program, errors } = parseSync(path, code);
  if (errors[0]) throw new SyntaxError(`${path}: ${errors[0].message}`);
  const source: Source = {
    path,
    imports: [],
    names: new Set(),
    expressions: new Set(),
    texts: [],
    constants: [],
  };
  const addImport = (specifier: string, isType = false, shouldBeType = false) => {
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
    source.imports.push({ target, isType, shouldBeType });
  };
  const written = ({ start, end }: { start: number; end: number }) => code.slice(start, end);

  new Visitor({
    ImportDeclaration({ source: from, importKind, specifiers }) {
      const isType = importKind === 'type';
      const areTypes = specifiers.map(
        (each) => each.type === 'ImportSpecifier' && each.importKind === 'type',
      );
      addImport(from.value, isType, !isType && areTypes.length > 0 && areTypes.every(Boolean));
    },
    ExportAllDeclaration({ source: from, exportKind }) {
      addImport(from.value, exportKind === 'type');
    },
    ExportNamedDeclaration({ source: from, exportKind, declaration }) {
      if (from) addImport(from.value, exportKind === 'type');
      if (declaration?.type !== 'VariableDeclaration') return;
      for (const { id, init } of declaration.declarations) {
        if (init && isConstant(init)) source.constants.push(written(id));
      }
    },
    ImportExpression({ source: from }) {
      if (from.type === 'Literal' && typeof from.value === 'string') addImport(from.value);
    },
    TSImportType({ source: from }) {
      addImport(from.value, true);
    },
    Identifier({ name }) {
      source.names.add(name);
    },
    MemberExpression(node) {
      source.expressions.add(written(node));
    },
    CallExpression({ callee }) {
      source.expressions.add(`${written(callee)}()`);
    },
    NewExpression({ callee, arguments: given }) {
      if (given.length === 0) source.expressions.add(`new ${written(callee)}()`);
    },
    Literal({ value }) {
      if (typeof value === 'string') source.texts.push(value);
    },
    TemplateElement({ value }) {
      source.texts.push(value.cooked ?? value.raw);
    },
  }).visit(program);
  return source;
}

function isConstant(node: Expression): boolean {
  switch (node.type) {
    case 'Literal':
      return true;
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isConstant(node.expression);
    case 'BinaryExpression':
      return node.left.type !== 'PrivateIdentifier' && isConstant(node.left) && isConstant(node.right);
    case 'ArrayExpression':
      return node.elements.every(
        (each) => each !== null && each.type !== 'SpreadElement' && isConstant(each),
      );
    case 'ObjectExpression':
      return node.properties.every((each) => each.type === 'Property' && isConstant(each.value));
    default:
      return false;
  }
}

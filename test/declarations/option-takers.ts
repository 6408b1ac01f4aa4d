import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageNames } from '../architecture/source-files.ts';

const packages = join(import.meta.dirname, '..', '..', 'packages');

/** A public function, constructor or method that accepts an options object, according to the published declarations. */
export interface OptionTaker {
  /** The package and the function, such as `core createRedisResilience` or `fallback Locks.acquire`. */
  readonly name: string;
  readonly declaration: string;
}

/** Returns every public function, constructor and method of the packages that accepts an options object. */
export function optionTakers(): readonly OptionTaker[] {
  const found = packageNames.flatMap((name) =>
    publicDeclarations(name).flatMap((declaration) => takersIn(name, declaration)),
  );
  return [...new Map(found.map((taker) => [taker.name, taker])).values()];
}

/** Returns the declarations that the entry points of a package export, each with its complete text. */
function publicDeclarations(name: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string }>;
  };
  const entries = Object.values(manifest.exports).flatMap(({ types }) => types ?? []);
  return entries.flatMap((entry) => exportsOf(join(packages, name, entry)));
}

function exportsOf(entry: string): readonly string[] {
  const text = withoutComments(readFileSync(entry, 'utf8'));
  const named = Array.from(text.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g));
  return named.flatMap(([, names = '', from = '']) => {
    const file = join(dirname(entry), from.replace(/\.[jt]s$/, '.d.ts'));
    if (!from.startsWith('.') || !existsSync(file)) return [];
    const declarations = declarationsIn(withoutComments(readFileSync(file, 'utf8')));
    const wanted = names.split(',').map((each) => each.replace('type ', '').trim());
    return declarations.filter((declaration) => wanted.includes(nameOf(declaration)));
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, '');
}

function declarationsIn(text: string): readonly string[] {
  return text.split(/^(?=export )/m).filter((part) => nameOf(part) !== '');
}

function nameOf(declaration: string): string {
  return /^export (?:declare )?(?:abstract )?(?:function|class|interface) (\w+)/.exec(declaration)?.[1] ?? '';
}

function takersIn(packageName: string, declaration: string): readonly OptionTaker[] {
  const name = nameOf(declaration);
  if (name.endsWith('Options')) return [];
  if (declaration.startsWith('export declare function'))
    return takesOptions(parametersIn(declaration)) ? [{ name: `${packageName} ${name}`, declaration }] : [];
  // A getter that returns a function counts as well, because callers may detach that function from its object.
  const members = declaration.matchAll(/^ {4}(?:static |get )?(\w+)(?:\(\): )?(?:<[^(]*>)?(?=\()/gm);
  return Array.from(members).flatMap((member) => {
    const rest = declaration.slice(member.index + member[0].length);
    return takesOptions(parametersIn(rest))
      ? [{ name: `${packageName} ${name}.${member[1]}`, declaration: rest }]
      : [];
  });
}

/** Returns the text between the parentheses of the first signature. */
function parametersIn(signature: string): string {
  const start = signature.indexOf('(');
  let depth = 0;
  for (let at = start; at < signature.length; at++) {
    if (signature[at] === '(') depth++;
    if (signature[at] === ')' && --depth === 0) return signature.slice(start + 1, at);
  }
  return '';
}

function takesOptions(parameters: string): boolean {
  return /\boptions\??: \{|(?<!Readonly<)\b[A-Z]\w*(?:Options|Bounds)\b/.test(parameters);
}

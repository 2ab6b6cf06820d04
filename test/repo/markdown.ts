/** Reads our own READMEs, so that tests can hold them to what they say. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const readText = (path: string): string => readFileSync(ROOT + path, 'utf8');

/** The texts of the fenced blocks of one language, in order. */
export function blocksOf(markdown: string, language: string): string[] {
  const fences = markdown.matchAll(/^```(\S+)\n([\s\S]*?)^```$/gm);
  return [...fences].filter(([, name]) => name === language).map(([, , text = '']) => text);
}

/** From a heading to the next of its own or a higher level. Throws where there is none. */
export function sectionOf(markdown: string, heading: string): string {
  const [, section] = markdown.split(new RegExp(`^${heading}\\n`, 'm'));
  if (section === undefined) throw new Error(`no section "${heading}"`);
  const level = heading.indexOf(' ');
  return section.split(new RegExp(`^#{1,${level}} `, 'm'))[0] ?? '';
}

/** The cells of all rows of all tables, without their heads. */
export function rowsOf(markdown: string): string[][] {
  const tables = markdown.matchAll(/^\|.*\n\|[ :|-]+\n((?:\|.*(?:\n|$))*)/gm);
  return [...tables]
    .flatMap(([, rows = '']) => rows.trim().split('\n'))
    .map((row) =>
      row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** Where links lead that stay in the repository. */
export function localLinksOf(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^(https?:|#|\{\{)/.test(target));
}

/** A cell or text without its code marks. */
export const plain = (text: string): string => text.replaceAll('`', '');

/** A site's prompts in the language that a browser asks for, as far as there is one. Pure. */
import type { Prompt, PromptsDocument, Question } from '@handrail/sdk/protocol';
import type { PromptDocument, Translation } from './schema/prompt.ts';
import type { Site } from './schema.ts';

/** @param wanted languages, the best one first; see `Accept-Language` */
export function promptsDocument(site: Site, wanted: readonly string[]): PromptsDocument {
  const { prompts: budget, perWeek } = site.contactBudget;
  return {
    prompts: site.prompts.map((prompt) => translated(prompt, site.language, wanted)),
    contactBudget: { ...budget, ...(perWeek !== undefined && { perWeek }) },
    ...(site.theme && { theme: site.theme }),
  };
}

export function translated(
  { translations = {}, ...prompt }: PromptDocument,
  siteLanguage: string,
  wanted: readonly string[],
): Prompt {
  const own = prompt.language ?? siteLanguage;
  const language = languageFor(wanted, [own, ...Object.keys(translations)]) ?? own;
  const translation = translations[language];
  return { ...(translation ? inWords(prompt, translation) : prompt), language };
}

/**
 * Lookup by RFC 4647, section 3.4 (`de-AT` finds `de`), and beyond it a relative before nothing (`pt` finds `pt-BR`).
 */
export function languageFor(wanted: readonly string[], available: readonly string[]): string | undefined {
  for (const range of wanted) {
    for (let subtags = range.toLowerCase().split('-'); subtags.length > 0; subtags = subtags.slice(0, -1)) {
      const found = available.find((each) => each.toLowerCase() === subtags.join('-'));
      if (found) return found;
    }
    const [primary = ''] = range.toLowerCase().split('-');
    const relative = available.find((each) => each.toLowerCase().startsWith(`${primary}-`));
    if (relative) return relative;
  }
  return undefined;
}

function inWords(prompt: Prompt, { questions = {}, variants = [], ...words }: Translation): Prompt {
  if ('questions' in prompt) {
    return {
      ...prompt,
      ...(words.thanks !== undefined && { thanks: words.thanks }),
      questions: prompt.questions.map((question) => questionInWords(question, questions[question.id] ?? {})),
    };
  }
  const { action, reason, saveCart, ...plain } = words;
  const merged = {
    ...prompt,
    ...plain,
    ...('action' in prompt && action && { action: { ...prompt.action, ...action } }),
    ...('reason' in prompt && reason && { reason: { ...prompt.reason, ...reason } }),
    ...('saveCart' in prompt && saveCart && { saveCart: { ...prompt.saveCart, ...saveCart } }),
    ...('variants' in prompt && {
      variants: prompt.variants?.map((variant, index) => {
        const { action: variantAction, ...variantWords } = variants[index] ?? {};
        const mergedAction = variantAction && { action: { ...variant.action, ...variantAction } };
        return { ...variant, ...variantWords, ...mergedAction };
      }),
    }),
  };
  // What a translation may hold for each kind of prompt has been checked (check-prompts.ts).
  return merged as Prompt;
}

/** Branches on an option go by its words, and so are translated with it. */
function questionInWords(question: Question, words: NonNullable<Translation['questions']>[string]): Question {
  const inOtherWords = { ...question, ...words } as Question;
  if (!('options' in question) || !words.options) return inOtherWords;
  const { options } = words;
  const next = question.next?.map((branch) => {
    if (!branch.if || !('option' in branch.if)) return branch;
    const index = question.options.indexOf(branch.if.option);
    return { ...branch, if: { option: options[index] ?? branch.if.option } };
  });
  return { ...inOtherWords, ...(next && { next }) };
}

import type { warnOfOptions } from './options-check.ts';

export interface OptionsCheckLoader {
  /** Only where an option is wrong. */
  loadOptionsCheck(): Promise<{ warnOfOptions: typeof warnOfOptions }>;
}

/** Says on the console what is wrong with these options, if there are any, and what may have been meant. */
export function warnOf(wrong: object, { loadOptionsCheck }: OptionsCheckLoader): void {
  if (Object.keys(wrong).length > 0) {
    loadOptionsCheck()
      .then((check) => check.warnOfOptions(wrong))
      .catch(() => {});
  }
}

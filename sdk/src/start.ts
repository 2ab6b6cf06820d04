import { type Handrail, INERT } from './api.ts';
import { type Config, type Options, readOptions, type TagOptions } from './config.ts';
import { type Loaders, run } from './handrail.ts';
import { warnOf } from './options-warning.ts';

/** One instance a page, however often and from however many bundles it is started. */
const RUNNING = Symbol.for('handrail');

/**
 * Starts Handrail on this page, or returns what is running already. Options that cannot work are told on the
 * console; then nothing happens.
 *
 * @param early makes the calls that have waited, before all others [early=none have]
 */
export function start(
  options: Options | TagOptions,
  loaders: Loaders,
  early: (handrail: Handrail) => void = () => {},
): Handrail {
  const host = window as { [RUNNING]?: Handrail };
  try {
    if (host[RUNNING]) {
      early(host[RUNNING]);
    } else {
      const config = readOptions(options);
      warnOf(config.wrong, loaders);
      if (!config.isUsable) return INERT;
      const isPreview = /[?&]handrail-preview=/.test(location.search);
      host[RUNNING] = isPreview ? showDraft(config, loaders) : run(config, loaders, early);
    }
    return host[RUNNING];
  } catch (error) {
    console.error('handrail:', error);
    return INERT;
  }
}

/** The page shows the draft that its address asks for, and is not recorded. */
function showDraft(config: Config, { prompts }: Loaders): Handrail {
  prompts
    ?.load('preview')
    .then(({ showPreview }) => showPreview(config, prompts.load))
    .catch(() => {});
  return INERT;
}

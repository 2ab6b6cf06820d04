/** Every channel there is, by the name that steps call it. A further one is a file like these and a line here. */
import type { ChannelKind } from './channel.ts';
import { emailKind } from './email-kind.ts';
import { taskKind } from './task.ts';
import { webhookKind } from './webhook-kind.ts';

/** Its own types forgotten: the site's schema has checked what a step sends by it, and its content is its own. */
export type AnyKind = ChannelKind<unknown, unknown>;

export const CHANNEL_KINDS: Readonly<Record<string, AnyKind>> = {
  email: emailKind,
  webhook: webhookKind,
  task: taskKind,
};

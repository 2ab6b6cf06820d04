import type { Channel, Environment } from './channel.ts';
import { CHANNEL_KINDS } from './kinds.ts';

/** By name; `null` for one that is not set up. */
export type Channels = Readonly<Record<string, Channel<unknown> | null>>;

/** @throws TypeError for a setting that can't be used, naming its variable */
export function openChannels(environment: Environment): Channels {
  return Object.fromEntries(
    Object.entries(CHANNEL_KINDS).map(([name, kind]) => [name, kind.open(environment)]),
  );
}

export function closeChannels(channels: Channels): void {
  for (const channel of Object.values(channels)) channel?.close?.();
}

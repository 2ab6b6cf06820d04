export type { CollectorOptions } from './app.ts';
export { createCollector } from './app.ts';
export { type CompiledSites, compiledSites } from './compiled-sites.ts';
export type { Channel, FailReason, Outgoing, SendResult } from './follow-ups/channels/channel.ts';
export { createEmailChannel } from './follow-ups/channels/email.ts';
export { createWebhookChannel } from './follow-ups/channels/webhook.ts';
export {
  type Channels,
  createDispatcher,
  type Dispatcher,
  type DispatcherOptions,
} from './follow-ups/dispatch.ts';
export { createReplays, type ReplayProgress, type Replays, type ReplaysOptions } from './replays.ts';
export { scenarioJsonSchema } from './scenario/schema.ts';
export { checkSite, type SiteCheck, type SiteProblem } from './site/check.ts';
export type { Variables } from './site/document.ts';
export { siteJsonSchema } from './site/json-schema.ts';
export { openSqliteStore } from './store/sqlite/index.ts';
export { type Store, StoreUnavailable } from './store/store.ts';

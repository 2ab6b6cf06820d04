export type { CollectorOptions } from './app.ts';
export { createCollector } from './app.ts';
export { type CompiledSites, compiledSites } from './compiled-sites.ts';
export type {
  Channel,
  ChannelKind,
  FailReason,
  Outgoing,
  SendResult,
} from './follow-ups/channels/channel.ts';
export { createEmailChannel } from './follow-ups/channels/email.ts';
export { type Channels, openChannels } from './follow-ups/channels/open.ts';
export { createWebhookChannel } from './follow-ups/channels/webhook.ts';
export {
  createDispatcher,
  type Dispatcher,
  type DispatcherOptions,
} from './follow-ups/dispatch.ts';
export { type Links, signedLinks } from './follow-ups/links.ts';
export { createReplays, type ReplayProgress, type Replays, type ReplaysOptions } from './replays.ts';
export { scenarioJsonSchema } from './scenario/schema.ts';
export { checkSite, type SiteCheck, type SiteProblem } from './site/check.ts';
export type { Variables } from './site/document.ts';
export { siteJsonSchema } from './site/json-schema.ts';
export { openSqliteStore } from './store/sqlite/index.ts';
export { type Store, StoreUnavailable } from './store/store.ts';

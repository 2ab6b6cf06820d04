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
export { checkSite, type SiteCheck, type SiteProblem } from './site/check.ts';
export { openSqliteStore } from './store/sqlite/index.ts';
export { type Store, StoreUnavailable } from './store/store.ts';

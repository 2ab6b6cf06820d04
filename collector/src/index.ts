export type * from '@handrail/sdk/protocol';

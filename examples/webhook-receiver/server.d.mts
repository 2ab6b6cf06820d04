/** The body of a Standard Webhook: https://www.standardwebhooks.com */
export interface WebhookEvent {
  /** Such as `lead.became_hot`. */
  type: string;
  /** ISO 8601: when it happened. */
  timestamp: string;
  data: unknown;
}

export interface ReceiverOptions {
  /** 0 takes a free one. */
  port: number;
  /** `whsec_…` */
  secret: string;
  /** Called once for each `webhook-id`; if it throws, the sender will try again. [onEvent=prints one line] */
  onEvent?: (event: WebhookEvent, id: string) => void | Promise<void>;
}

export interface RunningReceiver {
  /** The address to send to, path included. */
  url: string;
  close(): Promise<void>;
}

/** Rejects with the system's error, such as `EADDRINUSE`, where it can't listen. */
export function serveReceiver(options: ReceiverOptions): Promise<RunningReceiver>;

export interface ShopOptions {
  /** 0 takes a free one. */
  port: number;
  /** Where the pages load `handrail.js` from, without a slash at the end. */
  collectorUrl: string;
  /** `pk_…` */
  writeKey: string;
}

export interface RunningShop {
  url: string;
  close(): Promise<void>;
}

/** Rejects with the system's error, such as `EADDRINUSE`, where it can't listen. */
export function serveShop(options: ShopOptions): Promise<RunningShop>;

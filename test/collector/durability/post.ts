import type { Batch, BatchResult } from '@handrail/sdk/protocol';
import { WRITE_KEY } from '../../support/collector.ts';

export const postBatch = (url: string, batch: Batch['batch']): Promise<Response> =>
  fetch(`${url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey: WRITE_KEY, batch }) });

/** @throws where there is no answer, or another one than 200 */
export async function acknowledge(url: string, batch: Batch['batch']): Promise<BatchResult> {
  const response = await postBatch(url, batch);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as BatchResult;
}

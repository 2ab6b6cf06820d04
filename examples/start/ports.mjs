import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Asked before anything starts: a collector that someone else runs on our port would answer our readiness
 * check, and we would print addresses that lead to it.
 *
 * @param {{ [service: string]: number }} portByService
 */
export async function assertPortsFree(portByService) {
  for (const [service, port] of Object.entries(portByService)) {
    const probe = createServer().listen(port);
    await once(probe, 'listening').catch((error) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new Error(`port ${port} is in use, and ${service} needs it`);
    });
    probe.close();
    await once(probe, 'close');
  }
}

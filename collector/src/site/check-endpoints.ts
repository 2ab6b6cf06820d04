/** What only the network can tell about a site's endpoints, asked before its configuration is taken. */
import { type AddressGuardOptions, checkTarget } from '../follow-ups/channels/address-guard.ts';
import type { SiteProblem } from './check.ts';
import type { Site } from './schema.ts';

/**
 * Endpoints whose address leads inside. One whose name cannot be resolved just now is let pass: a name server that is
 * down must not keep a collector from starting, and each send asks again.
 */
export async function endpointProblems(site: Site, guard: AddressGuardOptions): Promise<SiteProblem[]> {
  const checks = Object.entries(site.endpoints).map(async ([name, { url }]) => {
    const target = await checkTarget(url, guard).catch(() => null);
    if (!target || target.allowed) return [];
    return [{ path: `endpoints.${name}.url`, message: `${target.refusal}: ${target.detail}` }];
  });
  return (await Promise.all(checks)).flat();
}

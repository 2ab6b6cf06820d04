/**
 * Deliveries of one lane share its few connections, and never those of another lane: whoever is slow or dead delays
 * only what goes to the same host. Pure.
 */

/** @param endpointUrl where the channel delivers to endpoints of the site's */
export function laneOf(channel: string, endpointUrl?: string): string {
  return endpointUrl === undefined ? channel : `${channel} ${URL.parse(endpointUrl)?.host ?? ''}`;
}

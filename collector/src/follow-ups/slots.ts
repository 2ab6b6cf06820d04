/** How many messages of a lane may be under way at once, whoever has started them. */
export interface Slots {
  /** @returns how many were free, and are now taken */
  take(lane: string): number;
  give(lane: string, count: number): void;
}

export function createSlots(perLane: number): Slots {
  const taken = new Map<string, number>();
  return {
    take(lane) {
      const free = perLane - (taken.get(lane) ?? 0);
      taken.set(lane, perLane);
      return free;
    },
    give(lane, count) {
      const left = (taken.get(lane) ?? 0) - count;
      if (left > 0) taken.set(lane, left);
      else taken.delete(lane);
    },
  };
}

/** What is told before the code that knows what to do with it is there. Nothing is lost, and nothing overtaken. */
export interface Queue<Item> {
  add(item: Item): void;
  /** Hands over what waits and, until stopped, each as it comes. Returns how to stop: then they wait again. */
  take(handler: (item: Item) => void): () => void;
  /** What waits, if anything, cannot wait here any longer. */
  release(handler: (waiting: Item[]) => void): void;
}

export function createQueue<Item>(): Queue<Item> {
  let waiting: Item[] = [];
  let handle = (item: Item): void => void waiting.push(item);
  const wait = handle;

  function release(handler: (waiting: Item[]) => void) {
    const items = waiting;
    waiting = [];
    if (items.length > 0) handler(items);
  }

  return {
    add: (item) => handle(item),
    take(handler) {
      release((items) => items.forEach(handler));
      handle = handler;
      return () => {
        handle = wait;
      };
    },
    release,
  };
}

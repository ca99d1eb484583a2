/**
 * Works on one item after another, in their order.
 * @param isAhead true: the next item is worked on while the outcome of one is made use of
 */
export async function* inTurn<Item, Outcome>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Outcome>,
  isAhead: boolean,
): AsyncGenerator<readonly [Item, Outcome]> {
  const left = items[Symbol.iterator]()
  const start = () => {
    const { done, value: item } = left.next()
    if (done === true) return undefined
    const outcome = work(item)
    // When nobody comes back for it another fault has ended all, and that is the one to be told.
    outcome.catch(() => {})
    return { item, outcome }
  }
  for (let current = start(); current !== undefined;) {
    const { item, outcome } = current
    const found = await outcome
    const next = isAhead ? start() : undefined
    yield [item, found]
    current = next ?? start()
  }
}

/**
 * Works on one item after another, in their order.
 * @param ahead so many further items are begun while the outcome of one is made use of: with two of them
 *   one is worked on elsewhere while the other is prepared here
 */
export async function* inTurn<Item, Outcome>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Outcome>,
  ahead: 0 | 2,
): AsyncGenerator<readonly [Item, Outcome]> {
  const left = items[Symbol.iterator]()
  const begun: { readonly item: Item; readonly outcome: Promise<Outcome> }[] = []
  const fill = (length: number) => {
    while (begun.length < length) {
      const { done, value: item } = left.next()
      if (done === true) return
      const outcome = work(item)
      // When nobody comes back for it another fault has ended all, and that is the one to be told.
      outcome.catch(() => {})
      begun.push({ item, outcome })
    }
  }
  for (;;) {
    fill(1 + ahead)
    const current = begun.shift()
    if (current === undefined) return
    const outcome = await current.outcome
    fill(ahead)
    yield [current.item, outcome]
  }
}

/**
 * `series`: the names differ in their numbers only (`weather-22.txt`, `weather-23.txt`), as those of
 * separate articles do. `alike`: same name in another folder, or most of the name in the same folder.
 */
export function compareNames(left: string, right: string): 'series' | 'alike' | 'other' {
  const [leftName, rightName] = [nameOf(left), nameOf(right)]
  if (leftName === rightName) return 'alike'
  if (leftName.replaceAll(/\d+/g, '0') === rightName.replaceAll(/\d+/g, '0')) return 'series'
  const [leftPairs, rightPairs] = [pairsOf(leftName), pairsOf(rightName)]
  const shared = [...leftPairs].filter((pair) => rightPairs.has(pair)).length
  return (2 * shared) / (leftPairs.size + rightPairs.size || 1) >= 0.5 ? 'alike' : 'other'
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')
}

function pairsOf(name: string): ReadonlySet<string> {
  const pairs = new Set<string>()
  for (let index = 0; index + 1 < name.length; index += 1) pairs.add(name.slice(index, index + 2))
  return pairs
}

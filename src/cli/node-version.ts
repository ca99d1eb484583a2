/** The first version of Node that has all that is used; `engines` in package.json says the same. */
export const nodeVersionMin = 24

/**
 * Says what to do when this Node is too old to publish with; its own words name nothing but a missing part.
 * @param version as `process.versions.node` has it
 */
export function refuseNode(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= nodeVersionMin) return undefined
  return `this is Node ${version}, and dropfeed needs Node ${nodeVersionMin} or later; install it from https://nodejs.org/`
}

// How long after a feed's file has been replaced its new bytes are served: drops articles with categories
// of their own into a watched inbox of some size. Run it with `npm run bench:freshness`.
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { ask } from '../support/ask.ts'
import { startProgram } from '../support/program.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const articles = 1_000
const drops = 30
const tags = ['#sea', '#harbour', '#weather', '#tide', '#market']

using folder = makeTemporaryFolder()
mkdirSync(folder.at('inbox'))
mkdirSync(folder.at('elsewhere'))
const text = 'The pier is open again, and the boats go out with the tide. '.repeat(70)
const toArticle = (title: string) => `# ${title}\n\n${text}\n\n${title} ends.\n${tags.join(' ')}\n`
for (let number = 0; number < articles; number += 1) {
  const date = new Date(Date.UTC(2025, 0, 1) + number * 3_600_000).toISOString()
  writeFileSync(
    folder.at(`inbox/${number}.md`),
    `---\ndate: ${date}\n---\n\n${toArticle(`Old ${number}`)}`,
  )
}
writeFileSync(folder.at('feed.yaml'), 'title: Test\ntimezone: UTC\n')
await using program = startProgram(folder.path, ['watch'])
const address = await waitFor(() => /address=(\S+)/.exec(program.said())?.[1])
while (!program.said().includes(`entries=${articles}`)) await new Promise(setImmediate)

const agent = new Agent({ keepAlive: true })
const waits: number[] = []
for (let drop = 0; drop < drops; drop += 1) {
  const title = `New ${drop}`
  const { ino } = statSync(folder.at('out/atom.xml'))
  writeFileSync(folder.at('elsewhere/new.md'), toArticle(title))
  renameSync(folder.at('elsewhere/new.md'), folder.at(`inbox/${title}.md`))
  // Two things at once: looking at the file all the time, and asking the server without a pause.
  let replacedAtMs: number | undefined
  const look = async () => {
    while (replacedAtMs === undefined) {
      if (statSync(folder.at('out/atom.xml')).ino !== ino) replacedAtMs = performance.now()
      await new Promise(setImmediate)
    }
  }
  const looking = look()
  while (!(await ask(address, '/atom.xml', { agent })).text.includes(`${title} ends.`));
  const servedAtMs = performance.now()
  await looking
  waits.push(Math.max(0, servedAtMs - (replacedAtMs ?? 0)))
}
agent.destroy()
const sorted = waits.toSorted((left, right) => left - right)
const at = (share: number) => (sorted[Math.ceil(share * drops) - 1] ?? 0).toFixed(1)
process.stdout.write(
  `${drops} drops among ${articles} articles, ${tags.length} categories each; ms from the rename of ` +
    `atom.xml to its new bytes on the wire: p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}\n`,
)
await program.end()

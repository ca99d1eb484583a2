// Threads that read and render for the one that writes: a reader, and whoever keeps the store, must not be able to
// tell whether there were any.
import { copyFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { defaultCrew } from '../src/publisher/crew.ts'
import type { CrewRules } from '../src/publisher/crew.ts'
import { Publication } from './support/publication.ts'
import { readTree } from './support/whole.ts'

const threads: CrewRules = { ...defaultCrew, worksMin: 1, threads: 2, helps: false }
const none: CrewRules = { ...defaultCrew, threads: 0 }

const count = 230

function prepare(): Publication {
  const publication = Publication.make(
    'title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\n',
  )
  for (let number = 0; number < count; number += 1) {
    const day = new Date(Date.UTC(2020, 0, number)).toISOString().slice(0, 10)
    publication.write(
      `${number % 7}/${number}.md`,
      `---\ntitle: Note ${number}\ndate: ${number % 50 === 0 ? 'tomorow' : day}\n---\n\nText number ${number} <b>of its own</b> & [a link](other.html). #all #of${number % 9}\n`,
    )
  }
  copyFileSync(publication.path('1/1.md'), publication.path('copy.md'))
  publication.write('picture.pdf', 'none')
  publication.write('undated.txt', 'An article without any date.\n')
  return publication
}

function publishedBy(publication: Publication): ReadonlyMap<string, string> {
  return readTree(join(publication.root, 'out'))
}

test.each([false, true])(
  'threads publish the same bytes, ids and problems as one does alone (helped: %s)',
  async (helps) => {
    await using alone = prepare()
    await using together = prepare()
    for (const step of [0, 1]) {
      const first = await alone.run(none)
      expect(await together.run({ ...threads, helps })).toEqual({
        ...first,
        ms: expect.any(Number) as number,
      })
      expect(publishedBy(together)).toEqual(publishedBy(alone))
      for (const publication of step === 0 ? [alone, together] : []) {
        for (let number = 0; number < 60; number += 1) {
          const path = publication.path(`${number % 7}/${number}.md`)
          if (number % 3 === 0) renameSync(path, publication.path(`moved-${number}.md`))
          else
            writeFileSync(path, `---\ntitle: Edited ${number}\n---\n\nOther text ${number}. #all\n`)
        }
      }
    }
    expect(publishedBy(alone).size).toBeGreaterThan(count)
  },
)

/** Threads that do what they are told until they die, at once or at their third task. */
const deaths = {
  'at its start': "throw new Error('no memory')",
  'before its answer': `
    import { parentPort } from 'node:worker_threads'
    let tasks = 0
    parentPort.on('message', () => { if ((tasks += 1) === 3) process.exit(9) })
    await import(${JSON.stringify(defaultCrew.script.href)})
  `,
}

test.each(Object.entries(deaths))(
  'a thread that dies %s ends the run with a fault, and the next run completes it',
  async (_, source) => {
    await using undisturbed = prepare()
    await undisturbed.run(none)
    await using publication = prepare()
    const script = join(publication.root, 'dying.mjs')
    writeFileSync(script, source)
    const dying = { ...threads, script: pathToFileURL(script) }
    await expect(publication.run(dying)).rejects.toThrow(
      'a worker thread ended before its work was done',
    )
    publication.nowMs = undisturbed.nowMs - 60_000
    await publication.run(none)
    expect(publishedBy(publication)).toEqual(publishedBy(undisturbed))
  },
)

test('a fault in a thread is that of the run', async () => {
  await using publication = prepare()
  const script = join(publication.root, 'failing.mjs')
  writeFileSync(
    script,
    `import { parentPort } from 'node:worker_threads'
     parentPort.on('message', () => {
       parentPort.postMessage({ kind: 'failed', error: new RangeError('the year 10000') })
     })`,
  )
  const failing = { ...threads, script: pathToFileURL(script) }
  await expect(publication.run(failing)).rejects.toThrow('the year 10000')
})

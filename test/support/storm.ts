import { closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

// Another process that does to a folder what the trials want: `storm.ts <kind> <folder> <count> <rounds>`.

const [kind = '', folder = '', count = '0', rounds = '0'] = process.argv.slice(2)
const numbers = Array.from({ length: Number(count) }, (_, number) => number)

function text(number: number, round: number): string {
  return `# Tide ${number}\n\nRound ${round} of Tide ${number}.\n\nThus ends Tide ${number}.\n`
}

const kinds: Readonly<Record<string, () => Promise<void>>> = {
  /** All files are open at once, and grow part by part. */
  async append() {
    const files = numbers.map((number) => openSync(`${folder}/${number}.md`, 'a'))
    for (const [number, file] of files.entries()) writeSync(file, `# Tide ${number}\n\n`)
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const [number, file] of files.entries()) writeSync(file, `Part ${round} of ${number}. `)
      await pause(5)
    }
    for (const [number, file] of files.entries()) {
      writeSync(file, `\n\nThus ends Tide ${number}.\n`)
      closeSync(file)
    }
  },
  /** Each file is replaced again and again, as fast as it goes. */
  async replace() {
    for (let round = 1; round <= Number(rounds); round += 1) {
      for (const number of numbers) {
        writeFileSync(`${folder}/.${number}.tmp`, text(number, round))
        renameSync(`${folder}/.${number}.tmp`, `${folder}/${number}.md`)
      }
      if (round % 10 === 0) await pause(1)
    }
  },
  /** Large files come and go; those with an odd number go for good. */
  async remove() {
    const filler = 'A line of the large article.\n'.repeat(20_000)
    const write = (number: number) =>
      writeFileSync(
        `${folder}/${number}.md`,
        `# Tide ${number}\n\n${filler}\nThus ends Tide ${number}.\n`,
      )
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const number of numbers) {
        write(number)
        await pause((round * 7 + number * 3) % 40)
        rmSync(`${folder}/${number}.md`)
      }
    }
    for (const number of numbers) if (number % 2 === 0) write(number)
  },
}

await kinds[kind]?.()

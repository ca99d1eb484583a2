// How many bytes a day an hourly poll costs: a feed of 50 entries and some 250 KB, ten new entries a day.
// Run it with `npm run bench:polls`; it prints what the README says.
import { Agent, request } from 'node:http'
import { Publication } from '../support/publication.ts'
import { ServedPublication } from '../support/served-publication.ts'

const days = 7
const entries = 50
const newADay = 10
const charactersPerEntry = 4_000
const settings = `title: The harbour news
subtitle: What happens between the pier and the lighthouse
baseUrl: https://news.example.org/
timezone: UTC
limits: { feedLength: ${entries}, arrivalHours: 0 }
`

/** The same numbers in each run. Source: Park and Miller, "minimal standard". */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const random = randomNumbers(20_260_131)
const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? ''

const openings = 'b br c ch d f fl g gr h j k l m n p pr qu r s sh st t tr v w'.split(' ')
const middles = 'a e i o u ai ea ou a e i o'.split(' ')
const endings = 'n r s t l nd ng st ck m d   '.split(' ')
const words = Array.from({ length: 8_000 }, () => {
  const syllables = 1 + Math.floor(random() * random() * 4)
  return Array.from(
    { length: syllables },
    () => pick(openings) + pick(middles) + pick(endings),
  ).join('')
})

/** Few words are common and most are rare, as in any language (Zipf's law). */
function toWord(): string {
  return words[Math.floor(words.length ** random()) - 1] ?? ''
}

function toText(characters: number): string {
  const paragraphs: string[] = []
  for (let length = 0; length < characters;) {
    const sentences = Array.from({ length: 4 }, () => {
      const sentence = Array.from({ length: 8 + Math.floor(random() * 12) }, toWord).join(' ')
      return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
    })
    const paragraph = sentences.join(' ')
    length += paragraph.length
    paragraphs.push(paragraph)
  }
  return paragraphs.join('\n\n')
}

type Poller = {
  readonly name: string
  readonly conditions: (tag: string) => Readonly<Record<string, string>>
  readonly agent: Agent
  tag: string
  received: number
  sent: number
  readonly statuses: Map<number, number>
}

function toPoller(name: string, conditions: Poller['conditions']): Poller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return { name, conditions, agent, tag: '', received: 0, sent: 0, statuses: new Map() }
}

/** Asks for the feed as a reader does, and counts what goes over the wire, headers and all. */
async function poll(poller: Poller, address: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { 'user-agent': 'a reader/1.0', accept: '*/*', ...poller.conditions(poller.tag) }
  const asked = request(`${address}atom.xml`, { agent: poller.agent, headers }, (response) => {
    const { socket } = response
    response.resume().on('end', () => {
      poller.received += socket.bytesRead - (readBefore.get(socket) ?? 0)
      poller.sent += socket.bytesWritten - (writtenBefore.get(socket) ?? 0)
      readBefore.set(socket, socket.bytesRead)
      writtenBefore.set(socket, socket.bytesWritten)
      poller.tag = response.headers.etag ?? ''
      const status = response.statusCode ?? 0
      poller.statuses.set(status, (poller.statuses.get(status) ?? 0) + 1)
      resolve()
    })
  })
  asked.on('error', reject).end()
  await promise
}

const readBefore = new WeakMap<object, number>()
const writtenBefore = new WeakMap<object, number>()

await using publication = await ServedPublication.start(Publication.make(settings))
let number = 0
const write = () => {
  number += 1
  const title = toText(1).slice(0, 60)
  publication.files.write(`${number}.md`, `# ${title}\n\n${toText(charactersPerEntry)}\n`)
}
for (let count = 0; count < entries; count += 1) {
  write()
  await publication.publish()
}

const pollers = [
  toPoller('bare', () => ({})),
  toPoller('304, gzip', (tag) => ({ 'accept-encoding': 'gzip', 'if-none-match': tag })),
  toPoller('304, br', (tag) => ({ 'accept-encoding': 'gzip, br', 'if-none-match': tag })),
  toPoller('A-IM: feed, gzip', (tag) => ({
    'accept-encoding': 'gzip',
    'if-none-match': tag,
    'a-im': 'feed',
  })),
  toPoller('A-IM: feed, br', (tag) => ({
    'accept-encoding': 'gzip, br',
    'if-none-match': tag,
    'a-im': 'feed',
  })),
]

/** An hour is time enough to compress; so it is here. */
async function untilCompressed(): Promise<void> {
  const coding = { 'accept-encoding': 'br' }
  while ((await publication.get('/atom.xml', coding)).headers['content-encoding'] !== 'br');
}

const pollAll = async () => {
  await untilCompressed()
  for (const poller of pollers) await poll(poller, publication.address)
}
await pollAll()
for (const poller of pollers) {
  poller.received = 0
  poller.sent = 0
  poller.statuses.clear()
}
for (let hour = 0; hour < days * 24; hour += 1) {
  if (hour % 24 >= 8 && hour % 24 < 8 + newADay) {
    write()
    await publication.publish()
  }
  await pollAll()
}

const { body } = await publication.get('/atom.xml')
const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1)
const lines = [
  `${entries} entries, ${kilobytes(body.length)} KB, ${newADay} new a day, polled every hour; KB a day with headers:`,
  ...pollers.map(({ name, received, sent, statuses }) => {
    const counts = [...statuses].map(([status, count]) => `${count / days} × ${status}`).join(', ')
    return `${name.padEnd(18)}${kilobytes(received / days).padStart(8)} received ${kilobytes(sent / days).padStart(6)} sent  (${counts})`
  }),
]
process.stdout.write(`${lines.join('\n')}\n`)
for (const { agent } of pollers) agent.destroy()

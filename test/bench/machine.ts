import { cpus, loadavg, release, totalmem } from 'node:os'
import { findHugo } from './hugo.ts'

export type Machine = {
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  readonly hugo: string | undefined
  /** Work that waited for a processor before the run began: above 0.5 the figures are of a busy machine. */
  readonly loadBefore: number
}

export function readMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${process.platform} ${release()}`,
    node: process.version,
    hugo: findHugo(),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

export function describeMachine(machine: Machine): string {
  const { processor, cores, memoryBytes, system, node, hugo, loadBefore } = machine
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`
  const others = hugo === undefined ? 'no Hugo' : `Hugo ${hugo}`
  return `${cores} × ${processor}, ${memory}, ${system}, Node ${node}, ${others}, load before ${loadBefore}`
}

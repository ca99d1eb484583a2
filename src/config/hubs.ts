import { z } from 'zod'
import { hasCredentials, isAddress } from './address.ts'

/** The hub that the program itself runs. */
export const builtinHub = 'builtin'

const error = 'write builtin, the address of a hub, or a list of these'
const hubsMax = 10
const charactersMax = 1000

const hub = z
  .string({ error })
  .max(charactersMax, { error: `write at most ${charactersMax} characters` })
  .refine((value) => value === builtinHub || (isAddress(value) && !hasCredentials(value)), {
    error,
  })
  .meta({ description: 'The built-in hub, or the full address of one elsewhere.' })

/** The setting that names the hubs: one, or a list. */
export const hubs = z
  .union([hub, z.array(hub, { error }).max(hubsMax, { error: `list at most ${hubsMax} hubs` })])
  .meta({
    description:
      'WebSub hubs that tell subscribers of changes: builtin, which dropfeed watch runs itself, the address of another, or a list. Default: none.',
  })

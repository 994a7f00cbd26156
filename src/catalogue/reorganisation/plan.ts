import { parseDay } from '../../domain/calendar.ts'
import { slugOf } from '../areas.ts'
import type { CatalogueRows } from '../store/catalogue.ts'
import {
  planAdministrators, planCovers, planGroups, type AdministratorMove, type CoverMove, type GroupMove
} from './company.ts'
import type { ReorganisationOrder } from './order.ts'
import { setScene } from './parties.ts'
import { planProvision, type ProvisionMove } from './provision.ts'
import { Refusals } from './refusals.ts'
import { Register } from './register.ts'
import { planRules, type RuleMove } from './rules.ts'
import type { Scene } from './scene.ts'
import { planSources, type SourceMove } from './sources.ts'
import { planWards, type WardMove } from './wards.ts'

/** How much is stored of authorities for days on which they are not there any more. */
export type LaterData = Array<{ authorityId: number, events: number, observations: number }>

/** All that a reorganisation changes, worked out before anything is. */
export interface Plan {
  id: string
  scene: Scene
  wards: WardMove[]
  sources: SourceMove[]
  provision: ProvisionMove[]
  groups: GroupMove[]
  covers: CoverMove[]
  rules: RuleMove[]
  administrators: AdministratorMove[]
}

/**
 * Works out a reorganisation. `earlier` are the ids of those made before. Throws `ProblemError`
 * (reorganisation-refused) with all that is wrong with the order.
 */
export function planReorganisation (
  rows: CatalogueRows,
  order: ReorganisationOrder,
  { laterData, earlier, today }: { laterData: LaterData, earlier: string[], today: number }
): Plan {
  const refusals = new Refusals()
  const id = slugOf(order.title)
  if (id === '') refusals.add('/title', 'A title needs a letter or a digit: its address is made of it.')
  if (earlier.includes(id)) {
    refusals.add('/title', `There is a reorganisation ${id} already: delete it first, or give this one another title.`)
  }
  const on = parseDay(order.on)
  if (on === undefined) throw new TypeError('the schema lets days through alone')
  const scene = setScene({ rows, register: new Register(rows.authorities, today), refusals }, order, on)
  const plan = {
    id,
    scene,
    wards: planWards(scene, order.wards),
    sources: planSources(scene, order.sources),
    provision: planProvision(scene, order.provision),
    groups: planGroups(scene, order.comparator_groups),
    covers: planCovers(scene),
    rules: planRules(scene),
    administrators: planAdministrators(scene, order.administrators)
  }
  lookAtLaterData(scene, order, laterData)
  warnOfSettings(scene)
  refusals.throwAny()
  return plan
}

function lookAtLaterData (
  { ended, refusals, warnings, onText }: Scene, { keep_later_data: keep = false }: ReorganisationOrder, data: LaterData
): void {
  for (const { authorityId, events, observations } of data) {
    const slug = ended.get(authorityId)?.row.slug
    if (slug === undefined) continue
    const what = `${slug} has ${events} events and ${observations} figures of days from ${onText} on`
    if (keep) warnings.push(`${what}: they stay its own.`)
    else {
      refusals.add(
        '/keep_later_data',
        `${what}, when it is no longer there: withdraw them, or send "keep_later_data": true to leave them as they are.`
      )
    }
  }
}

/** What is set for an authority by itself and is for somebody to decide anew. */
function warnOfSettings ({ rows, ended, warnings }: Scene): void {
  const settings: Array<[what: string, ids: Array<number | null>]> = [
    ['classes of channels', rows.kpis.channelClasses.map((row) => row.authority_id)],
    ['unit savings', rows.kpis.unitCosts.map((row) => row.authority_id)],
    ['declarations whether events or counts hold', rows.kpis.authoritative.map((row) => row.authority_id)],
    ['data sets', rows.dataSets.map((row) => row.authority_id)]
  ]
  for (const [what, ids] of settings) {
    const of = [...ended.values()].filter(({ row }) => ids.includes(row.id)).map(({ row }) => row.slug)
    if (of.length > 0) warnings.push(`Not carried over: ${what} of ${of.join(', ')}. Set them for the successors.`)
  }
  warnings.push('Nearest neighbours are those of the model that is loaded: load one that has the new authorities.')
}

import { deliversByTier, type Delivers } from '../../domain/provision.ts'
import type { CatalogueRows } from '../store/catalogue.ts'
import { listed, type ReorganisationOrder } from './order.ts'
import { begunNamed, slugsOf, type Begun, type Scene } from './scene.ts'

type ServiceRow = CatalogueRows['services'][number]
/** Who delivers a service of a new authority; `provider` is one that is there already, or one that begins. */
export interface ProvisionMove {
  to: Begun
  service: ServiceRow
  delivers: Delivers
  provider: { id: number } | Begun | undefined
  basis: string
}
interface Said { delivers: Delivers, provider: { id: number } | Begun | undefined, text: string, unclear?: boolean }

/**
 * What of the predecessors' provision holds for a successor: only what differs from their tier, since the successor has
 * a tier of its own. Predecessors that neither deliver a service by their tier nor say anything of it have no voice.
 */
export function planProvision (scene: Scene, words: ReorganisationOrder['provision'] = 'carry'): ProvisionMove[] {
  const decided = readWords(scene, listed(words))
  const carried = words === 'end' ? [] : scene.begun.flatMap((to) => carriedTo(scene, to, decided))
  warnOfProviders(scene)
  return [...decided.values(), ...carried]
}

const keyOf = (to: Begun, service: ServiceRow): string => `${to.row.key} ${service.id}`

function carriedTo (scene: Scene, to: Begun, decided: Map<string, ProvisionMove>): ProvisionMove[] {
  const { rows, refusals } = scene
  const overrides = Map.groupBy(
    rows.provision.filter(({ removed_at: removed }) => removed === null),
    ({ authority_id: id, service_id: service }) => `${id} ${service}`
  )
  return rows.services.flatMap((service): ProvisionMove[] => {
    if (decided.has(keyOf(to, service))) return []
    const sayings = to.predecessors.flatMap(({ row }) => {
      const byTier = deliversByTier(service.providing_tier, row.tier)
      const own = overrides.get(`${row.id} ${service.id}`)?.[0]
      const differs = own !== undefined && (own.delivers !== byTier || own.provider_id !== null)
      if (!differs && byTier !== 'yes') return []
      return [{
        who: row.slug,
        differs,
        ...sayingOf(scene, to, own?.delivers ?? byTier, own?.provider_id ?? null),
        basis: own?.basis ?? ''
      }]
    })
    if (!sayings.some(({ differs }) => differs)) return []
    const [first] = sayings
    if (first === undefined) return []
    if (first.unclear === true || new Set(sayings.map(({ text }) => text)).size > 1) {
      refusals.add(
        '/provision',
        `What the predecessors of ${to.row.slug} say of ${service.slug} does not settle it (` +
          `${sayings.map(({ who, text }) => `${who}: ${text}`).join('; ')}): say it, as {"authority": ` +
          `"${to.row.slug}", "service": "${service.slug}", "delivers": ...}.`
      )
      return []
    }
    const byTier = deliversByTier(service.providing_tier, to.row.tier)
    if (first.delivers === byTier && first.provider === undefined) return []
    const { delivers, provider, basis } = first
    return [{ to, service, delivers, provider, basis: `as ${slugsOf(to.predecessors).join(', ')} had it: ${basis}` }]
  })
}

/** What a predecessor's provision says of a successor: a provider that gives way to the successor is the successor. */
function sayingOf ({ register, ended }: Scene, to: Begun, delivers: Delivers, providerId: number | null): Said {
  if (delivers !== 'via-other-body' || providerId === null) return { delivers, provider: undefined, text: delivers }
  const gone = ended.get(providerId)
  if (gone?.successors.includes(to) === true) return { delivers: 'yes', provider: undefined, text: 'yes' }
  const next = gone?.successors.length === 1 ? gone.successors[0] : undefined
  const name = next?.row.slug ?? register.slugOf(providerId)
  return gone !== undefined && next === undefined
    ? { delivers, provider: undefined, text: `via ${name}, which ends`, unclear: true }
    : { delivers, provider: next ?? { id: providerId }, text: `via ${name}` }
}

function readWords (
  scene: Scene, words: Exclude<ReorganisationOrder['provision'], string | undefined>
): Map<string, ProvisionMove> {
  const { refusals, rows, register, on, ended, onText } = scene
  const decided = new Map<string, ProvisionMove>()
  words.forEach(({ authority, service: slug, delivers, provider: name = null }, index) => {
    const pointer = `/provision/${index}`
    const to = begunNamed(scene, authority)
    const service = rows.services.find((one) => one.slug === slug && one.removed_at === null)
    const existing = name === null ? undefined : register.on(name, on)
    const provider = name === null ? undefined : begunNamed(scene, name) ?? existing
    const isGone = existing !== undefined && provider === existing && ended.has(existing.id)
    if (to === undefined) refusals.add(`${pointer}/authority`, `${authority} is not among those that begin.`)
    if (service === undefined) refusals.add(`${pointer}/service`, `There is no service ${slug}.`, 'unknown-service')
    if (name !== null && delivers !== 'via-other-body') {
      refusals.add(`${pointer}/provider`, 'Only what is delivered via another body has a provider; leave it out.')
    } else if (name !== null && (provider === undefined || isGone)) {
      refusals.add(
        `${pointer}/provider`,
        provider === undefined ? register.explain(name, on, onText) : `${name} ends with this reorganisation.`,
        'unknown-authority'
      )
    }
    if (to === undefined || service === undefined) return
    if (decided.has(keyOf(to, service))) refusals.add(pointer, `${slug} of ${authority} is said twice.`)
    decided.set(keyOf(to, service), { to, service, delivers, provider, basis: 'said with the reorganisation' })
  })
  return decided
}

/** Provision has no dates: what others say of a provider that ends is for the operator to change on the day. */
function warnOfProviders ({ rows, register, ended, warnings }: Scene): void {
  const services = new Map(rows.services.map(({ id, slug }) => [id, slug]))
  for (const { authority_id: id, service_id: service, provider_id: provider, removed_at: removed } of rows.provision) {
    const gone = ended.get(provider ?? 0)
    if (gone === undefined || ended.has(id) || removed !== null) continue
    warnings.push(
      `${services.get(service)} of ${register.slugOf(id)} is delivered by ${gone.row.slug}, which ends: change ` +
        'it on the day.'
    )
  }
}

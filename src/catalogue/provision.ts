import type { Kysely } from 'kysely'
import type { Delivers } from '../domain/provision.ts'
import { ProblemError, type RowError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import { isUnknown, type Authority, type Directory, type Provision, type Service } from './directory.ts'
import { explainUnknown } from './explain.ts'
import { putRows, removeProvision } from './store/catalogue-rows.ts'

/** Who delivers a service of an authority, as it is set; names are slugs, or as they were sent. */
export interface ProvisionInput {
  authority: string
  service: string
  delivers: Delivers
  provider: string | null
  basis: string
}

/** The same as it is in force, whether somebody said so or it follows from the service's tier. */
export interface ProvisionRow extends Provision { authority: Authority, service: Service }

export const provisionOf = (directory: Directory, authority: Authority, service: Service): ProvisionRow => ({
  authority, service, ...directory.provision(authority, service)
})

/** What somebody said, here or in the shipped files. */
export function statedProvision (directory: Directory): ProvisionRow[] {
  return [...directory.statedProvision()].flatMap(([authorityId, serviceId]) => {
    const [authority, service] = [directory.authorityById.get(authorityId), directory.serviceById.get(serviceId)]
    const isThere = authority?.removed_at === null && service?.removed_at === null
    return isThere ? [provisionOf(directory, authority, service)] : []
  })
}

export function checkProvision (directory: Directory, inputs: readonly ProvisionInput[]): RowError[] {
  return inputs.flatMap((input, index) => {
    const authority = directory.authority(input.authority)
    const service = directory.service(input.service)
    const provider = input.provider === null ? undefined : directory.authority(input.provider)
    if (isUnknown(authority)) {
      return [refuse(index, '/authority', explainUnknown(authority, 'authority'), 'unknown-authority')]
    }
    if (isUnknown(service)) return [refuse(index, '/service', explainUnknown(service, 'service'), 'unknown-service')]
    if (provider !== undefined && isUnknown(provider)) {
      return [refuse(index, '/provider', explainUnknown(provider, 'provider'), 'unknown-authority')]
    }
    if (input.delivers !== 'via-other-body') {
      return provider === undefined
        ? []
        : [refuse(index, '/provider', 'Only with delivers via-other-body there is a provider; send null.')]
    }
    if (provider === undefined) return [refuse(index, '/provider', 'via-other-body needs the provider: which body?')]
    return provider.id === authority.id
      ? [refuse(index, '/provider', 'A body is not another than itself; send delivers yes.')]
      : []
  })
}

const refuse = (
  index: number, pointer: string, detail: string, code: RowError['code'] = 'invalid-value'
): RowError => ({ index, pointer, code, detail })

export async function writeProvision (
  db: Kysely<Tables>, inputs: readonly ProvisionInput[], at: Date, directory: Directory
): Promise<void> {
  const rows = inputs.flatMap(({ delivers, basis, ...names }) => {
    const [authority, service] = [directory.authority(names.authority), directory.service(names.service)]
    const provider = names.provider === null ? undefined : directory.authority(names.provider)
    if (isUnknown(authority) || isUnknown(service)) return []
    const provider_id = provider === undefined || isUnknown(provider) ? null : provider.id
    return [{ authority_id: authority.id, service_id: service.id, delivers, provider_id, basis }]
  })
  await putRows(db, 'provision', ['authority_id', 'service_id'], rows, at)
}

/** Takes back what somebody said, so that the tier of the service decides. Throws `ProblemError` if nobody did. */
export async function takeBackProvision (
  db: Kysely<Tables>, { authority, service }: ProvisionRow, at: Date
): Promise<void> {
  if (await removeProvision(db, authority.id, service.id, at)) return
  throw new ProblemError(
    'not-found', `Nobody has said who delivers ${service.slug} of ${authority.slug}: it follows from the tier.`
  )
}

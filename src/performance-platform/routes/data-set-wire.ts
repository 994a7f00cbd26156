import type { DataSet, Directory } from '../../catalogue/directory.ts'

/** A data set's configuration in the form of the public JSON. */
export function dataSetToWire (set: DataSet, directory: Directory) {
  const {
    id: _id,
    labels,
    authority_id: authorityId,
    service_id: serviceId,
    mapping,
    publish_at: publishAt,
    created_at: created,
    updated_at: updated,
    ...wire
  } = set
  const authority = authorityId === null ? undefined : directory.authorityById.get(authorityId)?.slug
  const service = serviceId === null ? undefined : directory.serviceById.get(serviceId)?.slug
  return {
    ...wire,
    ...(labels === null ? {} : { labels }),
    ...(authority === undefined ? {} : { authority }),
    ...(service === undefined ? {} : { service }),
    ...(mapping === null ? {} : { mapping }),
    publish_at: publishAt?.toISOString() ?? null,
    created_at: created.toISOString(),
    updated_at: updated.toISOString()
  }
}

import type { Site } from './site.ts'

/**
 * Writes `rows` events straight into the raw table, spread over the site's authorities as their sources would have sent
 * them, and moves `serials` on. They are voided, so that the rollups, which they are not in, stay right.
 */
export async function fillEvents ({ database: { pool }, shape }: Site, rows: number, serials: number[]): Promise<void> {
  const each = Math.ceil(rows / shape.places.length)
  for (const [i, { id, prefix, wards }] of shape.places.entries()) {
    await pool.query(
      `
      INSERT INTO event (occurred_at, receipt_id, source_id, local_date, ward_id, street, count, revision, owner_id,
        authority_id, service_id, provider_id,
        type, channel_id, outcome, avoidable, id, attributes, voided_at)
      SELECT at, 1, (SELECT id FROM source WHERE authority_id = $1), at::date,
        ($5::int[])[1 + n % cardinality($5::int[])], 10000000 + n % 1000000, 1, 1, $1, $1,
        ($6::int[])[1 + n % cardinality($6::int[])], 0, 1, 1 + n % 6, 1, false,
        $2 || '-2024-' || lpad(n::text, greatest(7, length(n::text)), '0'), '{"reason":"not-presented"}', at
      FROM (SELECT n, timestamptz '2023-01-01' + n * interval '1 second' AS at FROM generate_series($3::int,
        $4::int) AS n) AS serial`,
      [
        id,
        prefix,
        serials[i],
        serials[i]! + each - 1,
        wards.map((ward) => ward.id),
        shape.services.map((service) => service.id)
      ]
    )
    serials[i]! += each
  }
}
